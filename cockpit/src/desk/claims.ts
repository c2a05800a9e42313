/* Who at the desks has what in hand. A claim stops nobody; it keeps two from doing the same thing unknowingly. */

import type { Claim, HandOver } from '../facts/claim';
import { as_problem, ask, read, type Problem } from '../live/api';
import { cell } from '../live/cell';
import { may_judge, person } from '../session/session';

export const claims = cell<ReadonlyMap<string, Claim>>(new Map());
/** Shifts that this person has offered or is offered. */
export const offers = cell<readonly HandOver[]>([]);
/** Why the last claim or hand-over did not work. */
export const refusal = cell<{ number: string; problem: Problem } | null>(null);

const SETTLE_MS = 100;
let soon = 0;

/** Ask again who has what; several changes at once are asked for once. */
export function read_claims(): void {
  soon ||= window.setTimeout(() => {
    soon = 0;
    void take();
  }, SETTLE_MS);
}

async function take(): Promise<void> {
  try {
    const found = await read<{ items: Claim[] }>('/api/v1/claims');
    claims.set(new Map(found.items.map((one) => [one.number, one])));
    if (may_judge()) offers.set((await read<{ items: HandOver[] }>('/api/v1/hand-overs/waiting')).items);
  } catch {
    /* what was known stays: the live stream says that it may be old */
  }
}

/** Whoever else has this incident in hand. */
export function held_by_other(number: string): Claim | null {
  const found = claims.get().get(number);
  return found && found.person_id !== person.get()?.id ? found : null;
}

/** Take an incident in hand (from whoever has it), or give it to a colleague. True if it worked. */
export async function claim(number: string, to = ''): Promise<boolean> {
  const from_id = claims.get().get(number)?.person_id ?? '';
  return changed(number, () => ask<Claim>('PUT', path(number), { to, from_id }));
}

/** Take it only if nobody else has it: what acknowledging does. */
export function claim_if_free(number: string): void {
  if (!claims.get().has(number)) void ask('PUT', path(number), {}).then(read_claims, read_claims);
}

export async function let_go(number: string): Promise<boolean> {
  return changed(number, () => ask('DELETE', path(number)));
}

const path = (number: string): string => `/api/v1/claims/${encodeURIComponent(number)}`;

async function changed(number: string, change: () => Promise<unknown>): Promise<boolean> {
  refusal.set(null);
  try {
    await change();
    return true;
  } catch (error) {
    refusal.set({ number, problem: as_problem(error) });
    return false;
  } finally {
    read_claims();
  }
}
