/* Incidents of 30 days as bars from 0, the same days a year before as a dashed line; a day opens its incidents. */

import { records_hash } from '../desk/route';
import type { Trend as Figures, TrendDay } from '../facts/wall';
import { count, signed } from '../words/format';
import { useWords } from '../words/words';

const LABELLED_EVERY = 7;

export function Trend({ trend }: { trend: Figures }): React.JSX.Element {
  const { t } = useWords();
  const { days } = trend;
  const most = Math.max(1, ...days.flatMap((day) => [day.incidents, day.year_before ?? 0]));
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
  return (
    <section className="trend" aria-labelledby="wall-trend">
      <div className="sec">
        <h2 id="wall-trend">{t('wall.trend')}</h2>
        <span>{t('wall.trend.what')}</span>
        <span className="r">
          <a href={records_hash('history', { since: first, until: last, counted: true })}>{t('wall.trend.sum', { n: count(trend.incidents) })}</a>
          <Compared trend={trend} />
        </span>
      </div>
      <div className="plot">
        <span className="most">{count(most)}</span>
        <ol>
          {days.map((day, i) => (
            <li key={day.day}>
              <a href={records_hash('history', { since: day.day, until: day.day, counted: true })} title={said(day, t)} aria-label={said(day, t)}>
                <i style={{ height: `${(100 * day.incidents) / most}%` }} />
              </a>
              {(days.length - 1 - i) % LABELLED_EVERY === 0 && <span>{day.day.slice(5)}</span>}
            </li>
          ))}
        </ol>
        <svg viewBox={`0 0 ${days.length} ${most}`} preserveAspectRatio="none" aria-hidden="true">
          {runs(days, most).map((run) => (
            <polyline key={run} points={run} vectorEffect="non-scaling-stroke" />
          ))}
        </svg>
      </div>
    </section>
  );
}

/** The year before in words: how many and how much it differs, or that nothing is known. */
function Compared({ trend }: { trend: Figures }): React.JSX.Element {
  const { t } = useWords();
  const { days, year_before: before } = trend;
  const known = days.filter((day) => day.year_before !== null);
  if (before === null) return <span>{t('wall.trend.no_year')}</span>;
  const change = before ? (100 * (trend.compared_incidents - before)) / before : null;
  const shown = change === null ? '—' : `${signed(change)} %`;
  const since = year_back(known[0]?.day ?? '');
  return (
    <>
      {known.length < days.length && <span>{t('wall.trend.part', { days: known.length, n: count(trend.compared_incidents) })}</span>}
      <a className="dashed" href={records_hash('history', { since, until: year_back(days.at(-1)?.day ?? ''), counted: true })}>
        {t('wall.trend.year', { n: count(before), change: shown })}
      </a>
    </>
  );
}

function said(day: TrendDay, t: ReturnType<typeof useWords>['t']): string {
  const n = count(day.incidents);
  return day.year_before === null
    ? t('wall.trend.day', { day: day.day, n })
    : t('wall.trend.day_year', { day: day.day, n, before: count(day.year_before) });
}

/** The same day a year earlier; 28 February for the 29th. */
function year_back(day: string): string {
  return `${Number(day.slice(0, 4)) - 1}${day.slice(4).replace('-02-29', '-02-28')}`;
}

/** Unbroken stretches of the year before, y down from `most`: a gap stays a gap. */
function runs(days: readonly TrendDay[], most: number): string[] {
  const found: string[][] = [[]];
  days.forEach((day, i) => {
    if (day.year_before === null) found.push([]);
    else found.at(-1)?.push(`${i + 0.5},${most - day.year_before}`);
  });
  return found.filter((run) => run.length > 1).map((run) => run.join(' '));
}
