/* The desk's load: incidents in windows of ten minutes, the flood line, the mean against its limit. */

import { useCell } from '../live/cell';
import { figures } from '../live/house';
import { hm } from '../words/format';
import { useWords } from '../words/words';

const FLOOD = 10; // incidents in ten minutes
const MEAN_LIMIT = 1;
const WIDTH = 276;
const TOP = 8;
const BASE = 52;

export function LoadStrip(): React.JSX.Element | null {
  const { t } = useWords();
  const { desk } = useCell(figures);
  if (!desk?.load?.length) return null;
  const { load } = desk;
  const most = Math.max(FLOOD, ...load.map((one) => one.incidents));
  const step = WIDTH / load.length;
  const height = (n: number): number => (n / most) * (BASE - TOP);
  const mean = load.reduce((sum, one) => sum + one.incidents, 0) / load.length;
  const floods = load.filter((one) => one.incidents >= FLOOD).length / load.length;
  const last = load.at(-1)?.incidents ?? 0;
  const line = BASE - height(FLOOD);
  const limit = BASE - height(MEAN_LIMIT);
  const summary = t('load.sum', { mean: mean.toFixed(1), limit: MEAN_LIMIT.toFixed(1), flood: Math.round(floods * 100) });
  return (
    <section className="load">
      <div className="sec">
        <h2>
          <a href="#/load">{t('load.title')}</a>
        </h2>
        <span>{t('load.what')}</span>
        <a className="r" href="#/shift">
          {t('shift.link')}
        </a>
      </div>
      <svg viewBox={`0 0 ${WIDTH} 70`} width={WIDTH} height="70" role="img" aria-label={summary}>
        <path d={`M0 ${line}H${WIDTH}`} stroke="var(--ink-3)" strokeDasharray="2 3" />
        <path d={`M0 ${limit}H${WIDTH}`} stroke="var(--line-2)" />
        {load.map((one, i) => (
          <rect
            key={one.from}
            x={i * step + 0.5}
            width={step - 3}
            y={BASE - Math.max(1, height(one.incidents))}
            height={Math.max(1, height(one.incidents))}
            fill={i === load.length - 1 ? 'var(--ink)' : one.incidents ? 'var(--mark)' : 'var(--line-2)'}
          />
        ))}
        <g fontSize="11" fill="var(--ink-3)">
          <text x="0" y={line + 12}>
            {t('load.flood', { count: FLOOD })}
          </text>
          <text x="0" y="66">
            {hm(load[0]?.from ?? 0)}
          </text>
          <text x={WIDTH / 2} y="66" textAnchor="middle">
            {hm(load[load.length >> 1]?.from ?? 0)}
          </text>
          <text x={WIDTH} y="66" textAnchor="end">
            {t('load.now', { count: last })}
          </text>
        </g>
      </svg>
      <p>{summary}</p>
    </section>
  );
}
