/* Who sits at this desk. The session itself is a cookie that no script can read. */

import type { Person } from '../facts/desk';
import { Problem, ask, read, signed_out, start_asking, stop_asking } from '../live/api';
import { cell, kept } from '../live/cell';

/** undefined: not asked yet; null: nobody. */
export const person = cell<Person | null | undefined>(undefined);

interface Session {
  person: Person;
}

/** Whether this browser ever signed in: without it there is no cookie worth asking about. */
const signed_before = kept<'yes' | 'no'>('wanghuo.signed_in', 'no', ['yes', 'no']);

export async function find_session(): Promise<void> {
  if (signed_before.get() === 'no') {
    person.set(null);
    return;
  }
  try {
    person.set((await read<Session>('/api/v1/session')).person);
  } catch (error) {
    if (error instanceof Problem && error.unreachable && person.get()) return;
    person.set(null);
  }
}

/** Sign in. Throws Problem with what to tell the person; its field is `code` if a second factor is asked for. */
export async function sign_in(login: string, password: string, code = ''): Promise<void> {
  await parting; // its answer takes the cookie away, whoever's that is by then
  const answer = await ask<Session>('POST', '/api/v1/session', { login, password, ...(code ? { code } : {}) });
  signed_before.set('yes');
  start_asking();
  if (last_id && last_id !== answer.person.id) location.reload(); // nothing of the last one's is left in memory
  else person.set(answer.person);
}

let last_id = '';
let parting: Promise<unknown> = Promise.resolve();

/** Leave the desk first, so that nothing asks in the name of a session that has ended. */
export function sign_out(): void {
  person.set(null);
  stop_asking();
  signed_before.set('no');
  parting = ask('DELETE', '/api/v1/session').catch(() => undefined); // unreachable: it ends when it is unused
}

/** Whether the person's role carries a permission. */
export const may = (permission: string): boolean => person.get()?.permissions.includes(permission) ?? false;

/** Whether the person may judge: acknowledge, confirm, raise, lower, close, shelve. */
export const may_judge = (): boolean => may('judge');

signed_out.watch(() => person.set(null));
person.watch(() => {
  last_id = person.get()?.id ?? last_id;
});
