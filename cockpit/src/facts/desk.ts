/* The desk's own figures, the session, and the facts of the live stream. */

export interface DeskFigures {
  handled_today: number;
  fires_today: number;
  troubles_open: number;
  load: { from: string; incidents: number }[];
  canary: { at: string | null; took_s: number | null } | null;
  delay_s: number | null;
  online_percent: number | null;
  last_closed_at?: string | null;
}

export interface Person {
  id: string;
  name: string;
  role: string;
  towns: string[];
  permissions: string[];
}

/** A fire kept by the fallback while the database is down: as much as its bytes tell. */
export interface UnjudgedFire {
  id: string;
  at: string;
  sensor: string;
  origin: string;
  text: string;
}

/** One event of /api/v1/live. */
export interface Fact {
  id: string;
  topic: string;
  at: string;
  town_code: string;
  body: Record<string, unknown>;
}

export const TOPICS = ['incident', 'notice', 'place_state', 'canary', 'unjudged_fire', 'claim', 'hand_over'] as const;
