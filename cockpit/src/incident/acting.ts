/* What a person does to an incident: sends it, tells how it went, keeps it without a network. */

import type { IncidentRow, Level } from '../facts/incident';
import { as_problem, ask, Problem } from '../live/api';
import { cell } from '../live/cell';
import { now_ms } from '../live/now';
import { act as send } from '../live/kept_acts';
import { claim_if_free, held_by_other } from '../desk/claims';
import { may_judge } from '../session/session';
import { put_detail } from './detail';
import { type Act, WITH_FORM } from './next';
import { SILENT, party_card } from './party';

export interface Form {
  act: Act;
  number: string;
}

/** The form that is open above the action bar. */
export const form = cell<Form | null>(null);
/** What the last act came to, for the line above the action bar. */
export const outcome = cell<{ number: string; problem: Problem | null; at_ms: number } | null>(null);
/** The act that is on its way. */
export const busy = cell<Act | null>(null);

export interface ActBody {
  reason?: string;
  level?: number;
  disposition?: string;
  cause?: string;
  note?: string;
}

/** An act on what somebody else has in hand, pressed once: the second press does it. */
export const warned = cell<Form | null>(null);
/** What nobody is asked about twice: more help, more knowledge. */
const NEVER_WARNED: ReadonlySet<Act> = new Set(['raise', 'alarm-level', 'people-inside', 'note', 'call', 'confirm']);

/** Whether the act waits for a second press because a colleague has the incident in hand. */
function asks_first(number: string, act: Act): boolean {
  if (NEVER_WARNED.has(act) || !held_by_other(number)) return false;
  const before = warned.get();
  warned.set(before?.number === number && before.act === act ? null : { number, act });
  return warned.get() !== null;
}

/** Begin an act: open its form, or do it at once. */
export function begin(row: IncidentRow, act: Act): void {
  if (!may_judge() || asks_first(row.number, act)) return;
  if (act === 'call') party_card.set(SILENT);
  else if (WITH_FORM.has(act)) form.set({ act, number: row.number });
  else void perform(row.number, act, act === 'raise' ? { level: raised(row.level) } : {});
}

export const raised = (level: Level): number => Math.min(4, level + 1);

/** Do it. True when it was taken or kept; a refusal is shown and leaves the form open. */
export async function perform(number: string, act: Act, body: ActBody): Promise<boolean> {
  if (busy.get()) return false;
  busy.set(act);
  outcome.set(null);
  try {
    const answer = await send(number, act, body);
    if (answer) put_detail(answer);
    if (act === 'acknowledge') claim_if_free(number);
    else outcome.set({ number, problem: null, at_ms: now_ms() });
    form.set(null);
    return true;
  } catch (error) {
    const problem = as_problem(error);
    outcome.set({ number, problem, at_ms: now_ms() });
    return false;
  } finally {
    busy.set(null);
  }
}

export interface Shelf {
  origin: string;
  reason: string;
  until: string;
}

/** Shelve one point, with a reason and an end. */
export async function shelve(number: string, shelf: Shelf): Promise<boolean> {
  outcome.set(null);
  try {
    await ask('POST', '/api/v1/shelves', shelf);
    form.set(null);
    return true;
  } catch (error) {
    const problem = as_problem(error);
    outcome.set({ number, problem, at_ms: now_ms() });
    return false;
  }
}
