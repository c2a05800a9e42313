/* The fixed things of the map, read once a session: towns, outline, villages, all places. */

import type { Ground, PlaceColumns, Ring, Town } from '../facts/place';
import { read } from '../live/api';
import { cell } from '../live/cell';

export const ground = cell<Ground | null>(null);
export const columns = cell<PlaceColumns | null>(null);
/** What could not be read, for the words of the error state. */
export const missing = cell<'' | 'ground' | 'places'>('');

let asked = false;

interface Items<T> {
  items: T[];
}

/** Read what is not here yet. Call again after a failure. */
export async function read_ground(): Promise<void> {
  if (asked) return;
  asked = true;
  missing.set('');
  const [still, places] = await Promise.allSettled([
    ground.get() ? null : read_still(),
    columns.get() ? null : read<PlaceColumns>('/api/v1/map/places'),
  ]);
  if (still.status === 'fulfilled' && still.value) ground.set(still.value);
  if (places.status === 'fulfilled' && places.value) columns.set(places.value);
  if (places.status === 'rejected') missing.set('places');
  else if (still.status === 'rejected') missing.set('ground');
  asked = false;
}

/** Towns must be there; a city without an outline or villages is drawn without them. */
async function read_still(): Promise<Ground> {
  const [towns, outline, villages] = await Promise.all([
    read<Items<Town>>('/api/v1/towns'),
    read<{ rings: Ring[] }>('/api/v1/map/outline').catch(() => ({ rings: [] as Ring[] })),
    read<Items<Ground['villages'][number]>>('/api/v1/villages').catch(() => ({ items: [] })),
  ]);
  return { towns: towns.items, villages: villages.items, outline: outline.rings };
}
