/* One frame: base map, outline, places, labels, marks, scale. Reads a scene, writes a raster. */

import type { Base } from './base';
import type { Palette } from './palette';
import type { Raster } from './raster';
import type { Scene } from './scene';
import type { Sprites } from './sprites';
import { type View, lat_of, metres_per_px, scale_bar, scale_of, world_per_metre } from './view';

export interface Brush {
  raster: Raster;
  sprites: Sprites;
  colours: Palette;
  ratio: number; // raster pixels per CSS pixel
}

/** World to raster pixels. */
interface Frame {
  k: number;
  ox: number;
  oy: number;
  zoom: number;
}

const VILLAGES_FROM_ZOOM = 11.6;
const NEW_LABELS_A_FRAME = 6;

/** Paint one frame. Returns false when labels are still to be drawn in a next one. */
export function paint(brush: Brush, scene: Scene, view: View, base: Base): boolean {
  const { raster, colours, ratio } = brush;
  const k = scale_of(view.zoom) * ratio;
  const frame = { k, ox: raster.w / 2 - view.x * k, oy: raster.h / 2 - view.y * k, zoom: view.zoom };
  const rings = scene.rings.map((ring) => to_screen(ring, frame));
  if (!base.lay(raster, view, ratio, scene.rings, colours)) {
    raster.clear(scene.rings.length ? colours.ground : colours.land);
    raster.fill(rings, colours.land);
  }
  for (const ring of rings) raster.stroke(ring, colours.edge, Math.max(1, Math.round(ratio)));
  dots(brush, scene, frame);
  const taken = scene.marks
    .filter((mark) => mark.kind !== 'station')
    .map((mark) => around(mark.x * k + frame.ox, mark.y * k + frame.oy, 20 * ratio, 20 * ratio));
  const done = labels(brush, scene, frame, taken, base);
  circles(brush, scene, frame);
  for (const area of scene.areas ?? []) raster.stroke(to_screen(area, frame), colours.dot_strong, Math.max(1, Math.round(1.5 * ratio)));
  marks(brush, scene, frame, taken);
  bar(brush, view);
  return done;
}

function to_screen(ring: Float64Array, { k, ox, oy }: Frame): Float64Array {
  const out = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    out[i] = (ring[i] as number) * k + ox;
    out[i + 1] = (ring[i + 1] as number) * k + oy;
  }
  return out;
}

/** All places. Small and soft from afar, so that density shows; from zoom 14 on single discs. */
function dots({ raster, sprites, colours, ratio }: Brush, scene: Scene, { k, ox, oy, zoom }: Frame): void {
  const { w, h, px } = raster;
  const { places } = scene;
  const size = Math.max(1, Math.round((zoom < 9.8 ? 1 : zoom < 12.5 ? 2 : zoom < 14 ? 3 : zoom < 16 ? 5 : 7) * ratio));
  const half = size >> 1;
  const soft = zoom < 9 ? 0.65 : 1;
  const right = w - size;
  const bottom = h - size;
  const skip = size >= 5 ? 1 : 0; // cut the corners of large dots
  for (let i = 0; i < places.length; i += 2) {
    const x = ((places[i] as number) * k + ox - half) | 0;
    const y = ((places[i + 1] as number) * k + oy - half) | 0;
    if (x <= 0 || y <= 0 || x >= right || y >= bottom) continue;
    if (size === 1) {
      raster.blend(x, y, colours.dot, soft);
      continue;
    }
    for (let row = 0; row < size; row += 1) {
      const cut = row === 0 || row === size - 1 ? skip : 0;
      const at = (y + row) * w + x;
      for (let col = cut; col < size - cut; col += 1) px[at + col] = colours.dot;
    }
  }
  if (scene.chosen_place >= 0) {
    const at = scene.chosen_place * 2;
    raster.blit(sprites.chosen(), (places[at] as number) * k + ox, (places[at + 1] as number) * k + oy);
  }
}

type Box = [number, number, number, number];

