/* Incidents in windows of ten minutes as bars from zero, with the flood line; the numbers stand behind it as a table. */

import type { DeskLoad } from '../facts/review';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';

const HIGH = 100;

export function WindowBars({ load }: { load: DeskLoad }): React.JSX.Element {
  const { t } = useWords();
  const { windows, flood_at } = load;
  const top = Math.max(flood_at + 2, load.most);
  const height = (n: number): number => (n / top) * HIGH;
  const at = (from: string): string => `${day(from).slice(5)} ${hm(from)}`;
  const summary = t('load.chart', { windows: windows.length, most: load.most, mean: load.mean.toFixed(2) });
  return (
    <figure className="windows">
      <figcaption>{summary}</figcaption>
      <div>
        <span className="flood" style={{ bottom: `${height(flood_at)}%` }}>
          {t('load.flood', { count: flood_at })}
        </span>
        <svg viewBox={`0 0 ${windows.length} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={summary}>
          <path d={`M0 ${HIGH - height(flood_at)}H${windows.length}`} stroke="var(--ink-3)" strokeDasharray="3 3" vectorEffect="non-scaling-stroke" />
          {windows.map((one, i) => (
            <rect key={one.from} x={i + 0.1} width={0.8} y={HIGH - height(one.n)} height={height(one.n)} fill={one.n >= flood_at ? 'var(--ink)' : 'var(--mark)'}>
              <title>{`${at(one.from)} · ${one.n}`}</title>
            </rect>
          ))}
        </svg>
      </div>
      <p className="ends">
        <span>{at(windows[0]?.from ?? load.since)}</span>
        <span>{at(windows.at(-1)?.from ?? load.until)}</span>
      </p>
      <details>
        <summary>{t('load.table')}</summary>
        <ol>
          {windows
            .filter((one) => one.n)
            .map((one) => (
              <li key={one.from}>
                {at(one.from)} · {one.n}
              </li>
            ))}
        </ol>
      </details>
    </figure>
  );
}
