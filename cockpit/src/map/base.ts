/*
 * The ground under the places as one picture, larger than the screen. It is drawn in slices when the map rests
 * and then only copied: by rows while the map is moved, by nearest pixel while it is zoomed.
 */

import type { Palette } from './palette';
import type { Raster } from './raster';
import { type Stroke, draw_slices } from './strokes';
import { about, tile, zoom_for } from './tiles';
import { type View, scale_of } from './view';
import type { Tile } from './mvt';

const AIR = 1.5; // the picture's size in screens
const REST_MS = 120;
const SLICE_MS = 5;
const SAME_ZOOM = 1e-9;

/** A tile with where it lies. */
export interface Laid {
  zoom: number;
  x: number;
  y: number;
  tile: Tile;
}

interface Picture {
  view: View;
  k: number; // its pixels per world unit
  w: number;
  h: number;
  px: Uint32Array;
  labels: Stroke['labels'];
}

export class Base {
  private shown: Picture | null = null;
  private job: Generator<void, Picture | null> | null = null;
  private last: View | null = null;
  private moved_ms = 0;
  private due = 0;
  private dirty = true;

  constructor(private readonly again: () => void) {}

  /** Names that the ground brings along, in world coordinates. */
  get labels(): Stroke['labels'] {
    return this.shown?.labels ?? [];
  }

  /** Colours, size or tiles changed: draw anew; the old picture stands until then. */
  spoil(): void {
    this.dirty = true;
    this.job = null;
    this.again();
  }

  stop(): void {
    window.clearTimeout(this.due);
    this.job = null;
  }

  /** Lay the ground under a frame. False where there is none yet. */
  lay(raster: Raster, view: View, ratio: number, rings: readonly Float64Array[], colours: Palette): boolean {
    if (!about.get()) return false;
    this.work(raster, view, ratio, rings, colours);
    if (!this.shown) return false;
    copy(this.shown, raster, view, scale_of(view.zoom) * ratio, rings.length ? colours.ground : colours.land);
    return true;
  }

  /** Go on with the picture that is being drawn, or begin one if the shown one does not fit. */
  private work(raster: Raster, view: View, ratio: number, rings: readonly Float64Array[], colours: Palette): void {
    const now = performance.now();
    if (view !== this.last) {
      this.last = view;
      this.moved_ms = now;
    }
    const fits = !this.dirty && this.shown && covers(this.shown, raster, view, scale_of(view.zoom) * ratio);
    if (!this.job && !fits) {
      const moved_only = this.shown && Math.abs(this.shown.k / (scale_of(view.zoom) * ratio) - 1) <= SAME_ZOOM;
      if (now - this.moved_ms >= REST_MS || !this.shown || moved_only) {
        this.dirty = false;
        this.job = picture(raster, view, ratio, rings, colours);
      } else {
        window.clearTimeout(this.due);
        this.due = window.setTimeout(this.again, REST_MS);
      }
    }
    while (this.job && performance.now() - now < SLICE_MS) {
      const step = this.job.next();
      if (!step.done) continue;
      this.job = null;
      if (step.value) this.shown = step.value;
      else this.dirty = true; // tiles are on their way: their coming spoils and begins again
    }
    if (this.job) this.again();
  }
}

/** Whether every pixel of the frame lies on the picture, at its own scale. */
function covers(on: Picture, raster: Raster, view: View, k: number): boolean {
  if (Math.abs(on.k / k - 1) > SAME_ZOOM) return false;
  return Math.abs(view.x - on.view.x) * k <= (on.w - raster.w) / 2 && Math.abs(view.y - on.view.y) * k <= (on.h - raster.h) / 2;
}

function* picture(raster: Raster, view: View, ratio: number, rings: readonly Float64Array[], colours: Palette): Generator<void, Picture | null> {
  const k = scale_of(view.zoom) * ratio;
  const w = Math.round(raster.w * AIR);
  const h = Math.round(raster.h * AIR);
  const box = { x0: view.x - w / 2 / k, y0: view.y - h / 2 / k, x1: view.x + w / 2 / k, y1: view.y + h / 2 / k };
  const laid = around(box, view.zoom);
  if (!laid) return null;
  const canvas = new OffscreenCanvas(w, h);
  const ctx = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!ctx) return null;
  const stroke: Stroke = { ctx, k, ratio, zoom: view.zoom, ox: -box.x0 * k, oy: -box.y0 * k, colours, labels: [] };
  yield* draw_slices(stroke, laid, rings, w, h);
  yield;
  const px = new Uint32Array(ctx.getImageData(0, 0, w, h).data.buffer);
  return { view, k, w, h, px, labels: stroke.labels };
}

/** The tiles of a box; null while any of them is on its way. */
function around(box: { x0: number; y0: number; x1: number; y1: number }, zoom: number): Laid[] | null {
  const at = zoom_for(about.get()?.zooms ?? [], zoom);
  const n = 2 ** at;
  const found: Laid[] = [];
  let whole = true;
  for (let x = Math.max(0, Math.floor(box.x0 * n)); x <= Math.min(n - 1, Math.floor(box.x1 * n)); x += 1) {
    for (let y = Math.max(0, Math.floor(box.y0 * n)); y <= Math.min(n - 1, Math.floor(box.y1 * n)); y += 1) {
      const here = tile(at, x, y);
      if (here === undefined) whole = false;
      else if (here) found.push({ zoom: at, x, y, tile: here });
    }
  }
  return whole ? found : null;
}

/** Copy what of the picture lies under the frame; the rest is plain. */
function copy(from: Picture, raster: Raster, view: View, k: number, plain: number): void {
  const per = from.k / k; // picture pixels per frame pixel
  const left = (view.x - from.view.x) * from.k + from.w / 2 - (raster.w / 2) * per;
  const top = (view.y - from.view.y) * from.k + from.h / 2 - (raster.h / 2) * per;
  const { px, w, h } = raster;
  if (Math.abs(per - 1) <= SAME_ZOOM) {
    const dx = Math.round(left);
    const dy = Math.round(top);
    const first = Math.max(0, -dx);
    const last = Math.min(w, from.w - dx);
    if (first > 0 || last < w || dy < 0 || dy + h > from.h) px.fill(plain);
    if (last <= first) return;
    for (let y = Math.max(0, -dy); y < Math.min(h, from.h - dy); y += 1) {
      const row = (y + dy) * from.w + dx;
      px.set(from.px.subarray(row + first, row + last), y * w + first);
    }
    return;
  }
  const columns = new Int32Array(w);
  for (let x = 0; x < w; x += 1) columns[x] = Math.floor(left + (x + 0.5) * per);
  for (let y = 0; y < h; y += 1) {
    const row = Math.floor(top + (y + 0.5) * per);
    if (row < 0 || row >= from.h) {
      px.fill(plain, y * w, (y + 1) * w);
      continue;
    }
    for (let x = 0, at = y * w; x < w; x += 1, at += 1) {
      const column = columns[x] as number;
      px[at] = column >= 0 && column < from.w ? (from.px[row * from.w + column] as number) : plain;
    }
  }
}
