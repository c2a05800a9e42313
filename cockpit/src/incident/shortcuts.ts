/* The keys that act on the incident in sight. */

import { map_tab, overlay } from '../desk/chosen';
import { claim, claims } from '../desk/claims';
import { useKeys } from '../desk/keys';
import type { Incident, IncidentRow } from '../facts/incident';
import { read_ground } from '../map/ground';
import { may_judge, person } from '../session/session';
import { useLocked } from './ActionBar';
import { begin, form, outcome, warned } from './acting';
import { read_detail } from './detail';
import { giving } from './Held';
import { axis_of, lanes_of } from './lanes';
import { ALARMS_MAX, type Act, next_act } from './next';
import { party_card } from './party';

/** Enter, A Z C H U B L N S D P, T E M, 1 to 9, R, Esc. tabbed: the map shares its place with the incident. */
export function useIncidentKeys(row: IncidentRow | null, incident: Incident | null, tabbed: boolean): void {
  const next = row ? next_act(row) : null;
  const locked = useLocked(`${row?.number} ${next ?? ''}`);
  const does = (act: Act, when = true) => (event: KeyboardEvent): void => {
    if (row && when && !event.repeat && !form.get()) begin(row, act);
  };
  const open = row !== null && row.state !== 'closed';
  const focus = (id: string) => (): void => {
    if (tabbed) map_tab.set(false);
    window.requestAnimationFrame(() => document.getElementById(id)?.focus());
  };
  useKeys({
    Enter: (event) => {
      if (next && !locked() && !overlay.get()) does(next)(event);
    },
    a: does('acknowledge', open && !row?.desk_acknowledged_at),
    z: does('unacknowledge', open && Boolean(row?.desk_acknowledged_at)),
    c: () => {
      if (row && open && may_judge()) void claim(row.number);
    },
    h: () => {
      if (row && claims.get().get(row.number)?.person_id === person.get()?.id) giving.set(row.number);
    },
    u: does('raise', open && (row?.level ?? 4) < 4),
    l: does('lower', open && (row?.level ?? 0) > 1),
    b: does('alarm-level', open && (row?.alarm ?? ALARMS_MAX) < ALARMS_MAX),
    n: does('note'),
    s: does('shelve', open),
    d: does(open ? 'close' : 'reopen'),
    p: does('people-inside', open),
    t: focus('timeline'),
    e: focus('ledger'),
    m: () => (tabbed ? map_tab.update((on) => !on) : document.querySelector<HTMLElement>('.near canvas')?.focus()),
    r: () => {
      if (row) void read_detail(row.number);
      void read_ground();
    },
    Escape: () => {
      if (overlay.get()) overlay.set('');
      else if (giving.get()) giving.set(null);
      else if (warned.get()) warned.set(null);
      else if (form.get()) form.set(null);
      else if (party_card.get()) party_card.set(null);
      else outcome.set(null);
    },
    ...party_keys(incident),
  });
}

function party_keys(incident: Incident | null): Record<string, () => void> {
  if (!incident) return {};
  const now = Date.parse(incident.last_at);
  const lanes = lanes_of(incident, axis_of(incident, now), now).slice(0, 9);
  return Object.fromEntries(lanes.map((lane, i) => [String(i + 1), () => party_card.set(lane.party.id)]));
}
