/* When more comes than a person can read: from ten incidents in ten minutes the queue is grouped by town. */

import { cell } from '../live/cell';
import { type Queued, opened_ms } from './order';

export const FLOOD = 10;
export const WINDOW_MS = 600_000;
const GROUPED_BELOW = 3; // F3 and F4 always stand alone

/** null: as the flood says; else as the person says, until the flood begins or ends. */
export const grouping = cell<boolean | null>(null);
/** Towns whose group is open. */
export const opened = cell<ReadonlySet<string>>(new Set());

/** Whether ten or more of the open incidents began within the last ten minutes. */
export function is_flood(queue: readonly Queued[], now_ms: number): boolean {
  let found = 0;
  for (const { row } of queue) {
    if (now_ms - opened_ms(row) < WINDOW_MS) found += 1;
    if (found >= FLOOD) return true;
  }
  return false;
}

export interface Group {
  town: string;
  name: string;
  count: number;
  levels: readonly [level: number, count: number][];
  oldest: string;
  unseen: number;
}

export type Entry = { group: Group } | { one: Queued };

/** The queue as entries: F3 and F4 one by one, the rest as groups of a town, in the order of each group's first. */
export function entries(queue: readonly Queued[], grouped: boolean, open: ReadonlySet<string>): Entry[] {
  if (!grouped) return queue.map((one) => ({ one }));
  const made: Entry[] = [];
  const towns = new Map<string, Queued[]>();
  for (const one of queue) {
    const { level, place } = one.row;
    const town = towns.get(place.town_code);
    if (level >= GROUPED_BELOW) made.push({ one });
    else if (town) town.push(one);
    else towns.set(place.town_code, [one]);
  }
  for (const [town, all] of towns) {
    if (all.length === 1) made.push(...all.map((one) => ({ one })));
    else {
      made.push({ group: group_of(town, all) });
      if (open.has(town)) made.push(...all.map((one) => ({ one })));
    }
  }
  return made;
}

function group_of(town: string, all: readonly Queued[]): Group {
  const levels = new Map<number, number>();
  for (const { row } of all) levels.set(row.level, (levels.get(row.level) ?? 0) + 1);
  return {
    town,
    name: all[0]?.row.place.town_name ?? '',
    count: all.length,
    levels: [...levels].sort(([a], [b]) => b - a),
    oldest: all.reduce((least, { row }) => (row.opened_at < least ? row.opened_at : least), all[0]?.row.opened_at ?? ''),
    unseen: all.filter(({ row }) => !row.desk_acknowledged_at).length,
  };
}

/** What J and K move through: the incidents in sight. */
export const in_sight = (shown: readonly Entry[]): Queued[] => shown.flatMap((entry) => ('one' in entry ? [entry.one] : []));

export function toggle_group(town: string): void {
  opened.update((old) => {
    const next = new Set(old);
    if (!next.delete(town)) next.add(town);
    return next;
  });
}
