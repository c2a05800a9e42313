/* What the pages that look back are told: false warnings by point, the load of the desk, the alarm policy. */

export interface Mix {
  cause: string;
  incidents: number;
}

export interface NuisanceRow {
  origin: string;
  device_id: string;
  sensor: string;
  location: string;
  place: { id: string; name: string; town_name: string };
  operator: { id: string; name: string };
  incidents: number;
  warnings: number;
  share: number; // of all false warnings, 0 to 1
  last_at: string;
  causes: Mix[];
  remedy: { zh: string; en: string };
  shelved_until: string | null;
}

export interface Nuisances {
  since: string;
  until: string;
  points: number;
  warnings: number;
  share_points: number;
  share_warnings: number | null; // of the points listed
  causes: Mix[];
  items: NuisanceRow[];
}

export interface Restless {
  origin: string;
  sensor: string;
  place: { id: string; name: string };
  first_at: string;
  last_at: string;
  signals: number;
}

export interface DeskLoad {
  since: string;
  until: string;
  windows: { from: string; n: number }[];
  mean: number;
  mean_max: number;
  most: number;
  flood_at: number;
  flood_share: number;
  flood_share_max: number;
  floods: { from: string; until: string; incidents: number }[];
  answers: { incidents: number; acknowledged: number; p50_s: number | null; p90_s: number | null; most_s: number | null };
  by_person: { name: string; acknowledged: number; mean: number; most: number; p50_s: number | null; p90_s: number | null }[];
  chattering: Restless[];
  stale: Restless[];
}

type Value = string | number | boolean | readonly unknown[];

export interface PolicyNumber {
  key: string;
  group: string;
  value: Value;
  unit: string;
  zh: string;
  en: string;
  source: { zh: string; en: string };
}

export interface PolicyStep {
  version: string;
  sha256: string;
  since: string;
  changes: { key: string; before: Value | null; after: Value | null; zh: string; en: string }[];
}

export interface AlarmPolicy {
  version: string;
  since: string | null;
  sha256: string;
  numbers: PolicyNumber[];
  history: PolicyStep[];
}
