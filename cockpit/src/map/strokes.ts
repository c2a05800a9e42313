/* How the ground is drawn: land, built-up land, green, water, then roads from small to large. Quiet on purpose. */

import type { Laid } from './base';
import { EXTENT, type Feature } from './mvt';
import type { Palette } from './palette';

export interface Label {
  name: string;
  x: number; // world
  y: number;
  rank: number; // smaller stands first
}

export interface Stroke {
  ctx: OffscreenCanvasRenderingContext2D;
  k: number; // pixels per world unit
  ratio: number;
  zoom: number;
  ox: number;
  oy: number;
  colours: Palette;
  labels: Label[];
}

/** Widths in CSS pixels at zoom 13; each step of zoom makes a road 1.4 times as wide. */
const ROADS: readonly [string, number][] = [
  ['minor', 1],
  ['tertiary', 1.8],
  ['secondary', 2.4],
  ['primary', 3],
  ['trunk', 3.4],
  ['motorway', 3.8],
];
const WIDER = 1.4;
const WIDTH_MIN = 0.6;
const WIDTH_MAX = 18;
const RANKS: Readonly<Record<string, number>> = { city: 0, town: 1, suburb: 2, island: 2, village: 3, quarter: 4, neighbourhood: 5, hamlet: 5, road: 6 };
const ROAD_NAMES_FROM_ZOOM = 14;

/** Draw in slices: the caller stops between two of them. */
export function* draw_slices(on: Stroke, laid: readonly Laid[], rings: readonly Float64Array[], w: number, h: number): Generator<void> {
  const { ctx, colours } = on;
  ctx.fillStyle = rings.length ? colours.css('--bg') : colours.css('--map-land');
  ctx.fillRect(0, 0, w, h);
  fill_land(on, rings);
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  const passes: [keyof Laid['tile'], string, (found: Feature[]) => void][] = [
    ['area', 'built', (found) => fill(on, found, '--map-bld', 0.45)],
    ['area', 'green', (found) => fill(on, found, '--bg', 0.5)],
    ['area', 'water', (found) => fill(on, found, '--map-water', 1)],
    ['line', 'river', (found) => stroke(on, found, '--map-water', 1.6)],
    ['line', 'rail', (found) => stroke(on, found, '--map-bld-line', 1)],
    ...ROADS.map(([kind, width]): [keyof Laid['tile'], string, (found: Feature[]) => void] => ['line', kind, (found) => stroke(on, found, '--map-road', width)]),
  ];
  for (const [layer, kind, draw] of passes) {
    for (const one of laid) {
      const found = one.tile[layer].filter((feature) => feature.kind === kind);
      if (!found.length) continue;
      ctx.save();
      within(on, one);
      draw(found);
      ctx.restore();
      yield;
    }
  }
  for (const one of laid) take_labels(on, one);
}

function fill_land({ ctx, k, ox, oy, colours }: Stroke, rings: readonly Float64Array[]): void {
  ctx.beginPath();
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) ctx.lineTo((ring[i] as number) * k + ox, (ring[i + 1] as number) * k + oy);
    ctx.closePath();
  }
  ctx.fillStyle = colours.css('--map-land');
  ctx.fill('evenodd');
}

/** Draw in the units of a tile, inside its edge. */
function within({ ctx, k, ox, oy }: Stroke, { zoom, x, y }: Laid): void {
  const size = k / 2 ** zoom;
  ctx.beginPath();
  ctx.rect(Math.round(x * size + ox), Math.round(y * size + oy), Math.round((x + 1) * size + ox) - Math.round(x * size + ox), Math.round((y + 1) * size + oy) - Math.round(y * size + oy));
  ctx.clip();
  ctx.setTransform(size / EXTENT, 0, 0, size / EXTENT, x * size + ox, y * size + oy);
}

function trace(ctx: OffscreenCanvasRenderingContext2D, features: readonly Feature[], close: boolean): void {
  ctx.beginPath();
  for (const { parts } of features) {
    for (const part of parts) {
      ctx.moveTo(part[0] as number, part[1] as number);
      for (let i = 2; i + 1 < part.length; i += 2) ctx.lineTo(part[i] as number, part[i + 1] as number);
      if (close) ctx.closePath();
    }
  }
}

function fill({ ctx, colours }: Stroke, features: readonly Feature[], colour: string, alpha: number): void {
  trace(ctx, features, true);
  ctx.globalAlpha = alpha;
  ctx.fillStyle = colours.css(colour);
  ctx.fill('evenodd');
}

function stroke({ ctx, colours, ratio, zoom }: Stroke, features: readonly Feature[], colour: string, width: number): void {
  trace(ctx, features, false);
  const px = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width * WIDER ** (zoom - 13)));
  ctx.lineWidth = (px * ratio) / ctx.getTransform().a;
  ctx.strokeStyle = colours.css(colour);
  ctx.stroke();
}

function take_labels(on: Stroke, { zoom, x, y, tile }: Laid): void {
  const n = 2 ** zoom;
  const named = new Set(on.labels.map((one) => one.name)); // a street runs through many tiles and is named once
  for (const { kind, name, parts } of tile.label) {
    const at = parts[0];
    if (!at || (kind === 'road' && (on.zoom < ROAD_NAMES_FROM_ZOOM || named.has(name)))) continue;
    named.add(name);
    on.labels.push({ name, x: (x + (at[0] as number) / EXTENT) / n, y: (y + (at[1] as number) / EXTENT) / n, rank: RANKS[kind] ?? 9 });
  }
  on.labels.sort((a, b) => a.rank - b.rank);
}
