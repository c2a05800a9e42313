/* What this phone keeps for one link: the newest packet, and answers that wait for the network. */

import type { Packet, Way } from './packet';

export interface Press {
  answer: string;
  answer_id: string;
  pressed_ms: number;
}

/** aheadMs: how far this phone's clock runs before the house's. gotMs: on this phone's clock. */
export interface Got {
  packet: Packet;
  gotMs: number;
  aheadMs: number;
}

const token = location.pathname.split('/')[2] ?? '';
const PRESSES = `wanghuo.page.presses.${token}`;
const PACKET = `wanghuo.page.packet.${token}`;
const MINE = `wanghuo.page.way.${token}`;
const LANGUAGE = 'wanghuo.page.language';

export const base = `/r/${token}`;

function read<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null; /* a private window without storage: the page works, and forgets */
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    memory.set(key, value);
  }
}

const memory = new Map<string, unknown>();

export const presses = (): Press[] =>
  read<Press[]>(PRESSES) ?? (memory.get(PRESSES) as Press[] | undefined) ?? [];
export const keepPresses = (list: Press[]): void => write(PRESSES, list);
export const gotBefore = (): Got | null => read<Got>(PACKET);
export const keepPacket = (got: Got): void => write(PACKET, got);
export const wayFromHere = (): Way | null => read<Way>(MINE) ?? (memory.get(MINE) as Way | undefined) ?? null;
export const keepWayFromHere = (way: Way): void => write(MINE, way);
export const language = (): string | null => read<string>(LANGUAGE);
export const keepLanguage = (chosen: string): void => write(LANGUAGE, chosen);

export function forget(): void {
  for (const key of [PRESSES, PACKET, MINE]) {
    memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      /* nothing was kept */
    }
  }
}

/** A press, and its own id: sent ten times it is one answer. */
export function keepPress(answer: string): void {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const answer_id = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  keepPresses([...presses(), { answer, answer_id, pressed_ms: Date.now() }]);
}
