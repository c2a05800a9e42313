/* How far a new city is, and what an import says of a file. */

export interface Both {
  zh: string;
  en: string;
}

export type StepKey = 'towns' | 'stations' | 'places' | 'contacts' | 'people' | 'operators' | 'devices' | 'fire';

export interface Step {
  key: StepKey;
  state: 'todo' | 'gaps' | 'done';
  there: Both;
  missing: Both[];
}

/** The last test fire: what left, who saw it, whether it is over. */
export interface TestFire {
  number: string;
  place_id: string;
  place_name: string;
  level: number;
  opened_at: string;
  told: number;
  untold: Both[];
  seen_at: string | null;
  closed_at: string | null;
}

export interface FirstDay {
  ready: boolean;
  leads: boolean; // whether other pages should lead here
  steps: Step[];
  fire: TestFire | null;
}

export interface CellError {
  row: number;
  cell: string;
  message_zh: string;
  message_en: string;
  remedy_zh: string;
  remedy_en: string;
}

export interface Report {
  rows: number;
  new: number;
  changed: number;
  unchanged: number;
  errors_total: number;
  errors: CellError[];
  committed: boolean;
}

export interface Operator {
  id: string;
  name: string;
  town_code: string;
  has_key: boolean;
}
