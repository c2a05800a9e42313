/* Readings of one quantity: the mean as a line, lowest to highest as a band; a gap stays a gap. */

import { useEffect, useRef, useState } from 'react';
import type { ChartPoint } from '../facts/record';
import { day, hm } from '../words/format';
import { useWords } from '../words/words';
import { moments, shown, ticks } from './axis';

const H = 220;
const LEFT = 48;
const RIGHT = 12;
const TOP = 22;
const BOTTOM = 24;
const HALF_A_LABEL = 18;
const DAY_MS = 86_400_000;
const GAP = 4; // so many usual intervals without a reading are a gap

interface ChartProps {
  points: readonly ChartPoint[];
  since: number;
  until: number;
  name: string;
  unit: string;
}

export function ReadingChart({ points, since, until, name, unit }: ChartProps): React.JSX.Element {
  const { t } = useWords();
  const { box, width } = useWidthOf();
  const [at, set_at] = useState<ChartPoint | null>(null);
  const lowest = Math.min(...points.map((one) => one.lowest));
  const highest = Math.max(...points.map((one) => one.highest));
  const marks = ticks(lowest, highest, 4);
  const [floor = 0, ceiling = 1] = [marks[0], marks.at(-1)];
  const x = (when: number): number => LEFT + ((when - since) / (until - since)) * (width - LEFT - RIGHT);
  const y = (value: number): number => TOP + (1 - (value - floor) / (ceiling - floor)) * (H - TOP - BOTTOM);
  const said = t('device.chart', { name, lowest: shown(lowest), highest: shown(highest), unit, count: points.reduce((sum, one) => sum + one.readings, 0) });
  const hover = (event: React.PointerEvent<SVGSVGElement>): void => {
    const when = since + ((event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT)) * (until - since);
    set_at(points.reduce((best, one) => (Math.abs(Date.parse(one.at) - when) < Math.abs(Date.parse(best.at) - when) ? one : best)));
  };
  return (
    <figure className="reading-chart" ref={box}>
      <figcaption>
        {said}
        {floor !== 0 && <span className="q"> {t('device.axis', { from: floor })}</span>}
      </figcaption>
      <svg width={width} height={H} role="img" aria-label={said} onPointerMove={hover} onPointerLeave={() => set_at(null)}>
        <text x={LEFT - 8} y={TOP - 10} textAnchor="end">
          {unit}
        </text>
        {marks.map((mark) => (
          <g key={mark}>
            <line className="grid" x1={LEFT} x2={width - RIGHT} y1={y(mark)} y2={y(mark)} />
            <text x={LEFT - 8} y={y(mark) + 4} textAnchor="end">
              {shown(mark)}
            </text>
          </g>
        ))}
        {moments(since, until, width / 90).map((moment) => (
          <text key={moment} x={Math.min(x(moment), width - HALF_A_LABEL)} y={H - 6} textAnchor="middle">
            {until - since > 2 * DAY_MS ? day(moment).slice(5) : hm(moment)}
          </text>
        ))}
        {runs(points).map((run) => (
          <g key={run[0]?.at}>
            <polygon className="band" points={[...run.map((one) => `${x(Date.parse(one.at))},${y(one.highest)}`), ...run.toReversed().map((one) => `${x(Date.parse(one.at))},${y(one.lowest)}`)].join(' ')} />
            <polyline className="mean" points={run.map((one) => `${x(Date.parse(one.at))},${y(one.mean)}`).join(' ')} />
            {run.length === 1 && run[0] && <circle className="dot" cx={x(Date.parse(run[0].at))} cy={y(run[0].mean)} r="2.5" />}
          </g>
        ))}
        {at && (
          <g className="read-off">
            <line x1={x(Date.parse(at.at))} x2={x(Date.parse(at.at))} y1={TOP} y2={H - BOTTOM} />
            <text x={Math.min(Math.max(x(Date.parse(at.at)), LEFT + 80), width - 90)} y={TOP - 8} textAnchor="middle">
              {`${day(at.at).slice(5)} ${hm(at.at)} · ${shown(at.mean)} ${unit}`}
            </text>
          </g>
        )}
      </svg>
    </figure>
  );
}

/** Stretches in which something was read as often as usual. */
function runs(points: readonly ChartPoint[]): ChartPoint[][] {
  const times = points.map((one) => Date.parse(one.at));
  const between = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const usual = between.toSorted((a, b) => a - b)[Math.floor(between.length / 2)] ?? 0;
  const found: ChartPoint[][] = [];
  points.forEach((one, i) => {
    if (i === 0 || (between[i - 1] ?? 0) > GAP * usual) found.push([]);
    found.at(-1)?.push(one);
  });
  return found;
}

/** The width that the page leaves, in pixels: text on a chart keeps its size. */
function useWidthOf(): { box: React.RefObject<HTMLElement | null>; width: number } {
  const box = useRef<HTMLElement>(null);
  const [width, set_width] = useState(640);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => set_width(Math.max(280, element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}
