/* Places as the API tells them. Coordinates are WGS-84 degrees. */

import type { KitLine } from './record';

/** All places of the city as columns; category and town are indexes into the lists. */
export interface PlaceColumns {
  ids: string[];
  lon: number[];
  lat: number[];
  category: number[];
  town: number[];
  sleeping: number[];
  categories: Category[];
  towns: TownName[];
}

export type Category = string | { code: string; zh: string; en: string };

export interface TownName {
  code: string;
  name: string;
}

export interface Town extends TownName {
  short?: string;
  lon: number;
  lat: number;
}

export type Ring = [number, number][];

/** The map's ground: towns, and where known the outline as rings of [lon, lat]. */
export interface Ground {
  towns: Town[];
  outline: Ring[];
  villages: { name: string; lon: number; lat: number }[];
}

export interface PlaceRow {
  id: string;
  name: string;
  category: string;
  category_zh?: string;
  category_en?: string;
  town_code: string;
  town_name?: string;
  address: string;
  lon: number;
  lat: number;
  people: number;
  sleeping: boolean;
}

export interface Device {
  id: string;
  origin?: string;
  kind: string;
  location: string;
  state?: string;
  last_seen_at?: string | null;
  out_of_service?: boolean;
}

export interface Contact {
  id: string;
  name: string;
  role: string;
  phone: string;
  verified?: boolean;
}

export interface Place extends PlaceRow {
  hazards?: string;
  unit?: { id: string; name: string };
  devices?: Device[];
  kit?: KitLine[];
  contacts?: Contact[];
  stations_near?: { id: string; name: string; level: string; crew: number; on_duty: boolean; distance_m: number }[];
  entrances?: { name: string; lon: number; lat: number; width_m: number | null; note: string }[];
  open_incidents?: { number: string; level: number; state: string; opened_at: string }[];
}

/** A place with how its devices live. */
export interface Covered {
  id: string;
  name: string;
  category: string;
  address: string;
  town_code: string;
  devices: number;
  online: number;
}

/** A device of the register's list. state: '' while it never spoke. */
export interface DeviceRow {
  id: string;
  origin: string;
  place_id: string;
  place_name: string;
  town_code: string;
  kind: string;
  operator_id: string;
  location: string;
  state: string;
  last_seen_at: string | null;
  installed_on: string | null;
  out_of_service: boolean;
}
