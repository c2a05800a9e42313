/* The incident as the API tells it. Times are RFC 3339 UTC; weights and log_odds are natural log-odds. */

/** A sentence in both languages, with what it was made from. */
export interface Sentence {
  key: string;
  params: Record<string, string | number>;
  zh: string;
  en: string;
}

export type Level = 0 | 1 | 2 | 3 | 4;

export interface PlaceBrief {
  id: string;
  name: string;
  category: string;
  category_zh: string;
  category_en: string;
  town_code: string;
  town_name: string;
  lon: number | null;
  lat: number | null;
  people: number;
  sleeping: boolean;
  address: string;
}

/** What the server thinks should be done next; act is an act of this cockpit or `wait`. */
export interface NextAction {
  act: string;
  due_at: string | null;
  sentence: Sentence;
}

export interface IncidentRow {
  number: string;
  level: Level;
  level_peak: Level;
  state: 'open' | 'on_site' | 'closed';
  profile: string;
  drill: boolean;
  test: boolean;
  registered: boolean;
  place: PlaceBrief;
  opened_at: string;
  last_at: string;
  desk_acknowledged_at: string | null;
  closed_at: string | null;
  disposition: string;
  cause: string;
  alarm: number;
  sentence: Sentence;
  log_odds: number;
  probability: number;
  parties_total: number;
  parties_acknowledged: number;
  next_action: NextAction | null;
}

export interface EvidenceLine {
  line: number;
  at: string;
  what: string;
  weight: number;
  floor: number;
  sentence: Sentence;
  origin?: string;
}

export interface Party {
  id: string;
  role: string;
  name: string;
  state: 'told' | 'acknowledged' | 'escalated' | 'failed';
  at_level: Level;
  reason: Sentence | null;
  shortfall: Sentence | null;
  planned_at: string;
  acknowledged_at: string | null;
  answer: string;
  distance_m: number | null;
}

export interface Notice {
  id: string;
  party_id: string;
  party_role: string;
  recipient: string;
  address: string;
  channel: string;
  purpose: string;
  round: number;
  state: string;
  planned_at: string;
  sent_at: string | null;
  answered_at: string | null;
  acknowledged_at: string | null;
  outcome: string;
  /** Channel, state and why, as a sentence. */
  said?: { zh: string; en: string };
  repeat_of_unknown: boolean;
  message?: { zh: string; en: string };
}

export interface TimelineLine {
  line: number;
  at: string;
  what: string;
  who: string;
  sentence: Sentence;
  digest: string;
}

export interface Water {
  kind: string;
  name: string;
  lon: number;
  lat: number;
  flow_l_per_s: number | null;
  distance_m: number;
}

export interface StationNear {
  id: string;
  name: string;
  level: string;
  lon: number;
  lat: number;
  crew: number;
  distance_m: number;
}

/** One clock of a crew as of the answer. ended: the crew was let go, so it does not run on. */
export interface CrewClock {
  name: string;
  words: { zh: string; en: string };
  started_at: string;
  due_at: string;
  stopped_at: string | null;
  limit_s: number;
  state: 'running' | 'met' | 'missed' | 'void';
  overdue_s: number | null; // null while it runs
  ended: boolean;
}

/** A crew, how far it has come, its way by road if one is known, and its clocks. */
export interface Crew {
  party_id: string;
  name: string;
  station_id: string;
  lon: number | null; // of its station
  lat: number | null;
  crew: string;
  told_at: string;
  acknowledged_at: string | null;
  travel_s: number | null;
  road_m: number | null;
  turned_out_at: string | null;
  arrived_at: string | null;
  handled_at: string | null;
  returned_at: string | null;
  released_at: string | null;
  clocks: CrewClock[];
}

export interface Alarm {
  id: string;
  origin: string;
  sensor: string;
  place_id: string;
  state: string;
  first_at: string;
  last_at: string;
  shelved: boolean;
  text: string;
}

export interface Incident extends IncidentRow {
  evidence: EvidenceLine[];
  parties: Party[];
  notices: Notice[];
  timeline: TimelineLine[];
  crews: Crew[];
  hints: Sentence[];
  alarms: Alarm[];
  stations: StationNear[];
  water: Water[];
  timeline_broken_at: number | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
