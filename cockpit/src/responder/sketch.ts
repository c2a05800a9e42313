/* The map without a map: fire, water, stations and the way there, north up, to scale. */

import { mark, svg } from './draw';
import type { Packet, Point, Way } from './packet';
import { metres, told, word } from './words';

const WIDTH = 390;
const HEIGHT = 244;
const TOP = 48; /* what lies over the picture: distance and wind */
const MIDDLE = (TOP + HEIGHT) / 2;
const HALF = (HEIGHT - TOP) / 2 - 14;
const METRES_PER_DEGREE = 111195;
const NICE_M = [20, 50, 100, 200, 500, 1000];

interface Spot {
  x: number;
  y: number;
}

export function sketch(packet: Packet, fire: Point, way: Way | null): SVGElement {
  const flat = (at: Point): Spot => ({
    x: (at[0] - fire[0]) * METRES_PER_DEGREE * Math.cos((fire[1] * Math.PI) / 180),
    y: (fire[1] - at[1]) * METRES_PER_DEGREE,
  });
  const near = packet.water.best.map((source) => flat(source.at));
  const reach = Math.max(120, ...near.map((at) => Math.max(Math.abs(at.x) / 1.9, Math.abs(at.y))));
  const scale = HALF / reach;
  const here = (at: Spot): Spot => ({ x: WIDTH / 2 + at.x * scale, y: MIDDLE + at.y * scale });
  const made = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'map', role: 'img',
    'aria-label': `${packet.place.name}: ${word(way?.kind === 'road' ? 'route' : 'straight')}`,
  });
  made.append(svg('rect', { class: 'land', width: WIDTH, height: HEIGHT }), ...rings(scale));
  if (way) made.append(...route(way.line.map((at) => here(flat(at))), way));
  for (const other of packet.others) {
    if (!other.at) continue;
    const at = edge(here(flat(other.at)));
    made.append(label(at, other.name || told(other.role_words), 'crew'));
  }
  const marks = [...near.map(here), { x: WIDTH / 2, y: MIDDLE }];
  for (const gate of packet.place.entrances ?? []) made.append(door(clear(edge(here(flat(gate.at)))), gate.name, marks));
  packet.water.best.forEach((_, index) => made.append(numbered(here(near[index] as Spot), index + 1)));
  const centre = svg('g', { transform: `translate(${WIDTH / 2 - 17} ${MIDDLE - 19})` });
  centre.append(mark(packet.incident.level, 34));
  made.append(centre, scaleBar(scale));
  return made;
}

function rings(scale: number): SVGElement[] {
  const step = NICE_M.find((size) => size * scale > 34) ?? 2000;
  return [1, 2, 3, 4].flatMap((n) => {
    const r = n * step * scale;
    return r > WIDTH ? [] : [svg('circle', { class: 'ring', cx: WIDTH / 2, cy: MIDDLE, r })];
  });
}

/** Pulled to the edge of the picture, in its true direction. */
function edge(at: Spot): Spot {
  const x = at.x - WIDTH / 2;
  const y = at.y - MIDDLE;
  const out = Math.max(Math.abs(x) / (WIDTH / 2 - 24), Math.abs(y) / HALF, 1);
  return { x: WIDTH / 2 + x / out, y: MIDDLE + y / out };
}

const inside = (at: Spot): boolean =>
  Math.abs(at.x - WIDTH / 2) <= WIDTH / 2 - 24 && Math.abs(at.y - MIDDLE) <= HALF;

/**
 * The way as far as it lies in the picture. Where it comes in from outside it begins with a mark, its whole
 * length beside it. A straight line is dashed; it ends before the fire, so that the fire stays readable.
 */
