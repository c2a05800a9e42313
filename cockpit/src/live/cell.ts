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
  let start = first;
  try {
    const found = localStorage.getItem(name) as T | null;
    if (found && allowed.includes(found)) start = found;
  } catch {
    /* private windows have no memory: the default holds */
  }
  const made = cell(start);
  made.watch(() => {
    try {
      localStorage.setItem(name, made.get());
    } catch {
      /* as above */
    }
  });
  return made;
}
