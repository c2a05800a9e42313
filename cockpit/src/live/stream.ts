/* Server-sent facts. The browser resumes by Last-Event-ID; after each gap everything open is read again. */

import { type Fact, TOPICS } from '../facts/desk';
import { cell } from './cell';
import { live, read_figures, resync, take_facts, touch } from './house';
import { send_kept } from './kept_acts';

export type Line = 'opening' | 'live' | 'lost';
export const line = cell<Line>('opening');

const RETRY_MS = [500, 1000, 2000, 5000];
/** The first fact is shown at once; those that follow closely are drawn together. */
const TOGETHER_MS = 100;
const FIGURES_EVERY_MS = 10_000;
/** A stream that says nothing for this long (three heartbeats) is taken for dead. */
const SILENCE_MAX_MS = 45_000;

/** For who sees an organisation's own and not whole towns: facts are told apart by town alone. */
const ASK_EVERY_MS = 3_000;

/** Ask again and again what is open, until the returned function is called. */
export function ask_often(): () => void {
  const asking = window.setInterval(() => {
    void resync().then(send_kept);
    line.set(live.get().failed ? 'lost' : 'live');
    touch([...live.get().rows.keys()]);
  }, ASK_EVERY_MS);
  const figures = window.setInterval(() => void read_figures(), FIGURES_EVERY_MS);
  void resync();
  void read_figures();
  return () => {
    window.clearInterval(asking);
    window.clearInterval(figures);
  };
}

/** Listen until the returned function is called. */
export function listen(): () => void {
  let source: EventSource | null = null;
  let tries = 0;
  let retry = 0;
  let heard_ms = Date.now();
  let heard: Fact[] = [];
  let taken_ms = 0;
  let taking = 0;
  const take = (): void => {
    taking = 0;
    taken_ms = Date.now();
    const facts = heard;
    heard = [];
    take_facts(facts);
  };
  const hear = (event: MessageEvent<string>): void => {
    heard_ms = Date.now();
    try {
      heard.push(JSON.parse(event.data) as Fact);
    } catch {
      void resync(); // a fact we cannot read: read the state instead
    }
    taking ||= window.setTimeout(take, Math.max(0, taken_ms + TOGETHER_MS - heard_ms));
  };
  const open = (): void => {
    source = new EventSource('/api/v1/live');
    source.onopen = () => {
      tries = 0;
      heard_ms = Date.now();
      line.set('live');
      void resync().then(send_kept);
    };
    source.onerror = () => {
      line.set('lost');
      if (source?.readyState === EventSource.CLOSED) again();
    };
    for (const topic of TOPICS) source.addEventListener(topic, hear);
    source.addEventListener('message', hear);
    source.addEventListener('heartbeat', () => {
      heard_ms = Date.now();
    });
    source.addEventListener('resync', () => void resync());
  };
  const again = (): void => {
    source?.close();
    window.clearTimeout(retry);
    retry = window.setTimeout(open, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    tries += 1;
  };
  const figures = window.setInterval(() => {
    void read_figures();
    if (Date.now() - heard_ms > SILENCE_MAX_MS) {
      heard_ms = Date.now();
      void resync(); // heartbeats are comments that a page cannot hear: make sure nothing was missed
    }
  }, FIGURES_EVERY_MS);
  const online = (): void => {
    tries = 0;
    again();
  };
  window.addEventListener('online', online);
  open();
  void resync();
  void read_figures();
  return () => {
    source?.close();
    window.clearTimeout(retry);
    window.clearTimeout(taking);
    window.clearInterval(figures);
    window.removeEventListener('online', online);
  };
}
