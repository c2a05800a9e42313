/* Requests to our own server. Every failure is a Problem that a person can read in both languages. */

import { cell } from './cell';
import { learn_clock } from './now';

/** Why a request had no effect. status 0: the server was not reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly zh: string,
    readonly en: string,
    readonly field = '',
  ) {
    super(en);
  }

  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

/** Whatever was thrown, as something that a person can read. */
export const as_problem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, String(error), String(error));

/** Whether the last request reached the server. */
export const reachable = cell(true);
/** Counts up each time the server says that nobody is signed in. */
export const signed_out = cell(0);

const WAIT_MS = 10_000;
const FILE_WAIT_MS = 300_000; // a register of 300,000 devices is read and compared

export interface Asked {
  key?: string; // Idempotency-Key of a write that may be repeated
  signal?: AbortSignal;
  wait_ms?: number;
  bearer?: string; // speak with this key instead of the session's cookie
}

let leaving = new AbortController();
/** Signing in and out; all else is asked in the name of whoever has signed in. */
const DOOR = '/api/v1/session';

/** Whoever asked goes: nothing on its way is waited for, and nothing more is asked in that name. */
export const stop_asking = (): void => leaving.abort();

/** Somebody has signed in. */
export function start_asking(): void {
  if (leaving.signal.aborted) leaving = new AbortController();
}

export async function ask<T>(method: string, path: string, body?: unknown, more: Asked = {}): Promise<T> {
  const answer = await answered(method, path, body, more);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A file that the server makes, such as a report. */
export async function read_file(path: string, wait_ms: number): Promise<Blob> {
  return (await answered('GET', path, undefined, { wait_ms })).blob();
}

async function answered(method: string, path: string, body: unknown, more: Asked): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const file = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = file ? 'application/octet-stream' : 'application/json';
  if (more.bearer) headers.Authorization = `Bearer ${more.bearer}`;
  if (method !== 'GET') headers['Idempotency-Key'] = more.key ?? fresh_key();
  const wait_ms = more.wait_ms ?? (file ? FILE_WAIT_MS : WAIT_MS);
  const given_up = AbortSignal.any([
    ...(path.startsWith(DOOR) ? [] : [leaving.signal]),
    ...(more.signal ? [more.signal] : []),
  ]);
  const asked_ms = performance.now();
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: more.bearer ? 'omit' : 'same-origin',
      signal: AbortSignal.any([AbortSignal.timeout(wait_ms), given_up]),
      ...(body === undefined ? {} : { body: file ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (given_up.aborted) throw error;
    reachable.set(false);
    throw new Problem(0, '连不上服务器', 'The server cannot be reached');
  }
  reachable.set(answer.status !== 502 && answer.status !== 504);
  learn_clock(answer.headers.get('Date'), performance.now() - asked_ms);
  if (answer.ok) return answer;
  if (answer.status === 401 && !more.bearer && path !== DOOR) signed_out.update((n) => n + 1);
  throw await problem_of(answer);
}

export const read = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  ask<T>('GET', path, undefined, signal ? { signal } : {});

async function problem_of(answer: Response): Promise<Problem> {
  let told: Record<string, unknown> = {};
  try {
    told = (await answer.json()) as Record<string, unknown>;
  } catch {
    /* not a problem document: the status has to do */
  }
  const word = (name: string): string => (typeof told[name] === 'string' ? (told[name] as string) : '');
  const zh = [word('detail_zh') || word('detail') || `状态 ${answer.status}`, word('remedy_zh')];
  const en = [word('detail_en') || word('detail') || `Status ${answer.status}`, word('remedy_en')];
  const join = (parts: string[], by: string): string => parts.filter(Boolean).join(by);
  return new Problem(answer.status, join(zh, '。'), join(en, '. '), word('field'));
}

/** A key that no other request has. */
export function fresh_key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
