/* Round numbers for an axis, and days or hours for the one below it. */

const ROUND = [1, 2, 5, 10];
const HOUR_MS = 3_600_000;
const ZONE_MS = 8 * HOUR_MS; // the city's clock
const STEPS_H = [1, 2, 3, 6, 12, 24, 48, 120, 240];

/** Ticks from at most the lowest to at least the highest, about `wanted` of them. */
export function ticks(lowest: number, highest: number, wanted: number): number[] {
  const reach = highest - lowest || Math.abs(highest) || 1;
  const power = 10 ** Math.floor(Math.log10(reach / wanted));
  const step = power * (ROUND.find((one) => one * power * wanted >= reach) ?? 10);
  const first = Math.floor(lowest / step);
  const last = Math.max(first + 1, Math.ceil(highest / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Moments on full hours or days of the city, about `wanted` of them. */
export function moments(since: number, until: number, wanted: number): number[] {
  const step = (STEPS_H.find((one) => (until - since) / (one * HOUR_MS) <= wanted) ?? 240) * HOUR_MS;
  const first = Math.ceil((since + ZONE_MS) / step) * step - ZONE_MS;
  return Array.from({ length: Math.max(0, Math.floor((until - first) / step) + 1) }, (_, i) => first + i * step);
}

/** A reading with as many digits as mean something. */
export const shown = (x: number): string => String(Number(x.toPrecision(4)));
