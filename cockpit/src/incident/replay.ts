/* An incident as it stood at a moment: level, points that spoke, who was called, where crews were. */

import type { Alarm, Crew, Incident, Level, Notice, Party, TimelineLine } from '../facts/incident';

export type Way = readonly (readonly [number, number])[]; // lon, lat

export interface PartyThen {
  party: Party;
  state: 'waiting' | 'called' | 'answered' | 'acknowledged' | 'failed';
  at_ms: number | null; // since when it stands so
  channels: string[]; // by which it had been called
}

export interface CrewThen {
  crew: Crew;
  step: 'told' | 'acknowledged' | 'turned_out' | 'arrived' | 'handled' | 'returned' | 'released';
  at_ms: number;
  spot: readonly [number, number] | null;
}

export interface Stand {
  level: Level;
  points: { alarm: Alarm; signals_from: number; spot: string }[];
  parties: PartyThen[];
  crews: CrewThen[];
  line: TimelineLine | null; // the last that was written
}

export interface Length {
  from_ms: number;
  until_ms: number;
}

const ms = (at: string | null | undefined): number => (at ? Date.parse(at) : Number.POSITIVE_INFINITY);
const AFTER_MS = 5000; // so that the last line is not the very end

/** From the first signal to the last thing that is written, or to now while it is open. */
export function length_of(incident: Incident, now_ms: number): Length {
  const from_ms = Date.parse(incident.opened_at);
  const written = [...incident.timeline.map((line) => line.at), ...incident.crews.flatMap((crew) => STEPS.map((step) => crew[`${step}_at`] ?? ''))];
  const last = Math.max(from_ms, ...written.filter(Boolean).map((at) => Date.parse(at)));
  return { from_ms, until_ms: (incident.state === 'closed' ? last : Math.max(last, now_ms)) + AFTER_MS };
}

/** How it stood at a moment. ways: by road from each crew's station, by party id. */
export function stand_at(incident: Incident, ways: ReadonlyMap<string, Way>, at_ms: number): Stand {
  const written = incident.timeline.filter((line) => ms(line.at) <= at_ms);
  return {
    level: level_after(written),
    points: incident.alarms
      .filter((alarm) => ms(alarm.first_at) <= at_ms)
      .map((alarm) => ({ alarm, signals_from: ms(alarm.first_at), spot: spot_named(alarm, incident) }))
      .sort((a, b) => a.signals_from - b.signals_from),
    parties: incident.parties.filter((party) => ms(party.planned_at) <= at_ms).map((party) => party_at(party, incident.notices, at_ms)),
    crews: incident.crews.filter((crew) => crew.crew && ms(crew.told_at) <= at_ms).map((crew) => crew_at(crew, incident, ways.get(crew.party_id), at_ms)),
    line: written.at(-1) ?? null,
  };
}

/** Where in its place a point is, as the ledger says it; else the point's own name. */
function spot_named(alarm: Alarm, incident: Incident): string {
  const line = incident.evidence.find((one) => one.origin === alarm.origin && one.sentence.params.spot);
  return String(line?.sentence.params.spot ?? alarm.text) || alarm.origin;
}

function level_after(written: readonly TimelineLine[]): Level {
  const changed = written.filter((line) => typeof line.sentence.params.to_level === 'number').at(-1);
  return (changed?.sentence.params.to_level ?? 0) as Level;
}

function party_at(party: Party, all: readonly Notice[], at_ms: number): PartyThen {
  const notices = all.filter((notice) => notice.party_id === party.id && ms(notice.sent_at) <= at_ms);
  const channels = [...new Set(notices.map((notice) => notice.channel))];
  const first = (name: 'sent_at' | 'answered_at'): number => Math.min(...notices.map((notice) => ms(notice[name])));
  const stood = (state: PartyThen['state'], since: number): PartyThen => ({ party, state, at_ms: since, channels });
  if (ms(party.acknowledged_at) <= at_ms) return stood('acknowledged', ms(party.acknowledged_at));
  if (party.shortfall) return stood('failed', ms(party.planned_at));
  if (first('answered_at') <= at_ms) return stood('answered', first('answered_at'));
  return notices.length ? stood('called', first('sent_at')) : { party, state: 'waiting', at_ms: null, channels };
}

const STEPS = ['acknowledged', 'turned_out', 'arrived', 'handled', 'returned', 'released'] as const;

function crew_at(crew: Crew, incident: Incident, way: Way | undefined, at_ms: number): CrewThen {
  let step: CrewThen['step'] = 'told';
  let since = ms(crew.told_at);
  for (const name of STEPS) {
    const at = ms(crew[`${name}_at`]);
    if (at <= at_ms && at >= since) [step, since] = [name, at];
  }
  return { crew, step, at_ms: since, spot: spot_of(crew, incident, way, at_ms) };
}

/** Along its way between the reports that it turned out and arrived; estimated by the road's time while it has not arrived. */
function spot_of(crew: Crew, { place }: Incident, way: Way | undefined, at_ms: number): readonly [number, number] | null {
  if (crew.lon === null || crew.lat === null) return null;
  const home = [crew.lon, crew.lat] as const;
  if (place.lon === null || place.lat === null) return home;
  const fire = [place.lon, place.lat] as const;
  if (ms(crew.returned_at) <= at_ms || ms(crew.released_at) <= at_ms) return home;
  if (ms(crew.arrived_at) <= at_ms) return fire;
  const out = ms(crew.turned_out_at);
  if (out > at_ms) return home;
  const there = crew.arrived_at ? ms(crew.arrived_at) : out + 1000 * (crew.travel_s ?? 300);
  return along(way ?? [home, fire], Math.min(1, (at_ms - out) / Math.max(1, there - out)));
}

/** The point at a share of a way's length. */
export function along(way: Way, share: number): readonly [number, number] {
  const pieces = way.slice(1).map((end, i) => ({ start: way[i] ?? end, end }));
  const long = ({ start, end }: (typeof pieces)[number]): number => Math.hypot((end[0] - start[0]) * Math.cos((end[1] * Math.PI) / 180), end[1] - start[1]);
  let left = share * pieces.reduce((sum, piece) => sum + long(piece), 0);
  for (const piece of pieces) {
    const length = long(piece);
    if (left <= length && length > 0) {
      const part = left / length;
      return [piece.start[0] + part * (piece.end[0] - piece.start[0]), piece.start[1] + part * (piece.end[1] - piece.start[1])];
    }
    left -= length;
  }
  return way.at(-1) ?? [0, 0];
}