function route(line: Spot[], way: Way): SVGElement[] {
  const fire = line.at(-1) as Spot;
  let first = line.length - 1;
  while (first > 0 && inside(line[first - 1] as Spot)) first -= 1;
  const outside = first > 0;
  const from = outside ? border(line[first - 1] as Spot, line[first] as Spot) : (line[0] as Spot);
  const shown = [from, ...line.slice(outside ? first : 1)];
  const before = shown.at(-2) ?? from;
  const [x, y] = [fire.x - before.x, fire.y - before.y];
  const length = Math.hypot(x, y) || 1;
  const beside = Math.hypot(fire.x - WIDTH / 2, fire.y - MIDDLE); /* the road ends before the door */
  const gap = Math.max(0, Math.min(24 - beside, length - 1));
  const tip = { x: fire.x - (x / length) * gap, y: fire.y - (y / length) * gap };
  const turn = (Math.atan2(y, x) * 180) / Math.PI;
  const d = [...shown.slice(0, -1), tip].map((at) => `${at.x.toFixed(1)} ${at.y.toFixed(1)}`).join('L');
  const below = from.y + 27 < HEIGHT - 4 ? 27 : -18;
  const middle = Math.min(Math.max(from.x, 44), WIDTH - 44);
  const far = svg('text', { class: 'far', x: middle, y: from.y + below, 'text-anchor': 'middle' }, `${metres(way.road_m)} »`);
  return [
    svg('path', { class: way.kind === 'road' ? 'way road' : 'way', d: `M${d}` }),
    svg('path', { class: 'tip', d: 'M-9 -8L7 0L-9 8Z', transform: `translate(${tip.x} ${tip.y}) rotate(${turn})` }),
    svg('circle', { class: 'me', cx: from.x, cy: from.y, r: 11 }),
    ...(outside ? [far] : []),
  ];
}

/** Where the stretch from outside to inside crosses the border of the picture. */
function border(out: Spot, into: Spot): Spot {
  let [low, high] = [0, 1];
  const at = (share: number): Spot => ({ x: out.x + (into.x - out.x) * share, y: out.y + (into.y - out.y) * share });
  for (let round = 0; round < 20; round += 1) {
    const middle = (low + high) / 2;
    if (inside(at(middle))) high = middle;
    else low = middle;
  }
  return at(high);
}

function numbered(at: Spot, number: number): SVGElement {
  const g = svg('g', { transform: `translate(${at.x} ${at.y})`, class: 'source' });
  g.append(
    svg('path', { d: 'M-11 -11H11V11H-11Z' }),
    svg('text', { y: 5.5, 'text-anchor': 'middle' }, String(number)),
  );
  return g;
}

/** Pushed out from under the fire's mark, in its true direction. */
function clear(at: Spot): Spot {
  const [x, y] = [at.x - WIDTH / 2, at.y - MIDDLE];
  const away = Math.hypot(x, y) || 1;
  const out = Math.max(1, 28 / away);
  return { x: WIDTH / 2 + x * out, y: MIDDLE + y * out };
}

/** Where a gate's name may stand: beside, below or above; the first that no mark covers. */
const NAME_AT: [number, number, 'start' | 'end' | 'middle'][] = [
  [10, -8, 'start'], [-10, -8, 'end'], [10, 16, 'start'], [-10, 16, 'end'], [0, 24, 'middle'], [0, -14, 'middle'],
];

/** A gate: a small open square, and its name where there is room; it stands in words below in any case. */
function door(at: Spot, name: string, marks: Spot[]): SVGElement {
  const wide = [...name].length * 15;
  const room = NAME_AT.find(([x, y, anchor]) => {
    const from = at.x + x - (anchor === 'end' ? wide : anchor === 'middle' ? wide / 2 : 0);
    return marks.every((one) => Math.abs(one.y - (at.y + y - 5)) > 19 || one.x + 13 < from || one.x - 13 > from + wide);
  });
  const g = svg('g', { transform: `translate(${at.x} ${at.y})`, class: 'gate' });
  g.append(svg('path', { d: 'M-6 6V-6H6V6' }));
  if (room) g.append(svg('text', { class: 'far', x: room[0], y: room[1], 'text-anchor': room[2] }, name));
  return g;
}

function label(at: Spot, text: string, kind: string): SVGElement {
  const wide = [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 14 : 8), 12);
  const x = Math.min(Math.max(at.x, wide / 2 + 2), WIDTH - wide / 2 - 2);
  const g = svg('g', { transform: `translate(${x} ${at.y})`, class: kind });
  g.append(
    svg('path', { d: `M${-wide / 2} -12h${wide}v24h${-wide}z` }),
    svg('text', { y: 5, 'text-anchor': 'middle' }, text),
  );
  return g;
}

function scaleBar(scale: number): SVGElement {
  const size = NICE_M.find((one) => one * scale > 34) ?? 2000;
  const y = HEIGHT - 12;
  const g = svg('g', { class: 'scale' });
  g.append(
    svg('path', { d: `M12 ${y - 5}v5h${size * scale}v-5` }),
    svg('text', { x: 16 + size * scale, y }, metres(size)),
    svg('text', { x: WIDTH - 12, y, 'text-anchor': 'end' }, `${word('north')} ↑`),
  );
  return g;
}
