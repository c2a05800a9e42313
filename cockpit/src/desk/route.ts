/* Pages by the part after #: #/ desk, #/incidents/NUMBER[/map|/replay], #/map, #/wall, #/history[?filters], #/nuisances[?filters],
   #/load[?hours], #/policy, #/devices[?filters], #/devices/ID, #/places[?filters], #/places/ID, #/labels?device=ID…, #/people,
   #/audit, #/me, #/shift, #/first-day. */

import { useSyncExternalStore } from 'react';

/** Pages whose address says nothing else. */
const PLAIN = ['map', 'wall', 'policy', 'people', 'audit', 'me', 'shift', 'first-day'] as const;
export type Plain = (typeof PLAIN)[number];
const is_plain = (page: string | undefined): page is Plain => PLAIN.some((one) => one === page);

export type View = 'incident' | 'map' | 'replay';

export type Route =
  | { page: 'desk' }
  | { page: 'incident'; number: string; view: View }
  | { page: Plain }
  | { page: 'history'; asked: string }
  | { page: 'nuisances' | 'load' | 'devices' | 'places' | 'labels'; asked: string }
  | { page: 'device' | 'place'; id: string };

/** The pages that the bars lead to. */
export const PAGES = ['desk', 'map', 'wall', 'history'] as const;

/** The page of the bars that a page belongs to. */
export const tab_of = (page: string): string => (page === 'nuisances' || page === 'load' || page === 'policy' ? 'history' : page);

export function route_of(hash: string): Route {
  const [path = '', asked = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, number, view] = path.split('/');
  if (page === 'incidents' && number) {
    return { page: 'incident', number: decodeURIComponent(number), view: view === 'map' || view === 'replay' ? view : 'incident' };
  }
  if (is_plain(page)) return { page };
  if ((page === 'devices' || page === 'places') && number) {
    return { page: page === 'devices' ? 'device' : 'place', id: decodeURIComponent(number) };
  }
  if (page === 'nuisances' || page === 'load' || page === 'devices' || page === 'places' || page === 'labels') return { page, asked };
  return page === 'history' || page === 'incidents' ? { page: 'history', asked } : { page: 'desk' };
}

export const incident_hash = (number: string, view = ''): string => `#/incidents/${encodeURIComponent(number)}${view && `/${view}`}`;

export const place_hash = (id: string): string => `#/places/${encodeURIComponent(id)}`;
export const device_hash = (id: string): string => `#/devices/${encodeURIComponent(id)}`;

/** The page of records that these filters leave; a filter without a value is left out. */
export function records_hash(page: 'history' | 'devices' | 'places', filters: Record<string, string | number | boolean | undefined>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined && value !== '') asked.set(name, String(value));
  return `#/${page}?${asked}`;
}

export function go(hash: string): void {
  window.location.hash = hash;
}

const watch = (tell: () => void): (() => void) => {
  window.addEventListener('hashchange', tell);
  return () => window.removeEventListener('hashchange', tell);
};

export function useHash(): string {
  return useSyncExternalStore(watch, () => window.location.hash);
}

const wide = (query: string): ((tell: () => void) => () => void) => {
  const list = window.matchMedia(query);
  return (tell) => {
    list.addEventListener('change', tell);
    return () => list.removeEventListener('change', tell);
  };
};

export type Width = 'phone' | 'desk' | 'wide';
const PHONE = '(max-width: 767px)';
const WIDE = '(min-width: 1280px)';
const watch_phone = wide(PHONE);
const watch_wide = wide(WIDE);

/** phone < 768 px ≤ desk (the map is a tab) < 1280 px ≤ wide. */
export function useWidth(): Width {
  const phone = useSyncExternalStore(watch_phone, () => window.matchMedia(PHONE).matches);
  const three = useSyncExternalStore(watch_wide, () => window.matchMedia(WIDE).matches);
  return phone ? 'phone' : three ? 'wide' : 'desk';
}
