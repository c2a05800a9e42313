/* What the history asks the API for, and how a list becomes a table file. */

import type { IncidentRow, Page } from '../facts/incident';
import { read } from '../live/api';
import { day, hms } from '../words/format';
import { type Lang, told, word } from '../words/words';

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
const EXPORT_SIZE = 500;
export const EXPORT_MAX = 20_000;

export function page_of(asked: Asked, cursor: string, signal?: AbortSignal, limit = PAGE_SIZE): Promise<Page<IncidentRow>> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(asked)) {
    if (!value) continue;
    query.set(name, name === 'since' ? midnight(value, 0) : name === 'until' ? midnight(value, 1) : value);
  }
  if (cursor) query.set('cursor', cursor);
  return read<Page<IncidentRow>>(`/api/v1/incidents?${query}`, signal);
}

const COLUMNS = [
  'number',
  'level',
  'peak',
  'state',
  'place',
  'category',
  'town',
  'opened',
  'closed',
  'disposition',
  'cause',
  'parties',
  'sentence',
] as const;

function cells(row: IncidentRow, lang: Lang): string[] {
  const time = (at: string | null): string => (at ? `${day(at)} ${hms(at)}` : '');
  return [
    row.number,
    `F${row.level}`,
    `F${row.level_peak}`,
    word('state', row.state, lang),
    row.place.name,
    lang === 'zh' ? row.place.category_zh : row.place.category_en,
    row.place.town_name,
    time(row.opened_at),
    time(row.closed_at),
    row.disposition && word('disposition', row.disposition, lang),
    row.cause && word('cause', row.cause, lang),
    `${row.parties_acknowledged}/${row.parties_total}`,
    row.sentence[lang],
  ];
}

/** A cell that no spreadsheet takes for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows as CSV with a byte order mark, so that office programs read the Chinese. */
export function csv_of(rows: readonly IncidentRow[], lang: Lang): string {
  const head = COLUMNS.map((name) => told(`csv.${name}`, {}, lang));
  return `\uFEFF${[head, ...rows.map((row) => cells(row, lang))].map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`;
}

/** Every row that is asked for, page by page; `tell` hears how many there are so far. */
export async function all_rows(asked: Asked, tell: (count: number) => void): Promise<IncidentRow[]> {
  const rows: IncidentRow[] = [];
  let cursor = '';
  do {
    const page = await page_of(asked, cursor, undefined, EXPORT_SIZE);
    rows.push(...page.items);
    tell(rows.length);
    cursor = page.next ?? '';
  } while (cursor && rows.length < EXPORT_MAX);
  return rows;
}

/** Hand a text to the browser as a table file. */
export const save = (name: string, text: string): void => save_blob(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));

/** Hand a file to the browser. */
export function save_blob(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
