/* The figures of the wall as the API tells them. Shares are 0 to 1, null where there is nothing to share. */

export interface Today {
  from: string;
  warnings: number;
  incidents: number;
  f2: number;
  f3: number;
  fires: number;
}

export interface ClockKept {
  clock: string;
  words: { zh: string; en: string };
  limit_s: number;
  n: number;
  met: number;
  missed: number;
  met_share: number | null;
  median_s: number | null;
  p90_s: number | null;
  running: number;
}

export interface TownOnline {
  code: string;
  name: string;
  places: number;
  covered: number;
  devices: number;
  heard: number;
  online: number;
  covered_share: number | null;
  online_share: number | null;
}

export interface OperatorOnline {
  id: string;
  name: string;
  devices: number;
  heard: number;
  online: number;
  online_share: number | null;
}

export interface TrendDay {
  day: string;
  incidents: number;
  year_before: number | null;
}

export interface Trend {
  days: TrendDay[];
  incidents: number;
  compared_days: number;
  compared_incidents: number;
  year_before: number | null;
}

export interface LastFire {
  number: string;
  level_peak: number;
  place_name: string;
  town_name: string;
  opened_at: string;
  disposition: string;
  cause: string;
  handled: boolean;
  took_s: number | null;
}

export interface Wall {
  at: string;
  today: Today;
  fires: LastFire[];
  slow_at: string;
  clocks: ClockKept[];
  devices: {
    places: number;
    covered: number;
    devices: number;
    heard: number;
    online: number;
    towns: TownOnline[];
    operators: OperatorOnline[];
  };
  trend: Trend;
}
