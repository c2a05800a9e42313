/* One document, read when a page opens and again when somebody asks for it. */

import { useEffect, useState } from 'react';
import { as_problem, read, Problem } from './api';

export interface One<T> {
  value: T | null;
  problem: Problem | null;
  again: () => void;
}

/** path: '' reads nothing. What was read stays while it is read again. */
export function useOne<T>(path: string): One<T> {
  const [found, set_found] = useState<{ path: string; value: T | null; problem: Problem | null }>({ path: '', value: null, problem: null });
  const [tries, set_tries] = useState(0);
  useEffect(() => {
    if (!path) return;
    const stop = new AbortController();
    read<T>(path, stop.signal).then(
      (value) => set_found({ path, value, problem: null }),
      (error: unknown) => {
        if (!stop.signal.aborted) set_found((old) => ({ path, value: old.path === path ? old.value : null, problem: as_problem(error) }));
      },
    );
    return () => stop.abort();
  }, [path, tries]);
  const mine = found.path === path;
  return { value: mine ? found.value : null, problem: mine ? found.problem : null, again: () => set_tries(tries + 1) };
}
