/* What this desk looks at: an incident in the queue, a place on the map, what is open on top. */

import { cell } from '../live/cell';

export const chosen_incident = cell<string | null>(null);
export const chosen_place = cell<{ id: string; lon: number; lat: number; look: boolean } | null>(null);
/** Search or key overlay. */
export const overlay = cell<'' | 'search' | 'keys'>('');
/** Below 1280 px: whether the map tab stands where the incident stood. */
export const map_tab = cell(false);
