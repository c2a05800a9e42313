/* The tiles of the base map, read once and kept while the page stands; one store for all maps of a page. */

import { read } from '../live/api';
import { cell } from '../live/cell';
import { type Tile, tile_of } from './mvt';

interface About {
  stamp: string;
  zooms: number[];
  attribution: string;
}

const KEPT_MAX = 400;
const AGAIN_MS = 30_000; // after a tile could not be read

/** undefined: not asked yet; null: there is no base map. */
export const about = cell<About | null | undefined>(undefined);
/** Counts up with each tile that came. */
export const came = cell(0);

const kept = new Map<string, Tile | null>(); // null: shows nothing, or is on its way
const waiting = new Set<string>();
let asked = false;

export async function read_about(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const found = await read<About>('/api/v1/tiles');
    about.set(found.stamp ? found : null);
    asked = !!found.stamp; // the demo's map is made behind its start: the next map asks again
  } catch {
    asked = false; // the map stands without its ground and asks again with the next map
  }
}

/** The zoom whose tiles fit a view best. */
export function zoom_for(zooms: readonly number[], zoom: number): number {
  let best = zooms[0] ?? 0;
  for (const one of zooms) if (one <= zoom + 0.5) best = one;
  return best;
}

/** A tile that is here; undefined while it is on its way, null where the map shows nothing. */
export function tile(zoom: number, x: number, y: number): Tile | null | undefined {
  const key = `${zoom}/${x}/${y}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  if (!waiting.has(key)) void fetch_tile(key);
  return undefined;
}

async function fetch_tile(key: string): Promise<void> {
  waiting.add(key);
  try {
    const answer = await fetch(`/api/v1/tiles/${key}`, { credentials: 'same-origin' });
    if (!answer.ok) throw new Error(String(answer.status));
    const bytes = answer.status === 204 ? null : new Uint8Array(await answer.arrayBuffer());
    if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, bytes && tile_of(bytes));
  } catch {
    kept.set(key, null); // drawn without; asked again later
    window.setTimeout(() => kept.delete(key), AGAIN_MS);
  }
  waiting.delete(key);
  came.update((n) => n + 1);
}
