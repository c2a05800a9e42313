/* Which party's card is open. */

import type { Incident, Party } from '../facts/incident';
import { cell } from '../live/cell';

/** Stands for the party that most needs a call by hand. */
export const SILENT = 'silent';
/** The id of a party, SILENT, or null for none. */
export const party_card = cell<string | null>(null);

/** The party of the open card. Of the silent ones 119 comes first, then who was told first. */
export function party_of(incident: Incident, open: string | null): Party | null {
  if (open !== SILENT) return incident.parties.find((one) => one.id === open) ?? null;
  const silent = incident.parties.filter((p) => p.role !== 'operator_desk' && (p.state === 'escalated' || p.state === 'failed'));
  const rank = (p: Party): number => (p.role === 'cad_119' ? 0 : 1);
  silent.sort((a, b) => rank(a) - rank(b) || (a.planned_at < b.planned_at ? -1 : 1));
  return silent[0] ?? null;
}