/** Town, village and street names where nothing else stands; adds their boxes to `taken`. */
function labels({ raster, sprites }: Brush, scene: Scene, { k, ox, oy, zoom }: Frame, taken: Box[], base: Base): boolean {
  let fresh = 0;
  let done = true;
  const put = (one: { name: string; x: number; y: number }, size: number, strong: boolean): void => {
    const x = one.x * k + ox;
    const y = one.y * k + oy;
    if (x < 0 || y < 0 || x > raster.w || y > raster.h) return;
    if (!sprites.has(one.name, size) && (fresh += 1) > NEW_LABELS_A_FRAME) {
      done = false;
      return;
    }
    const sprite = sprites.label(one.name, size, strong);
    const box = around(x, y, sprite.w, sprite.h);
    if (!taken.every((other) => apart(box, other))) return;
    taken.push(box);
    raster.blit(sprite, x, y);
  };
  for (const town of scene.towns) put(town, zoom < 9.6 ? 11 : 13, true);
  if (zoom >= VILLAGES_FROM_ZOOM) for (const village of scene.villages) put(village, 12, false);
  const known = new Set([...scene.towns, ...scene.villages].map((one) => one.name));
  for (const one of base.labels) if (!known.has(one.name)) put(one, one.rank < 2 ? 13 : 11, one.rank < 2);
  return done;
}

function circles({ raster, sprites, colours }: Brush, scene: Scene, { k, ox, oy }: Frame): void {
  const at = scene.marks.find((mark) => mark.kind === 'incident' && mark.chosen);
  if (!at) return;
  const per = world_per_metre(lat_of(at.y)) * k;
  for (const metres of scene.circles_m) {
    const radius = metres * per;
    if (radius > raster.w * 2 || radius < 12) continue;
    raster.circle(at.x * k + ox, at.y * k + oy, radius, colours.edge, 1);
    raster.blit(sprites.label(`${metres} m`, 11), at.x * k + ox, at.y * k + oy - radius);
  }
}

const ORDER = { water: 0, station: 1, incident: 2 } as const;

/** Waters and stations, then incidents from low to high: the fire lies on top. */
function marks({ raster, sprites, colours, ratio }: Brush, scene: Scene, { k, ox, oy }: Frame, taken: Box[]): void {
  const sorted = [...scene.marks].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.level - b.level);
  for (const mark of sorted) {
    const x = mark.x * k + ox;
    const y = mark.y * k + oy;
    if (x < -40 || y < -40 || x > raster.w + 40 || y > raster.h + 40) continue;
    if (mark.kind === 'water') raster.blit(sprites.numbered(Number(mark.number)), x, y);
    else if (mark.kind === 'station') tag(raster, sprites, mark.text, x, y, taken);
    else {
      raster.blit(sprites.level(mark.level, mark.chosen ? 26 : mark.level >= 3 ? 24 : 18), x, y);
      if (mark.chosen) raster.circle(x, y, 27 * ratio, parse_level(colours, mark.level), Math.max(1, Math.round(ratio)));
    }
  }
}

const around = (x: number, y: number, w: number, h: number): Box => [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
const apart = (a: Box, b: Box): boolean => a[0] >= b[2] || a[2] <= b[0] || a[1] >= b[3] || a[3] <= b[1];

/** A station: a small square where it stands, its tag beside it where there is room. */
function tag(raster: Raster, sprites: Sprites, text: string, x: number, y: number, taken: Box[]): void {
  const foot = sprites.foot();
  raster.blit(foot, x, y);
  taken.push(around(x, y, foot.w, foot.h));
  const sprite = sprites.tag(text);
  const side = (sprite.w + foot.w) / 2 + 2;
  const up = (sprite.h + foot.h) / 2 + 1;
  for (const [dx, dy] of [[side, 0], [-side, 0], [0, -up], [0, up]] as const) {
    const box = around(x + dx, y + dy, sprite.w, sprite.h);
    const inside = box[0] >= 0 && box[1] >= 0 && box[2] <= raster.w && box[3] <= raster.h;
    if (!inside || !taken.every((other) => apart(box, other))) continue;
    taken.push(box);
    raster.blit(sprite, x + dx, y + dy);
    return;
  }
}

function parse_level(colours: Palette, level: number): number {
  const n = Number.parseInt(colours.level(level).replace('#', ''), 16);
  return ((255 << 24) | ((n & 255) << 16) | (n & 0xff00) | ((n >> 16) & 255)) >>> 0;
}

function bar({ raster, sprites, colours, ratio }: Brush, view: View): void {
  const { metres, px } = scale_bar(view, 96);
  if (!Number.isFinite(px) || metres_per_px(view) <= 0) return;
  const x = 14 * ratio;
  const y = raster.h - 14 * ratio;
  const end = x + px * ratio;
  const width = Math.max(1, Math.round(ratio));
  raster.line(x, y, end, y, colours.dot_strong, width);
  raster.line(x, y - 4 * ratio, x, y, colours.dot_strong, width);
  raster.line(end, y - 4 * ratio, end, y, colours.dot_strong, width);
  const text = sprites.label(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, 11);
  raster.blit(text, end + 4 * ratio + text.w / 2, y);
}
