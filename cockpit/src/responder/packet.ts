/* What the house sends for one notice (GET /r/{token}/packet). */

export interface Words {
  zh: string;
  en: string;
}
export type Point = [lon: number, lat: number];

export interface Water {
  kind: string;
  name: string;
  at: Point;
  flow_l_per_s: number | null;
  distance_m: number;
  hose_lengths: number;
  hose_m: number;
}

export interface Entrance {
  name: string;
  at: Point;
  width_m: number | null;
  note: string;
}

export interface Wind {
  wind_from_deg: number | null;
  wind_m_s: number | null;
  observed_at: string | null;
  age_s: number | null;
  stale: boolean;
  words: Words;
  doubt: Words | null;
}

export interface Other {
  role: string;
  role_words: Words;
  name: string;
  state: string;
  answer: string;
  answer_words: Words | null;
  crew: string | null;
  crew_words: Words | null;
  answered_at: string | null;
  distance_m: number | null;
  at: Point | null;
  missing: Words | null;
}

export interface Given {
  answer: string;
  at: string;
}

/** How to get there. road_m: of the straight line if kind says so. walk_m: from the road to the door. */
export interface Way {
  kind: 'road' | 'straight_line';
  why: Words | null;
  travel_s: number;
  road_m: number;
  walk_m: number;
  line: Point[];
  steps: Words[];
}

export interface Packet {
  made_at: string;
  notice_id: string;
  side: 'occupant' | 'crew' | 'office' | 'cad';
  me: { role: string; role_words: Words; name: string };
  incident: {
    number: string;
    level: number;
    confirmed: boolean;
    state: string;
    drill: boolean;
    test: boolean;
    opened_at: string;
    closed_at: string | null;
    sentence: Words;
  };
  sensed: (Words & { at: string })[];
  place: {
    name: string;
    address: string;
    town: string;
    category: Words;
    registered: boolean;
    people: number | null;
    sleeping: boolean;
    hazards: string | null;
    entrances: Entrance[] | null;
  };
  fire: Point | null;
  station: { name: string; at: Point; crew: number } | null;
  route: Way | null;
  water: {
    best: Water[];
    out_of_order: { kind: string; name: string; distance_m: number; reason: string }[];
  };
  wind: Wind | null;
  pictures: { id: string; origin: string; at: string }[];
  others: Other[];
  phones: { role: Words; name: string; phone: string }[];
  answers: Given[];
  buttons: { steps: string[]; always: string[]; more: string[] };
}
