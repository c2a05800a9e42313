/* The one next action of an incident. The server's word counts; without it the same order is followed here. */

import type { IncidentRow } from '../facts/incident';

/** What a person can do here. `call` opens the card of the party that nobody reached. */
export type Act =
  | 'acknowledge'
  | 'unacknowledge'
  | 'confirm'
  | 'no-fire'
  | 'close'
  | 'raise'
  | 'lower'
  | 'note'
  | 'people-inside'
  | 'shelve'
  | 'reopen'
  | 'alarm-level'
  | 'call';

/** The server's names for acts, told apart from ours. */
const NAMES: Record<string, Act> = {
  acknowledge: 'acknowledge',
  unacknowledge: 'unacknowledge',
  confirm: 'confirm',
  'no-fire': 'no-fire',
  no_fire: 'no-fire',
  no_fire_on_site: 'no-fire',
  close: 'close',
  dispose: 'close',
  raise: 'raise',
  lower: 'lower',
  note: 'note',
  'people-inside': 'people-inside',
  people_inside: 'people-inside',
  shelve: 'shelve',
  call_party: 'call',
  reopen: 'reopen',
  alarm_level: 'alarm-level',
};

/** Acts that need a form before they are sent. */
export const WITH_FORM: ReadonlySet<Act> = new Set(['no-fire', 'close', 'lower', 'note', 'shelve', 'reopen', 'alarm-level']);

/** The last alarm of a run card. */
export const ALARMS_MAX = 3;
/** The alarm that would be called next. */
export const next_alarm = (row: IncidentRow): number => Math.min(ALARMS_MAX, row.alarm + 1);

/** The act of the filled button, or null when there is nothing to press but only to wait. */
export function next_act(row: IncidentRow): Act | null {
  const told = row.next_action;
  if (told) return NAMES[told.act] ?? null;
  if (row.state === 'closed') return null;
  if (!row.desk_acknowledged_at) return 'acknowledge';
  if (row.level === 0) return 'close';
  return row.level < 3 ? 'confirm' : 'close';
}
