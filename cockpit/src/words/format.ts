/* Figures as people read them: tabular digits, a space before the unit, a true minus. */

const ZONE = 'Asia/Shanghai'; // the city's clock, wherever the page is opened
const HMS = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', second: '2-digit' });
const HM = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' });
const WEEKDAY = {
  zh: new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, weekday: 'short' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'short' }),
};

export type Moment = string | number;
const date = (at: Moment): Date => new Date(at);

export const hms = (at: Moment): string => HMS.format(date(at));
export const hm = (at: Moment): string => HM.format(date(at));
export const day = (at: Moment): string => DAY.format(date(at));
export const weekday = (at: Moment, lang: 'zh' | 'en'): string => WEEKDAY[lang].format(date(at));

/** Today only the time, else the date before it. */
export function when(at: Moment, now: number): string {
  return day(at) === day(now) ? hms(at) : `${day(at).slice(5)} ${hm(at)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** A running clock: 01:34, from an hour on 1:01:34, from a day on 3 d 04 h. Never negative. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  if (h >= 24) return `${Math.floor(h / 24)} d ${two(h % 24)} h`;
  const tail = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return h ? `${h}:${tail}` : tail;
}

/** A span in words: 46 s, 4 min, 2 h. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return s < 172_800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} d`;
}

/** A signed weight with one decimal: +3.9, −8.6, ±0.0. */
export function signed(x: number): string {
  const shown = Math.abs(x).toFixed(1);
  if (Number(shown) === 0) return '±0.0';
  return (x > 0 ? '+' : '−') + shown;
}

/** A probability that never rounds to certainty: 99.8 %, 99.97 %, 0.02 %. */
export function percent(p: number): string {
  const x = p * 100;
  if (x >= 99.995) return '> 99.99 %';
  if (x > 0 && x < 0.005) return '< 0.01 %';
  const digits = x > 99.9 || x < 0.1 ? 2 : x > 99 || x < 10 ? 1 : 0;
  return `${x.toFixed(digits)} %`;
}

export const count = (n: number): string => n.toLocaleString('en-US');

/** Metres under a kilometre, else kilometres with one decimal. */
export function distance(m: number): { figure: string; unit: string } {
  return m < 1000 ? { figure: String(Math.round(m)), unit: 'm' } : { figure: (m / 1000).toFixed(1), unit: 'km' };
}
