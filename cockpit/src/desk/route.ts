/* Pages by the part after #: #/ desk, #/incidents/NUMBER[/map], #/map, #/history, #/people, #/audit, #/me. */

import { useSyncExternalStore } from 'react';

export type Route =
  | { page: 'desk' }
  | { page: 'incident'; number: string; view: 'incident' | 'map' }
  | { page: 'map' | 'people' | 'audit' | 'me' }
  | { page: 'history' };

export function route_of(hash: string): Route {
  const [page, number, view] = hash.replace(/^#\/?/, '').split('?')[0]?.split('/') ?? [];
  if (page === 'incidents' && number) {
    return { page: 'incident', number: decodeURIComponent(number), view: view === 'map' ? 'map' : 'incident' };
  }
  if (page === 'map' || page === 'people' || page === 'audit' || page === 'me') return { page };
  return page === 'history' || page === 'incidents' ? { page: 'history' } : { page: 'desk' };
}

export const incident_hash = (number: string, view = ''): string => `#/incidents/${encodeURIComponent(number)}${view && `/${view}`}`;

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
