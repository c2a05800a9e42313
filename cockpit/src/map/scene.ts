/* What lies on the map, in world coordinates, and what is under a finger. */

import type { Ground, PlaceColumns } from '../facts/place';
import { type Size, type View, scale_of, x_of, y_of } from './view';

export interface Mark {
  kind: 'incident' | 'water' | 'station';
  x: number;
  y: number;
  level: number; // incidents
  number: string; // incident number, or the figure in a water box
  text: string; // a station's tag, an incident's place
  chosen: boolean;
}

export interface Scene {
  rings: Float64Array[];
  towns: { name: string; x: number; y: number }[];
  villages: { name: string; x: number; y: number }[];
  places: Float64Array; // x0, y0, x1, y1, …
  ids: string[];
  marks: Mark[];
  chosen_place: number; // index, -1 for none
  areas?: Float64Array[]; // what lookouts can have meant: closed rings x0, y0, x1, y1, …
  circles_m: number[]; // distance rings around the first chosen incident
}

export const EMPTY: Scene = {
  rings: [],
  towns: [],
  villages: [],
  places: new Float64Array(),
  ids: [],
  marks: [],
  chosen_place: -1,
  circles_m: [],
};

const to_world = <T extends { lon: number; lat: number; name: string }>(one: T): { name: string; x: number; y: number } => ({
  name: one.name,
  x: x_of(one.lon),
  y: y_of(one.lat),
});

/** The fixed part of a scene. */
export function scene_of(columns: PlaceColumns | null, ground: Ground | null): Scene {
  const count = columns?.ids.length ?? 0;
  const places = new Float64Array(count * 2);
  for (let i = 0; i < count; i += 1) {
    places[2 * i] = x_of(columns?.lon[i] ?? 0);
    places[2 * i + 1] = y_of(columns?.lat[i] ?? 0);
  }
  return {
    ...EMPTY,
    rings: (ground?.outline ?? []).map((ring) => Float64Array.from(ring.flatMap(([lon, lat]) => [x_of(lon), y_of(lat)]))),
    towns: (ground?.towns ?? []).map(to_world),
    villages: (ground?.villages ?? []).map(to_world),
    places,
    ids: columns?.ids ?? [],
  };
}

/** The box around everything that lies still. */
export function bounds(scene: Scene): { x0: number; y0: number; x1: number; y1: number } | null {
  const box = { x0: 2, y0: 2, x1: -1, y1: -1 };
  const take = (of: Float64Array): void => {
    for (let i = 0; i + 1 < of.length; i += 2) {
      const x = of[i] as number;
      const y = of[i + 1] as number;
      box.x0 = Math.min(box.x0, x);
      box.x1 = Math.max(box.x1, x);
      box.y0 = Math.min(box.y0, y);
      box.y1 = Math.max(box.y1, y);
    }
  };
  scene.rings.forEach(take);
  if (!scene.rings.length) take(scene.places);
  return box.x1 < 0 ? null : box;
}

export interface Hit {
  incident?: string;
  place?: string;
}

const REACH_PX = 14;

/** What is under a point of the screen, in CSS pixels: an incident before a place. */
export function hit(scene: Scene, view: View, size: Size, px: number, py: number): Hit | null {
  const k = scale_of(view.zoom);
  const wx = view.x + (px - size.w / 2) / k;
  const wy = view.y + (py - size.h / 2) / k;
  let best = (REACH_PX + 6) / k;
  let found: Hit | null = null;
  for (const mark of scene.marks) {
    const away = Math.hypot(mark.x - wx, mark.y - wy);
    if (mark.kind === 'incident' && away < best) {
      best = away;
      found = { incident: mark.number };
    }
  }
  if (found) return found;
  best = REACH_PX / k;
  for (let i = 0; i < scene.ids.length; i += 1) {
    const away = Math.hypot((scene.places[2 * i] as number) - wx, (scene.places[2 * i + 1] as number) - wy);
    if (away < best) {
      best = away;
      found = { place: scene.ids[i] as string };
    }
  }
  return found;
}
