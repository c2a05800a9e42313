/* A cell holds one value and tells who looks at it when it changes. The whole cockpit keeps its state so. */

import { useSyncExternalStore } from 'react';

export interface Cell<T> {
  get(): T;
  set(next: T): void;
  update(change: (old: T) => T): void;
  watch(tell: () => void): () => void;
}

export function cell<T>(first: T): Cell<T> {
  let value = first;
  const watchers = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const tell of [...watchers]) tell();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    watch: (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
  };
}

/** The value of a cell inside a component. */
export function useCell<T>(of: Cell<T>): T {
  return useSyncExternalStore(of.watch, of.get);
}

/** A cell that is remembered by this browser under `name`. */
export function kept<T extends string>(name: string, first: T, allowed: readonly T[]): Cell<T> {
  const found = remembered(name) as T;
  const made = cell(allowed.includes(found) ? found : first);
  made.watch(() => remember(name, made.get()));
  return made;
}

/** What this browser remembers under `name`; '' if nothing. */
export function remembered(name: string): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return ''; // private windows have no memory
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    /* as above */
  }
}
