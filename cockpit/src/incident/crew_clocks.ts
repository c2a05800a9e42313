/* A crew's clocks as they run here: the server's word, carried on by the page's own second. */

import type { Crew, CrewClock } from '../facts/incident';

export type ClockState = 'running' | 'met' | 'missed' | 'void';

export interface Ticking {
  name: string;
  words: { zh: string; en: string };
  state: ClockState;
  ms: number; // running: what is left; met: how long it took; missed: how long over; void: nothing
  due_ms: number;
}

/** The clocks of a crew now. A running one that passes its limit is missed from that second on. */
export function ticking(crew: Crew, now_ms: number): Ticking[] {
  return crew.clocks.map((clock) => tick(clock, now_ms));
}

function tick(clock: CrewClock, now_ms: number): Ticking {
  const due_ms = Date.parse(clock.due_at);
  const base = { name: clock.name, words: clock.words, due_ms };
  if (clock.stopped_at) {
    const stopped = Date.parse(clock.stopped_at);
    const took = stopped - Date.parse(clock.started_at);
    return stopped > due_ms ? { ...base, state: 'missed', ms: stopped - due_ms } : { ...base, state: 'met', ms: took };
  }
  if (clock.state === 'void') return { ...base, state: 'void', ms: 0 };
  if (clock.overdue_s !== null) return { ...base, state: 'missed', ms: clock.overdue_s * 1000 };
  return now_ms > due_ms ? { ...base, state: 'missed', ms: now_ms - due_ms } : { ...base, state: 'running', ms: due_ms - now_ms };
}
