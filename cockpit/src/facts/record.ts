/* What happened at one place or because of one device, and what a device said. Times are UTC. */

/** A point in alarm. */
export interface AlarmLine {
  origin: string;
  device_id: string;
  sensor: string;
  type: string;
  state: string;
  shelved: boolean;
  first_at: string;
  last_at: string;
  repeats: number;
  text: string;
}

/** An alarm with what its incident came to; number '' where a shelf or a test window held it back. */
export interface PastAlarm extends AlarmLine {
  number: string;
  level_peak: number | null;
  disposition: string;
  cause: string;
}

/** A shelf, a test window or a drill. ended_at: null while it holds or ran out by itself. */
export interface ShelfLine {
  id: string;
  kind: 'shelf' | 'test_window' | 'drill';
  origin: string;
  place_id: string;
  author_name: string;
  reason: string;
  from_at: string;
  until_at: string;
  ended_at: string | null;
}

export interface Month {
  month: string; // YYYY-MM
  incidents: number;
  fires: number;
}

export interface PlaceRecord {
  alarms: AlarmLine[];
  shelves: ShelfLine[];
  months: Month[];
}

export interface DeviceRecord {
  alarms: PastAlarm[];
  shelves: ShelfLine[];
}

/** One kind of device at a place: what the standard asks for and what hangs there. */
export interface KitLine {
  kind: string;
  required: number;
  fitted: number;
  stood_in: number;
  missing: number;
}

/** A device on its own page. */
export interface WholeDevice {
  id: string;
  origin: string;
  sender: string;
  place_id: string;
  place_name: string;
  town_code: string;
  kind: string;
  operator_id: string;
  operator_name: string;
  location: string;
  profile: string;
  installed_on: string | null;
  out_of_service: boolean;
  state: string;
  detail: string;
  last_seen_at: string | null;
  sender_state: string;
  sender_seen_at: string | null;
}

/** One thing that a device said. raw: hex digits, '' where nothing was kept. */
export interface Said {
  at: string;
  kind: string;
  point: string;
  raw: string;
  lane: 'fire' | 'routine';
  zh: string;
  en: string;
}

export interface Quantity {
  quantity: string;
  unit: string;
  at: string;
  value: number;
  readings: number;
}

export interface Readings {
  last: { at: string; zh: string; en: string } | null;
  quantities: Quantity[];
  presence: { at: string; online: boolean; text: string }[];
  since: string;
}

/** One bucket of a chart. */
export interface ChartPoint {
  at: string;
  lowest: number;
  mean: number;
  highest: number;
  readings: number;
}

export interface Chart {
  items: ChartPoint[];
  since: string;
  until: string;
}
