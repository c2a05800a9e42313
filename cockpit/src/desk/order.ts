/* The order of the queue: level, then age. Held still while a hand is on it. */

import type { IncidentRow } from '../facts/incident';

export interface Queued {
  row: IncidentRow;
  gone: boolean; // closed while the queue was held: stays greyed until it is let go
}

const read_times = new WeakMap<IncidentRow, number>();

/** When a row was opened, in milliseconds; each row is read once. */
export function opened_ms(row: IncidentRow): number {
  let found = read_times.get(row);
  if (found === undefined) {
    found = Date.parse(row.opened_at);
    read_times.set(row, found);
  }
  return found;
}

const age_first = (a: IncidentRow, b: IncidentRow): number =>
  b.level - a.level || opened_ms(a) - opened_ms(b) || (a.number < b.number ? -1 : 1);

/** The rows in their order: highest level first, of one level the oldest first. */
export function ordered(rows: Iterable<IncidentRow>): IncidentRow[] {
  return [...rows].filter((row) => !row.test).sort(age_first);
}

/** The same, beginning with the order that is shown: what is nearly sorted is sorted in one pass. */
function ordered_again(rows: ReadonlyMap<string, IncidentRow>, shown: readonly Queued[]): IncidentRow[] {
  const left = new Map(rows);
  const found: IncidentRow[] = [];
  for (const one of shown) {
    const row = left.get(one.row.number);
    if (row && left.delete(row.number)) found.push(row);
  }
  return ordered([...found, ...left.values()]);
}

/**
 * The queue as shown. held: a pointer is over it or a key is down. Then rows keep their places, new
 * F3 and F4 enter on top, other new ones at the bottom, and closed ones stay until it is let go.
 */
export function arranged(rows: ReadonlyMap<string, IncidentRow>, shown: readonly Queued[], held: boolean): Queued[] {
  const fresh = ordered_again(rows, shown);
  if (!held) return fresh.map((row) => ({ row, gone: false }));
  const known = new Set(shown.map((one) => one.row.number));
  const kept = shown.map((one) => {
    const row = rows.get(one.row.number);
    return row ? { row, gone: false } : { row: one.row, gone: true };
  });
  const added = fresh.filter((row) => !known.has(row.number)).map((row) => ({ row, gone: false }));
  return [...added.filter((one) => one.row.level >= 3), ...kept, ...added.filter((one) => one.row.level < 3)];
}

/** The neighbour of the selected row, for J and K; the ends hold. */
export function beside(queue: readonly Queued[], selected: string | null, step: 1 | -1): string | null {
  const at = queue.findIndex((one) => one.row.number === selected);
  const next = queue[at < 0 ? 0 : Math.min(queue.length - 1, Math.max(0, at + step))];
  return next?.row.number ?? null;
}

/** The newest F3 or F4, for G. */
export function newest_confirmed(queue: readonly Queued[]): string | null {
  const high = queue.filter((one) => one.row.level >= 3 && !one.gone);
  high.sort((a, b) => opened_ms(b.row) - opened_ms(a.row));
  return high[0]?.row.number ?? null;
}
