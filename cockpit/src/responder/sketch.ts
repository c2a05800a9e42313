/* The map without a map: fire, water, stations and the straight line, north up, to scale. */

import { mark, svg } from './draw';
import type { Packet, Point } from './packet';
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

export function sketch(packet: Packet, fire: Point): SVGElement {
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
    'aria-label': `${packet.place.name}: ${word('straight')}`,
  });
  made.append(svg('rect', { class: 'land', width: WIDTH, height: HEIGHT }), ...rings(scale));
  if (packet.route && packet.station) {
    made.append(...route(here(flat(packet.station.at)), packet.route.distance_m));
  }
  for (const other of packet.others) {
    if (!other.at) continue;
    const at = edge(here(flat(other.at)));
    made.append(label(at, other.name || told(other.role_words), 'crew'));
  }
  const waters = near.map(here);
  for (const gate of packet.place.entrances ?? []) made.append(door(clear(edge(here(flat(gate.at)))), gate.name, waters));
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

/** A station outside of the picture stands at its edge with its true distance beside it. */
function route(station: Spot, distance_m: number): SVGElement[] {
  const from = edge(station);
  const outside = Math.hypot(from.x - station.x, from.y - station.y) > 1;
  const far = svg('text', { class: 'far', x: from.x, y: from.y + 27, 'text-anchor': 'middle' }, `${metres(distance_m)} »`);
  const x = WIDTH / 2 - from.x;
  const y = MIDDLE - from.y;
  const length = Math.hypot(x, y) || 1;
  const tip = { x: WIDTH / 2 - (x / length) * 24, y: MIDDLE - (y / length) * 24 };
  const turn = (Math.atan2(y, x) * 180) / Math.PI;
  return [
    svg('path', { class: 'way', d: `M${from.x} ${from.y}L${tip.x} ${tip.y}` }),
    svg('path', { class: 'tip', d: 'M-9 -8L7 0L-9 8Z', transform: `translate(${tip.x} ${tip.y}) rotate(${turn})` }),
    svg('circle', { class: 'me', cx: from.x, cy: from.y, r: 11 }),
    ...(outside ? [far] : []),
  ];
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

/** A gate: a small open square, and its name on the side where no water stands. */
function door(at: Spot, name: string, waters: Spot[]): SVGElement {
  const beside = (one: Spot): boolean => Math.abs(one.y - at.y) < 20 && one.x > at.x - 12 && one.x < at.x + 60;
  const left = waters.some(beside);
  const g = svg('g', { transform: `translate(${at.x} ${at.y})`, class: 'gate' });
  g.append(
    svg('path', { d: 'M-6 6V-6H6V6' }),
    svg('text', { class: 'far', x: left ? -10 : 10, y: -8, 'text-anchor': left ? 'end' : 'start' }, name),
  );
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
