/* What stands beside an incident: weather, pictures, what lookouts saw. */

interface Both {
  zh: string;
  en: string;
}

export interface Weather {
  level: number;
  taken_at: string;
  source: string;
  observed_at: string | null;
  age_s: number | null;
  stale: boolean;
  station: string;
  wind_from_deg: number | null;
  wind_m_s: number | null;
  temperature_c: number | null;
  humidity_percent: number | null;
  rain_mm: number | null;
  words: Both;
  doubt: Both | null;
}

export interface Picture {
  id: string;
  origin: 'camera' | 'lookout' | 'responder' | 'desk';
  camera: string;
  by: string;
  taken_at: string;
  width: number;
  height: number;
  note: string;
}

export interface SilentCamera {
  camera: string;
  at: string;
  trouble: string;
  words: Both;
}

/** cone: [lon, lat] corners of what the look can have meant; the first is the lookout for a cone. */
export interface Sighting {
  id: string;
  camera: string;
  camera_lon: number | null;
  camera_lat: number | null;
  at: string;
  seen: string;
  confidence: number | null;
  bearing_deg: number | null;
  lon: number | null;
  lat: number | null;
  error_m: number | null;
  how: string;
  cone: [number, number][];
}

export interface Pictures {
  visible: boolean;
  items: Picture[];
  silent: SilentCamera[];
  sightings: Sighting[];
}
