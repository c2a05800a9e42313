/* The wall: today from warning to fire, crews, the live map, 30 days, the last fires, towns, operators. */

import { useCell } from '../live/cell';
import { reachable } from '../live/api';
import { useNow } from '../live/now';
import '../look/wall.css';
import { hms } from '../words/format';
import { useWords } from '../words/words';
import { Clocks } from './Clocks';
import { Funnel } from './Funnel';
import { LastFires } from './LastFires';
import { Open, OpenMap } from './OpenMap';
import { Operators, Sensing, Towns } from './Ranks';
import { Trend } from './Trend';
import { EVERY_MS, useWall } from './reading';

const STALE_MS = 2.5 * EVERY_MS;

export default function WallPage(): React.JSX.Element {
  const { t, lang } = useWords();
  const { wall, problem, again } = useWall();
  return (
    <main className="wall" aria-label={t('page.wall')}>
      <div className="wall-col wall-mid">
        <div className="wall-live">
          <Open />
          {wall && <AsOf at={wall.at} failed={problem !== null} />}
        </div>
        <OpenMap />
        {wall && (
          <>
            <Trend trend={wall.trend} />
            <LastFires fires={wall.fires} />
          </>
        )}
      </div>
      <div className="wall-col wall-left">
        {problem && !wall && (
          <div className="broken" role="alert">
            <p>
              {t('wall.failed')} {problem[lang]}
            </p>
            <button type="button" onClick={again}>
              {t('retry')}
            </button>
          </div>
        )}
        {!wall && !problem && <Bones />}
        {wall && (
          <>
            <Funnel today={wall.today} />
            <Clocks kept={wall.clocks} since={wall.trend.days[0]?.day ?? ''} />
            <Sensing devices={wall.devices} />
          </>
        )}
      </div>
      <div className="wall-col wall-right">
        {!wall && !problem && <Bones />}
        {wall && (
          <>
            <Towns towns={wall.devices.towns} />
            <Operators operators={wall.devices.operators} at={wall.slow_at} />
          </>
        )}
      </div>
    </main>
  );
}

function Bones(): React.JSX.Element {
  const { t } = useWords();
  return (
    <div className="bones" role="status" aria-label={t('loading')}>
      {Array.from({ length: 8 }, (_, i) => (
        <i key={i} className="tall" />
      ))}
    </div>
  );
}

/** Until when the figures hold; greyed and underlined once they are old. */
function AsOf({ at, failed }: { at: string; failed: boolean }): React.JSX.Element {
  const { t } = useWords();
  const now = useNow();
  const here = useCell(reachable);
  const old = failed || !here || now - Date.parse(at) > STALE_MS;
  return <span className={`wall-as-of ${old ? 'stale' : ''}`}>{t(old ? 'wall.stale' : 'wall.as_of', { time: hms(at) })}</span>;
}
