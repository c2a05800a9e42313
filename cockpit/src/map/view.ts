/* Where the map looks: Web Mercator, world coordinates 0 to 1, y down. No rotation, no tilt. */

export interface View {
  x: number; // centre, world
  y: number;
  zoom: number; // the world is 512 · 2^zoom CSS pixels wide
}

export interface Size {
  w: number;
  h: number;
}

export const ZOOM_MIN = 8;
export const ZOOM_MAX = 19;
const WORLD_PX = 512;
const EQUATOR_M = 40_075_016.686;

export const x_of = (lon: number): number => (lon + 180) / 360;

export function y_of(lat: number): number {
  const s = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

export const lat_of = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** CSS pixels per world unit. */
export const scale_of = (zoom: number): number => WORLD_PX * 2 ** zoom;

/** Metres that one CSS pixel covers at the view's centre. */
export function metres_per_px(view: View): number {
  return (EQUATOR_M * Math.cos((lat_of(view.y) * Math.PI) / 180)) / scale_of(view.zoom);
}

/** World units of one metre at a latitude. */
export function world_per_metre(lat: number): number {
  return 1 / (EQUATOR_M * Math.cos((lat * Math.PI) / 180));
}

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));

/** The view after zooming by `by` levels with the world point under (px, py) staying there. */
export function zoomed(view: View, by: number, px: number, py: number, size: Size): View {
  const zoom = clamp(view.zoom + by, ZOOM_MIN, ZOOM_MAX);
  const before = scale_of(view.zoom);
  const after = scale_of(zoom);
  const dx = px - size.w / 2;
  const dy = py - size.h / 2;
  return { x: view.x + dx / before - dx / after, y: view.y + dy / before - dy / after, zoom };
}

export function panned(view: View, dx: number, dy: number): View {
  const k = scale_of(view.zoom);
  return { ...view, x: view.x - dx / k, y: view.y - dy / k };
}

/** The view that shows all of a box of world coordinates with some air around it. */
export function fitted(box: { x0: number; y0: number; x1: number; y1: number }, size: Size, air = 32): View {
  const kx = Math.max(1, size.w - 2 * air) / Math.max(1e-9, box.x1 - box.x0);
  const ky = Math.max(1, size.h - 2 * air) / Math.max(1e-9, box.y1 - box.y0);
  const zoom = clamp(Math.log2(Math.min(kx, ky) / WORLD_PX), ZOOM_MIN, 17);
  return { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2, zoom };
}

/** A round length in metres whose bar is at most `max_px` wide. */
export function scale_bar(view: View, max_px: number): { metres: number; px: number } {
  const per = metres_per_px(view);
  const most = per * max_px;
  const ten = 10 ** Math.floor(Math.log10(most));
  const metres = most >= 5 * ten ? 5 * ten : most >= 2 * ten ? 2 * ten : ten;
  return { metres, px: metres / per };
}
