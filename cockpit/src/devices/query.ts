/* What the list of devices asks the API for. */

import type { DeviceRow } from '../facts/place';
import type { Page } from '../facts/incident';
import { read } from '../live/api';

/** Each '' leaves its filter out. */
export interface Asked {
  town: string;
  operator: string;
  online: string;
}

export interface Operator {
  id: string;
  name: string;
}

const PAGE_SIZE = 100;

/** The filters that the part of an address after ? names. */
export function asked_of(address: string): Asked {
  const given = new URLSearchParams(address);
  const online = given.get('online') ?? '';
  return {
    town: given.get('town') ?? '',
    operator: given.get('operator') ?? '',
    online: online === 'true' || online === 'false' ? online : '',
  };
}

export function page_of(asked: Asked, cursor: string, signal?: AbortSignal): Promise<Page<DeviceRow>> {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  for (const [name, value] of Object.entries(asked)) if (value) query.set(name, value);
  if (cursor) query.set('cursor', cursor);
  return read<Page<DeviceRow>>(`/api/v1/devices?${query}`, signal);
}

export const operators = (signal: AbortSignal): Promise<Operator[]> =>
  read<{ items: Operator[] }>('/api/v1/operators', signal).then((answer) => answer.items);
