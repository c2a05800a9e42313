/* Which columns a list has and which of them somebody wants to see, in their order. */

import { useState, type ReactNode } from 'react';
import { remembered, remember } from '../live/cell';

/** name: as the server's table calls it. number: right of its column. wide: left out below 1024 px, desk: on a phone, unless it was chosen. hidden: only when it is chosen. */
export interface Column<T> {
  name: string;
  label: string;
  cell: (row: T) => ReactNode;
  number?: boolean;
  wide?: boolean;
  desk?: boolean;
  hidden?: boolean;
}

export interface Columns<T> {
  every: readonly Column<T>[];
  shown: readonly Column<T>[];
  chosen: boolean; // by somebody, and not as the page comes
  names: readonly string[]; // '' of them: as the page comes
  choose: (names: readonly string[]) => void;
}

/** The columns of a page, as this browser was left. */
export function useColumns<T>(page: string, every: readonly Column<T>[]): Columns<T> {
  const key = `wanghuo.columns.${page}`;
  const [names, set_names] = useState<readonly string[]>(() => remembered(key).split(',').filter(Boolean));
  const known = new Map(every.map((one) => [one.name, one]));
  const wanted = names.flatMap((name) => known.get(name) ?? []);
  return {
    every,
    shown: wanted.length ? wanted : every.filter((one) => !one.hidden),
    chosen: wanted.length > 0,
    names: wanted.map((one) => one.name),
    choose: (next) => {
      set_names(next);
      remember(key, next.join(','));
    },
  };
}
