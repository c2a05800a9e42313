/* Weather, pictures and sightings of one incident, read again when a fact touches it. */

import { useEffect, useState } from 'react';
import type { Pictures, Weather } from '../facts/sight';
import { read } from '../live/api';
import { useCell } from '../live/cell';
import { touched } from '../live/house';

export interface Sights {
  weather: Weather | null;
  pictures: Pictures | null;
}

const NOTHING: Sights = { weather: null, pictures: null };
const SETTLE_MS = 400;
const AGAIN_MS = 60_000; // weather grows old without a fact

/** What is known; an answer that does not come leaves what was there. */
export function useSights(number: string): Sights {
  const [kept, set_kept] = useState<{ number: string; sights: Sights }>({ number, sights: NOTHING });
  const times = useCell(touched).get(number) ?? 0;
  useEffect(() => {
    const stop = new AbortController();
    const path = `/api/v1/incidents/${encodeURIComponent(number)}`;
    const put = (more: Partial<Sights>): void =>
      set_kept((old) => ({ number, sights: { ...(old.number === number ? old.sights : NOTHING), ...more } }));
    const ask = (): void => {
      read<{ items: Weather[] }>(`${path}/weather`, stop.signal).then((got) => put({ weather: got.items[0] ?? null }), () => undefined);
      read<Pictures>(`${path}/pictures`, stop.signal).then((pictures) => put({ pictures }), () => undefined);
    };
    const soon = window.setTimeout(ask, times ? SETTLE_MS : 0);
    const again = window.setInterval(ask, AGAIN_MS);
    return () => {
      window.clearTimeout(soon);
      window.clearInterval(again);
      stop.abort();
    };
  }, [number, times]);
  return kept.number === number ? kept.sights : NOTHING;
}
