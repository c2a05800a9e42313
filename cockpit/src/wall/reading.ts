/* The wall's figures: read every ten seconds and soon after a fact; a failure leaves the old ones. */

import { useEffect, useState } from 'react';
import type { Wall } from '../facts/wall';
import { as_problem, read, Problem } from '../live/api';
import { touched } from '../live/house';

export interface Reading {
  wall: Wall | null;
  problem: Problem | null;
}

export const EVERY_MS = 10_000;
const AFTER_FACT_MS = 1000; // facts of one fire come together

export function useWall(): Reading & { again: () => void } {
  const [reading, set_reading] = useState<Reading>({ wall: null, problem: null });
  const [tries, set_tries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let due_ms = 0;
    const take = async (): Promise<void> => {
      timer = 0;
      try {
        const wall = await read<Wall>('/api/v1/wall', stop.signal);
        set_reading({ wall, problem: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = as_problem(error);
        set_reading((old) => ({ ...old, problem }));
      }
      soon(EVERY_MS);
    };
    const soon = (wait_ms: number): void => {
      if (stop.signal.aborted) return;
      const at_ms = performance.now() + wait_ms;
      if (timer && due_ms <= at_ms) return;
      window.clearTimeout(timer);
      due_ms = at_ms;
      timer = window.setTimeout(() => void take(), wait_ms);
    };
    const at_once = (): void => soon(0);
    const unwatch = touched.watch(() => {
      if (timer) soon(AFTER_FACT_MS);
    });
    window.addEventListener('online', at_once);
    soon(0);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
      unwatch();
      window.removeEventListener('online', at_once);
    };
  }, [tries]);
  return { ...reading, again: () => set_tries((n) => n + 1) };
}
