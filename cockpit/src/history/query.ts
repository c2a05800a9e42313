/* What the history asks the API for. */

import type { IncidentRow, Page } from '../facts/incident';
import { read } from '../live/api';

/** Each '' leaves its filter out. */
export interface Asked {
  q: string;
  town: string;
  level: string; // as it stands
  level_peak: string; // its highest
  level_min: string; // ever at this level or above
  since: string; // a day
  until: string; // a day, the last one
  open: string;
  category: string;
  disposition: string;
  cause: string;
  operator: string; // whose device spoke first
  place_id: string;
  fire: string; // 'true': only what turned out to be a fire
  counted: string; // 'true': only what figures count
  clock: string; // a crew's clock that stands as clock_state says
  clock_state: string;
}

const NONE: Asked = {
  q: '',
  town: '',
  level: '',
  level_peak: '',
  level_min: '',
  since: '',
  until: '',
  open: '',
  category: '',
  disposition: '',
  cause: '',
  operator: '',
  place_id: '',
  fire: '',
  counted: '',
  clock: '',
  clock_state: '',
};
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/** The filters that the part of an address after ? names; what is no filter is left out. */
export function asked_of(address: string): Asked {
  const given = new URLSearchParams(address);
  const asked = { ...NONE };
  for (const name of Object.keys(NONE) as (keyof Asked)[]) asked[name] = given.get(name) ?? '';
  for (const name of ['since', 'until'] as const) if (!DAY.test(asked[name])) asked[name] = '';
  return asked;
}

/** The moment at which a day of the city begins, or the one after it. */
function midnight(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + days * DAY_MS).toISOString();
}
const PAGE_SIZE = 50;

/** The filters as the server takes them: days become moments. */
export function query_of(asked: Asked): Record<string, string> {
  const { since, until } = asked;
  return { ...asked, since: since && midnight(since, 0), until: until && midnight(until, 1) };
}

export function page_of(asked: Asked, cursor: string, signal?: AbortSignal): Promise<Page<IncidentRow>> {
  const query = new URLSearchParams(Object.entries(query_of(asked)).filter(([, value]) => value));
  query.set('limit', String(PAGE_SIZE));
  if (cursor) query.set('cursor', cursor);
  return read<Page<IncidentRow>>(`/api/v1/incidents?${query}`, signal);
}

/** Hand a file to the browser. */
export function save_blob(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
