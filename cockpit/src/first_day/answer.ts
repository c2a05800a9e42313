/* What the guide knows: the server's answer, and keys that were shown in this visit (never kept). */

import type { FirstDay } from '../facts/first_day';
import { as_problem, read, type Problem } from '../live/api';
import { cell } from '../live/cell';
import { may } from '../session/session';

export const first_day = cell<FirstDay | null>(null);
export const first_day_problem = cell<Problem | null>(null);
/** Keys by operator: gone with the page. */
export const shown_keys = cell<Readonly<Record<string, string>>>({});

export async function look_again(): Promise<void> {
  if (!may('administer')) return;
  try {
    first_day.set(await read<FirstDay>('/api/v1/first-day'));
    first_day_problem.set(null);
  } catch (error) {
    first_day_problem.set(as_problem(error));
  }
}
