/* Party lanes: who is told since when, on one axis from the first signal, as percent of that axis. */

import type { Incident, Notice, Party } from '../facts/incident';
import { type Ticking, ticking } from './crew_clocks';

export type PartyState = 'waiting' | 'sent' | 'ring' | 'ans' | 'ack' | 'esc' | 'fail';

export interface Span {
  kind: 'rg' | 'an' | 'ak' | 'sd' | 'up' | 'ev';
  left: number;
  width: number;
  row: number; // 0 or 1: a second contact rings beneath the first
}

export interface Lane {
  party: Party;
  state: PartyState;
  since_ms: number; // how long it has been told
  spans: Span[];
  notices: Notice[];
  limits: { at: number; missed: boolean }[]; // of its own clocks, in percent; none for who is no crew
  over: Ticking[]; // clocks that were missed
}

export interface Axis {
  from_ms: number;
  until_ms: number;
  now: number; // percent
  limits: { at: number; minutes: number }[];
}

const MINUTE_MS = 60_000;
const LENGTHS_MIN = [5, 10, 20, 30, 60, 120, 240, 480, 1440];
export const LIMITS_MIN = [1, 3, 5];

/** How much of the axis may have passed: the rest belongs to what is said about each party. */
const PASSED_MAX = 0.64;

/** The axis: five minutes, then longer ones; a closed incident stops it. */
export function axis_of(incident: Incident, now_ms: number): Axis {
  const from_ms = Date.parse(incident.opened_at);
  const until = incident.closed_at ? Math.min(now_ms, Date.parse(incident.closed_at)) : now_ms;
  const gone_min = Math.max(0, until - from_ms) / MINUTE_MS;
  const length = LENGTHS_MIN.find((m) => gone_min <= m * PASSED_MAX) ?? Math.ceil(gone_min / 1440 / PASSED_MAX) * 1440;
  const until_ms = from_ms + length * MINUTE_MS;
  const limits = LIMITS_MIN.map((minutes) => ({ minutes, at: (minutes / length) * 100 }));
  return { from_ms, until_ms, now: Math.min(100, (gone_min / length) * 100), limits };
}

/** A party's state: the furthest that any of its notices came. */
export function state_of(party: Party, notices: Notice[]): PartyState {
  if (party.state === 'acknowledged' || party.acknowledged_at) return 'ack';
  if (party.shortfall || party.state === 'failed') return 'fail';
  if (party.state === 'escalated') return 'esc';
  if (notices.some((n) => n.answered_at)) return 'ans';
  if (notices.some((n) => n.channel === 'voice' && n.sent_at && !ended(n))) return 'ring';
  if (notices.some((n) => n.sent_at)) return 'sent';
  if (notices.length && notices.every(ended)) return 'fail';
  return 'waiting';
}

const ended = (n: Notice): boolean => n.state === 'stopped' || n.state === 'failed';

const ORDER = [
  'cad_119',
  'next_level',
  'brigade',
  'town_workstation',
  'micro_station',
  'unit',
  'town_duty',
  'city_duty',
  'operator_desk',
];

/** Lanes from 119 downwards; those still without an answer are never hidden. */
export function lanes_of(incident: Incident, axis: Axis, now_ms: number): Lane[] {
  const by_party = new Map<string, Notice[]>();
  for (const notice of incident.notices) by_party.set(notice.party_id, [...(by_party.get(notice.party_id) ?? []), notice]);
  const until = incident.closed_at ? Math.min(now_ms, Date.parse(incident.closed_at)) : now_ms;
  const rank = (role: string): number => (ORDER.includes(role) ? ORDER.indexOf(role) : ORDER.length);
  const parties = [...incident.parties].sort((a, b) => rank(a.role) - rank(b.role) || (a.planned_at < b.planned_at ? -1 : 1));
  return parties.map((party) => {
    const notices = (by_party.get(party.id) ?? []).sort((a, b) => (a.planned_at < b.planned_at ? -1 : 1));
    const state = state_of(party, notices);
    const since_ms = until - Date.parse(party.planned_at);
    const spans = spans_of(party, notices, state, axis, until);
    const crew = incident.crews.find((one) => one.party_id === party.id);
    for (const clock of [crew?.turned_out_at, crew?.arrived_at, crew?.handled_at]) {
      if (clock) spans.push(moment_at('ev', clock, axis));
    }
    const clocks = crew ? ticking(crew, until) : [];
    const limits = clocks.map((one) => ({ at: percent_of(one.due_ms, axis), missed: one.state === 'missed' }));
    return { party, state, since_ms, notices, spans, limits, over: clocks.filter((one) => one.state === 'missed') };
  });
}

const percent_of = (ms: number, axis: Axis): number => ((ms - axis.from_ms) / (axis.until_ms - axis.from_ms)) * 100;

function moment_at(kind: 'ev' | 'up', at: string, axis: Axis): Span {
  const part = (Date.parse(at) - axis.from_ms) / (axis.until_ms - axis.from_ms);
  return { kind, left: Math.min(100, Math.max(0, part * 100)), width: 0, row: 0 };
}

function spans_of(party: Party, notices: Notice[], state: PartyState, axis: Axis, until: number): Span[] {
  const length = axis.until_ms - axis.from_ms;
  const at = (ms: number): number => Math.min(100, Math.max(0, ((ms - axis.from_ms) / length) * 100));
  const part = (kind: Span['kind'], from: number, to: number, row = 0): Span => ({
    kind,
    left: at(from),
    width: Math.max(0, at(to) - at(from)),
    row,
  });
  const planned = Date.parse(party.planned_at);
  const told = time_of(party.acknowledged_at);
  const answered = Math.min(...notices.map((n) => time_of(n.answered_at) ?? Number.POSITIVE_INFINITY));
  const end = told ?? until;
  if (party.shortfall && !notices.length) return [];
  const spans: Span[] = [];
  const calls = rows_of(notices, planned);
  calls.forEach((from, row) => {
    const stop = Math.min(end, row === 0 && Number.isFinite(answered) ? answered : end);
    if (stop > from) spans.push(part('rg', from, stop, calls.length > 1 ? row : 0));
  });
  if (state === 'sent' && !spans.length) spans.push(part('sd', planned, planned));
  if (Number.isFinite(answered) && answered < end) spans.push(part('an', answered, end));
  if (told !== null) spans.push(part('ak', told, until));
  for (const n of notices) {
    if (n.purpose === 'escalation') spans.push(moment_at('up', n.planned_at, axis));
  }
  return spans;
}

/** When each of at most two contacts was first reached for. */
function rows_of(notices: Notice[], planned: number): number[] {
  const first = new Map<string, number>();
  for (const n of notices) {
    const from = time_of(n.sent_at) ?? Date.parse(n.planned_at);
    const old = first.get(n.recipient);
    if (old === undefined || from < old) first.set(n.recipient, from);
  }
  const rows = [...first.values()].sort((a, b) => a - b).slice(0, 2);
  return rows.length ? rows : [planned];
}

const time_of = (at: string | null): number | null => (at ? Date.parse(at) : null);
