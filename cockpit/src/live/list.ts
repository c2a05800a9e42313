/* A list that is read page by page, from the beginning whenever its filters change. */

import { useEffect, useRef, useState } from 'react';
import type { Page } from '../facts/incident';
import { as_problem, read, Problem } from './api';

export interface Shown<T> {
  rows: T[];
  next: string;
  problem: Problem | null;
  reading: boolean;
}

const PAGE_SIZE = 100;
const SETTLE_MS = 200; // a word that is typed is asked for once

/** path: of the list; filters: '' leaves one out. `more` reads the next page, `again` the first. */
export function useList<T>(path: string, filters: Record<string, string>): Shown<T> & { more: () => void; again: () => void } {
  const [shown, set_shown] = useState<Shown<T>>({ rows: [], next: '', problem: null, reading: true });
  const first = useRef(true);
  const asked = new URLSearchParams(Object.entries(filters).filter(([, value]) => value)).toString();
  const take = async (cursor: string, signal?: AbortSignal): Promise<void> => {
    set_shown((old) => ({ ...old, reading: true, problem: null }));
    const query = new URLSearchParams(asked);
    query.set('limit', String(PAGE_SIZE));
    if (cursor) query.set('cursor', cursor);
    try {
      const page = await read<Page<T>>(`${path}?${query}`, signal);
      set_shown((old) => ({ rows: cursor ? [...old.rows, ...page.items] : page.items, next: page.next ?? '', problem: null, reading: false }));
    } catch (error) {
      if (signal?.aborted) return;
      const problem = as_problem(error);
      set_shown((old) => ({ ...old, problem, reading: false }));
    }
  };
  useEffect(() => {
    const stop = new AbortController();
    const soon = window.setTimeout(() => void take('', stop.signal), first.current ? 0 : SETTLE_MS);
    first.current = false;
    return () => {
      window.clearTimeout(soon);
      stop.abort();
    };
  }, [path, asked]);
  return { ...shown, more: () => void take(shown.next), again: () => void take('') };
}

/** The filters of these names in the part of an address after ?; '' where it names none. */
export function filters_of<K extends string>(address: string, names: readonly K[]): Record<K, string> {
  const given = new URLSearchParams(address);
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) as Record<K, string>;
}
