/* What is going on in the city now: open incidents, unjudged fires, the desk's figures. */

import type { DeskFigures, Fact, UnjudgedFire } from '../facts/desk';
import type { Incident, IncidentRow, Page } from '../facts/incident';
import { read_claims } from '../desk/claims';
import { read } from './api';
import { cell } from './cell';
import { now_ms } from './now';

export interface Live {
  loaded: boolean;
  failed: boolean;
  rows: ReadonlyMap<string, IncidentRow>;
  unjudged: readonly UnjudgedFire[];
}

export const live = cell<Live>({ loaded: false, failed: false, rows: new Map(), unjudged: [] });
export const figures = cell<{ desk: DeskFigures | null; at_ms: number }>({ desk: null, at_ms: 0 });
/** Counts up per incident number when a fact about it came: its page reads it again. */
export const touched = cell<ReadonlyMap<string, number>>(new Map());
/** The last closed incident, for the words of an empty queue. */
export const last_closed = cell<IncidentRow | null>(null);

const PAGE_SIZE = 500;
const PAGES_MAX = 40;
let reading: Promise<void> | null = null;
/** Rows that facts and acts brought since the reading began, in their order: it may not hold them yet. */
let came: IncidentRow[] = [];

/** Read all open incidents again; facts that come meanwhile are kept. */
export function resync(): Promise<void> {
  if (!reading) {
    came = [];
    reading = read_all().finally(() => {
      reading = null;
      came = [];
    });
  }
  return reading;
}

async function read_all(): Promise<void> {
  const rows = new Map<string, IncidentRow>();
  try {
    let cursor = '';
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const got = await read<Page<IncidentRow>>(`/api/v1/incidents?open=true&limit=${PAGE_SIZE}${cursor}`);
      for (const row of got.items) rows.set(row.number, row);
      if (!live.get().loaded) draw_rows([...got.items, ...came]); // the first look shows what has come so far
      if (!got.next) break;
      cursor = `&cursor=${encodeURIComponent(got.next)}`;
    }
  } catch {
    live.update((old) => ({ ...old, failed: true }));
    return;
  }
  const newer = came.filter((row) => row.last_at >= (rows.get(row.number)?.last_at ?? ''));
  live.update((old) => ({ ...old, loaded: true, failed: false, rows: after(rows, newer) }));
  judged_soon();
  read_claims();
}

/** The fallback is drained this long after the database speaks again; its fires are then incidents. */
const JUDGED_WITHIN_MS = 10_000;
let judging = 0;

/** The database speaks: what the fallback kept until now becomes incidents and leaves the top. */
function judged_soon(): void {
  const waiting = live.get().unjudged.map((fire) => fire.id);
  if (!waiting.length || judging) return;
  judging = window.setTimeout(() => {
    judging = 0;
    live.update((old) => ({ ...old, unjudged: old.unjudged.filter((fire) => !waiting.includes(fire.id)) }));
  }, JUDGED_WITHIN_MS);
}

/** Take one row that an action brought. */
export function take_row(row: IncidentRow): void {
  take_rows([row]);
  touch([row.number]);
}

function take_rows(taken: readonly IncidentRow[]): void {
  if (reading) came.push(...taken);
  draw_rows(taken);
}

function draw_rows(taken: readonly IncidentRow[]): void {
  if (!taken.length) return;
  live.update((old) => ({ ...old, rows: after(old.rows, taken) }));
  const closed = taken.filter((row) => row.state === 'closed').pop();
  if (closed) last_closed.set(closed);
}

/** The queue after these rows: closed incidents leave it. */
function after(rows: ReadonlyMap<string, IncidentRow>, taken: readonly IncidentRow[]): Map<string, IncidentRow> {
  const next = new Map(rows);
  for (const row of taken) {
    if (row.state === 'closed') next.delete(row.number);
    else next.set(row.number, row);
  }
  return next;
}

const TOUCHED_MAX = 2000; // the desk stays open for weeks

export function touch(numbers: readonly string[]): void {
  if (!numbers.length) return;
  touched.update((old) => {
    const next = new Map(old);
    for (const number of numbers) {
      const times = (old.get(number) ?? 0) + 1;
      next.delete(number); // the latest stand last
      next.set(number, times);
    }
    for (const number of next.keys()) {
      if (next.size <= TOUCHED_MAX) break;
      next.delete(number);
    }
    return next;
  });
}

/** Take facts of the live stream, in their order, and draw once for all of them. */
export function take_facts(facts: readonly Fact[]): void {
  const rows: IncidentRow[] = [];
  const numbers: string[] = [];
  for (const { topic, body } of facts) {
    if (topic === 'incident' && is_row(body)) rows.push(body);
    if (typeof body['number'] === 'string') numbers.push(body['number']);
  }
  take_rows(rows);
  touch(numbers);
  for (const fact of facts) if (fact.topic === 'unjudged_fire') take_unjudged(fact);
  if (rows.length) judged_soon();
  if (facts.some((fact) => fact.topic === 'canary')) void read_figures();
  if (facts.some((fact) => fact.topic === 'claim' || fact.topic === 'hand_over')) read_claims();
}

function is_row(body: unknown): body is IncidentRow {
  const row = body as Partial<Incident>;
  return typeof row.number === 'string' && typeof row.level === 'number' && typeof row.place === 'object';
}

function take_unjudged(fact: Fact): void {
  const body = fact.body;
  const part = (name: string): string => String(body[name] ?? '');
  const fire = { id: fact.id, at: fact.at, sensor: part('sensor'), origin: part('origin'), text: part('text') };
  live.update((old) => ({ ...old, unjudged: [fire, ...old.unjudged.filter((one) => one.id !== fire.id)] }));
}

/** Read the desk's figures; a failure leaves the old ones, which then grow stale. */
export async function read_figures(): Promise<void> {
  try {
    const desk = await read<DeskFigures>('/api/v1/desk');
    figures.set({ desk, at_ms: now_ms() });
  } catch {
    /* the top bar shows how old its figures are */
  }
}

/** The last incident that was closed, once, for an empty queue. */
export async function read_last_closed(): Promise<void> {
  try {
    const page = await read<Page<IncidentRow>>('/api/v1/incidents?open=false&limit=1');
    const row = page.items[0];
    if (row?.closed_at && !last_closed.get()) last_closed.set(row);
  } catch {
    /* the empty queue then says less */
  }
}
