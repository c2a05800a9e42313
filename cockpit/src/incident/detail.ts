/* One incident's whole record, kept per number and read again when a fact touches it. */

import { useEffect, useSyncExternalStore } from 'react';
import type { Incident } from '../facts/incident';
import { as_problem, read, Problem } from '../live/api';
import { cell, useCell } from '../live/cell';
import { touched } from '../live/house';

export interface Detail {
  incident: Incident | null;
  problem: Problem | null;
}

const KEPT_MAX = 40;
const SETTLE_MS = 120; // several facts of one cause come together
const details = cell<ReadonlyMap<string, Detail>>(new Map());

const NOTHING: Detail = { incident: null, problem: null };

function keep(number: string, detail: Detail): void {
  details.update((old) => {
    const next = new Map(old);
    next.delete(number);
    next.set(number, detail);
    for (const oldest of next.keys()) {
      if (next.size <= KEPT_MAX) break;
      next.delete(oldest);
    }
    return next;
  });
}

/** Read it now; a failure keeps what was there and says why. */
export async function read_detail(number: string, signal?: AbortSignal): Promise<void> {
  try {
    const incident = await read<Incident>(`/api/v1/incidents/${encodeURIComponent(number)}`, signal);
    keep(number, { incident, problem: null });
  } catch (error) {
    if (signal?.aborted) return;
    const problem = as_problem(error);
    keep(number, { incident: details.get().get(number)?.incident ?? null, problem });
  }
}

/** Put an answer in place without reading it again. */
export function put_detail(incident: Incident): void {
  if (incident.evidence && incident.timeline) keep(incident.number, { incident, problem: null });
}

export function useDetail(number: string | null): Detail {
  const all = useSyncExternalStore(details.watch, details.get);
  const times = useCell(touched).get(number ?? '') ?? 0;
  useEffect(() => {
    if (!number) return;
    const stop = new AbortController();
    const soon = window.setTimeout(() => void read_detail(number, stop.signal), times ? SETTLE_MS : 0);
    return () => {
      window.clearTimeout(soon);
      stop.abort();
    };
  }, [number, times]);
  return (number && all.get(number)) || NOTHING;
}
