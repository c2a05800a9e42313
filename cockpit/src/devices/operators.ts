/* The companies that run the devices, for filters. */

import { useEffect, useState } from 'react';
import { read } from '../live/api';

interface Operator {
  id: string;
  name: string;
}

/** Ids with names; without them the filter only lacks choices. */
export function useOperators(): [string, string][] {
  const [known, set_known] = useState<[string, string][]>([]);
  useEffect(() => {
    const stop = new AbortController();
    read<{ items: Operator[] }>('/api/v1/operators', stop.signal).then(
      (answer) => set_known(answer.items.map((one) => [one.id, one.name])),
      () => undefined,
    );
    return () => stop.abort();
  }, []);
  return known;
}
