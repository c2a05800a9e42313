/* Telephone numbers are masked until somebody asks; asking is written down on the server. */

import { ask } from './api';
import { cell } from './cell';
import { may } from '../session/session';

/** What was asked for in this window: number by notice or contact. */
const shown = cell<ReadonlyMap<string, string>>(new Map());
export const shown_numbers = shown;

const MASK = '****';

export const number_of = (known: ReadonlyMap<string, string>, id: string, masked: string): string => known.get(id) ?? masked;

/** Whether asking would show more than what stands there. */
export const can_show = (numbers: readonly string[]): boolean =>
  may('see_personal_data') && numbers.some((number) => number.includes(MASK));

/** Ask for the numbers of an incident, of a place's people, or of both. */
export async function show_numbers(incident: string, place: string): Promise<void> {
  const paths = [
    ...(incident ? [`/api/v1/incidents/${encodeURIComponent(incident)}/numbers`] : []),
    ...(place ? [`/api/v1/places/${encodeURIComponent(place)}/numbers`] : []),
  ];
  const got = await Promise.all(paths.map((path) => ask<Record<string, Record<string, string>>>('POST', path)));
  shown.update((old) => new Map([...old, ...got.flatMap((one) => Object.values(one).flatMap((part) => Object.entries(part)))]));
}
