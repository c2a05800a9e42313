/* How often crews were in time: each clock's share, its median, and the late ones to open. */

import { records_hash } from '../desk/route';
import type { ClockKept } from '../facts/wall';
import { count } from '../words/format';
import { useWords } from '../words/words';

const FEW = 20; // a share of fewer is said to be one of few

export function Clocks({ kept, since }: { kept: readonly ClockKept[]; since: string }): React.JSX.Element {
  const { t } = useWords();
  return (
    <section className="kept" aria-labelledby="wall-clocks">
      <div className="sec">
        <h2 id="wall-clocks">{t('wall.clocks')}</h2>
        <span className="r">{t('wall.clocks.what')}</span>
      </div>
      {kept.some((clock) => clock.n) ? (
        <ol>
          {kept.map((clock) => (
            <Clock key={clock.clock} clock={clock} since={since} />
          ))}
        </ol>
      ) : (
        <p className="q">{t('wall.clock.none')}</p>
      )}
    </section>
  );
}

function Clock({ clock, since }: { clock: ClockKept; since: string }): React.JSX.Element {
  const { t, word, lang } = useWords();
  const to = (clock_state: string): string => records_hash('history', { since, clock: clock.clock, clock_state });
  const seconds = (s: number): string => `${Math.round(s)} s`;
  const known = word('crew_clock', clock.clock);
  return (
    <li data-clock={clock.clock}>
      <b>
        {known === clock.clock ? clock.words[lang] : known} <span className="q">≤ {clock.limit_s} s</span>
      </b>
      <a href={to('met')}>
        {clock.met_share === null ? '—' : (100 * clock.met_share).toFixed(1)}
        <span className="u">%</span>
      </a>
      <span className="bullet">
        <i style={{ width: `${100 * (clock.met_share ?? 0)}%` }} />
      </span>
      <small>
        {clock.median_s === null || clock.p90_s === null ? t('wall.clock.no_times') : t('wall.clock.times', { median: seconds(clock.median_s), p90: seconds(clock.p90_s) })}
      </small>
      <small className="n">
        {t('wall.clock.counts', { n: count(clock.n) })}
        {clock.n > 0 && clock.n < FEW && ` · ${t('wall.few')}`}
        {clock.missed > 0 && (
          <>
            {' · '}
            <a href={to('missed')}>{t('wall.clock.missed', { n: count(clock.missed) })}</a>
          </>
        )}
      </small>
    </li>
  );
}
