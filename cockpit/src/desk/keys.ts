/* The keys of the desk. None is live in a text field but Esc. */

import { useEffect, useRef } from 'react';
import { cell } from '../live/cell';

export type Keys = Partial<Record<string, (event: KeyboardEvent) => void>>;

/** Whether a hand is on the queue: a key is down or the pointer is over it. It then keeps its order. */
export const key_down = cell(false);
export const pointer_over = cell(false);

const TEXT = 'input, textarea, select, [contenteditable]';
const PRESSABLE = 'button, a[href], summary, [role="dialog"]';

/** Listen while the component is there. Enter belongs to a focused control, except the chosen row. */
export function useKeys(keys: Keys): void {
  const present = useRef(keys);
  present.current = keys;
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = event.target instanceof Element ? event.target : document.body;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (target.closest('dialog')) return; // its own form, which Esc closes
      if (target.matches(TEXT) && name !== 'Escape') return;
      if (!event.repeat && name !== 'Shift') key_down.set(true);
      const presses = name === 'Enter' || name === ' ';
      if (presses && target.closest(PRESSABLE) && !target.closest('[data-chosen="true"]')) return;
      const does = present.current[name];
      if (!does) return;
      event.preventDefault();
      does(event);
    };
    const up = (): void => key_down.set(false);
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('blur', up);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', up);
    };
  }, []);
}
