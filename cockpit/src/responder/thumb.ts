/* The bottom of the page, where the thumb is: how far this party is, the next action, the others. */

import { el, mark } from './draw';
import { presses } from './kept';
import type { Packet } from './packet';
import { takePhoto } from './photos';
import { clock, word, wordOf } from './words';

const ASKED_TWICE = new Set(['false_alarm', 'cannot', 'rejected', 'handled']);

/** What the thumb can do. asked: the answer that waits for its second press. rests: just pressed. */
export interface Hand {
  open: boolean;
  asked: string;
  rests: boolean;
  press: (answer: string) => void;
  ask: (answer: string) => void;
  toggle: () => void;
  turn: () => void;
}

export function thumb(packet: Packet, hand: Hand): HTMLElement {
  const { steps, always, more } = packet.buttons;
  const given = new Map(packet.answers.map((one) => [one.answer, clock(one.at)]));
  for (const one of presses()) {
    given.set(one.answer, given.get(one.answer) ?? word('waitFor'));
  }
  const last = steps.reduce((found, step, index) => (given.has(step) ? index : found), -1);
  const next = steps[last + 1];
  const rest = [...steps.filter((step) => step !== next && !given.has(step)), ...more];
  return el(
    'div',
    { class: 'thumb' },
    stepLine(steps, given, next),
    hand.open ? sheet(packet, rest, hand) : null,
    next ? button(next, 'go', hand) : el('p', { class: 'done', role: 'status' }, said(steps, given)),
    el(
      'div',
      { class: 'two' },
      ...always.map((answer) => button(answer, given.has(answer) ? 'again' : '', hand, given.get(answer))),
      act(hand.open ? word('less') : word('more'), 'more', hand.toggle),
    ),
  );
}

function said(steps: string[], given: Map<string, string>): string {
  const last = steps.at(-1) ?? '';
  return last === 'handled' || last === 'returned' ? word('done') : `${wordOf('do', last)} ${given.get(last) ?? ''}`;
}

function stepLine(steps: string[], given: Map<string, string>, next: string | undefined): HTMLElement {
  const last = steps.reduce((found, step, index) => (given.has(step) ? index : found), -1);
  return el(
    'ol',
    { class: 'step' },
    ...steps.map((step, index) =>
      el('li', { class: index <= last ? 'd' : step === next ? 'n' : '' }, `${wordOf('step', step)} ${given.get(step) ?? ''}`),
    ),
  );
}

function sheet(packet: Packet, rest: string[], hand: Hand): HTMLElement {
  const calls = packet.phones
    .slice(0, 2)
    .map((one) => el('a', { class: 'tel', href: `tel:${one.phone}` }, `${word('call')} ${one.name || one.phone}`));
  return el(
    'div',
    { class: 'sheet' },
    ...rest.map((answer) => button(answer, '', hand)),
    ...calls,
    act(word('photo'), 'photo', takePhoto),
    act(word('language'), 'lang', hand.turn),
    packet.side === 'occupant' ? el('p', {}, word('cannotCancel')) : null,
  );
}

function button(answer: string, kind: string, hand: Hand, when = ''): HTMLElement {
  const asked = hand.asked === answer;
  const text = `${asked ? word('again') : ''}${wordOf('do', answer)}`;
  const made = act(text, `${kind} ${answer === 'fire' ? 'f' : ''}`, () => {
    if (ASKED_TWICE.has(answer) && !asked) hand.ask(answer);
    else hand.press(answer);
  });
  made.dataset['answer'] = answer;
  made.disabled = hand.rests;
  if (answer === 'fire') made.prepend(mark(3, 18));
  if (when) made.append(el('small', {}, `${word('said')} ${when}`));
  return made;
}

function act(text: string, kind: string, run: () => void): HTMLButtonElement {
  const made = el('button', { type: 'button', class: kind.trim() }, el('span', {}, text)) as HTMLButtonElement;
  made.addEventListener('click', run);
  return made;
}
