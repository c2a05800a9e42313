/* Pages by the part after #: #/ desk, #/incidents/NUMBER[/map], #/map, #/wall, #/history[?filters], #/devices[?filters],
   #/places[?filters], #/people, #/audit, #/me, #/first-day. */

import { useSyncExternalStore } from 'react';

export type Route =
  | { page: 'desk' }
  | { page: 'incident'; number: string; view: 'incident' | 'map' }
  | { page: 'map' | 'wall' | 'people' | 'audit' | 'me' | 'first-day' }
  | { page: 'history'; asked: string }
  | { page: 'devices' | 'places'; asked: string };

/** The pages that the bars lead to. */
export const PAGES = ['desk', 'map', 'wall', 'history'] as const;

export function route_of(hash: string): Route {
  const [path = '', asked = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, number, view] = path.split('/');
  if (page === 'incidents' && number) {
    return { page: 'incident', number: decodeURIComponent(number), view: view === 'map' ? 'map' : 'incident' };
  }
  if (page === 'map' || page === 'wall' || page === 'people' || page === 'audit' || page === 'me' || page === 'first-day') return { page };
  if (page === 'devices' || page === 'places') return { page, asked };
  return page === 'history' || page === 'incidents' ? { page: 'history', asked } : { page: 'desk' };
}

export const incident_hash = (number: string, view = ''): string => `#/incidents/${encodeURIComponent(number)}${view && `/${view}`}`;

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
