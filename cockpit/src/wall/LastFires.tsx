/* What turned out to be a fire, newest first: where, when, how long until it was handled. */

import { incident_hash } from '../desk/route';
import type { LastFire } from '../facts/wall';
import { LevelMark } from '../incident/Level';
import { day, hm, span } from '../words/format';
import { useWords } from '../words/words';

export function LastFires({ fires }: { fires: readonly LastFire[] }): React.JSX.Element {
  const { t } = useWords();
  return (
    <section className="last" aria-labelledby="wall-last">
      <div className="sec">
        <h2 id="wall-last">{t('wall.last')}</h2>
        <span>{t('wall.last.what')}</span>
      </div>
      {fires.length ? (
        <ol>
          {fires.map((fire) => (
            <Fire key={fire.number} fire={fire} />
          ))}
        </ol>
      ) : (
        <p className="q">{t('wall.last.none')}</p>
      )}
    </section>
  );
}

function Fire({ fire }: { fire: LastFire }): React.JSX.Element {
  const { t, word } = useWords();
  const took = fire.took_s === null ? '' : span(1000 * fire.took_s);
  return (
    <li>
      <LevelMark level={fire.level_peak} />
      <span>
        <a href={incident_hash(fire.number)}>{fire.place_name}</a>
        <small>{[`${day(fire.opened_at).slice(5)} ${hm(fire.opened_at)}`, fire.town_name, fire.cause && word('cause', fire.cause)].filter(Boolean).join(' · ')}</small>
      </span>
      <b>
        {took || t('wall.last.open')}
        {took && !fire.handled && <small>{t('wall.last.closed')}</small>}
      </b>
      <small>{word('disposition', fire.disposition)}</small>
    </li>
  );
}
