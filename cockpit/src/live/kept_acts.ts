/* Actions pressed without a network: kept in this browser, sent in order when the network is back. */

import type { Incident } from '../facts/incident';
import { person } from '../session/session';
import { Problem, ask, fresh_key } from './api';
import { cell } from './cell';
import { take_row, touch } from './house';

export interface KeptAct {
  key: string;
  path: string;
  body: unknown;
  number: string;
  person: string; // an act is sent only by the one who pressed it
}

const NAME = 'wanghuo.kept_acts';
export const kept_acts = cell<readonly KeptAct[]>(load());
/** What the last kept action was refused with, if it was. */
export const refused = cell<Problem | null>(null);

function load(): readonly KeptAct[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(found) ? (found as KeptAct[]) : [];
  } catch {
    return [];
  }
}

kept_acts.watch(() => {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept_acts.get()));
  } catch {
    /* full or forbidden: they stay in memory */
  }
});

/** Act on an incident now; without a network keep the act. Returns null when it was kept. */
export async function act(number: string, verb: string, body: unknown): Promise<Incident | null> {
  const made: KeptAct = {
    key: fresh_key(),
    path: `/api/v1/incidents/${encodeURIComponent(number)}/${verb}`,
    body,
    number,
    person: person.get()?.id ?? '',
  };
  try {
    const answer = await ask<Incident>('POST', made.path, body, { key: made.key });
    take_row(answer);
    return answer;
  } catch (error) {
    if (!(error instanceof Problem && error.unreachable)) throw error;
    kept_acts.update((old) => [...old, made]);
    return null;
  }
}

let sending = false;
const mine = (): KeptAct | undefined => kept_acts.get().find((one) => one.person === person.get()?.id);

/** Send what was kept, oldest first; stop at the first that the network refuses. */
export async function send_kept(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let next = mine(); next; next = mine()) {
      const { key, path, body, number } = next;
      try {
        await ask('POST', path, body, { key });
      } catch (error) {
        if (error instanceof Problem && (error.unreachable || error.status === 401)) return;
        refused.set(error instanceof Problem ? error : null);
      }
      kept_acts.update((old) => old.filter((one) => one.key !== key));
      touch([number]);
    }
  } finally {
    sending = false;
  }
}
