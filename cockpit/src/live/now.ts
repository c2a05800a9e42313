/* The one clock of the page: the server's time, ticking on whole seconds. */

import { useSyncExternalStore } from 'react';

let ahead_ms = 0; // server minus this machine
const SKEW_MIN_MS = 1500; // a Date header has whole seconds; less is noise
const watchers = new Set<() => void>();
let second = Math.floor(Date.now() / 1000);
let timer = 0;

/** Milliseconds since 1970 by the server's clock. */
export function now_ms(): number {
  return Date.now() + ahead_ms;
}

/** An answer that was longer on its way tells how slow it was, not how late it is. */
const QUICK_MS = 500;

/** Learn the server's clock from the Date header of an answer. took_ms: since it was asked for. */
export function learn_clock(date: string | null, took_ms: number): void {
  const told = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(told) || took_ms > QUICK_MS) return;
  const found = told + 500 - Date.now();
  if (Math.abs(found - ahead_ms) > SKEW_MIN_MS) ahead_ms = Math.abs(found) > SKEW_MIN_MS ? found : 0;
}

function tick(): void {
  second = Math.floor(now_ms() / 1000);
  for (const tell of [...watchers]) tell();
  timer = window.setTimeout(tick, 1000 - (now_ms() % 1000) + 5);
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  if (watchers.size === 1) tick();
  return () => {
    watchers.delete(tell);
    if (watchers.size === 0) window.clearTimeout(timer);
  };
}

/** The present second, in milliseconds; renders its component once a second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => second) * 1000;
}
