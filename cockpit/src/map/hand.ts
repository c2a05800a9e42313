/* Hands on the map: drag, pinch, wheel, double click, arrow keys. Speaks in the units of the view. */

import { type Size, type View, panned, zoomed } from './view';

export interface Grip {
  view: () => View;
  size: () => Size;
  scale: () => number; // CSS pixels per unit of the view
  look: (next: View) => void;
  pick: (px: number, py: number) => void;
  home: () => void;
}

const CLICK_MOVES_PX = 5;
const WHEEL_PX_PER_ZOOM = 320;
const KEY_PAN_PX = 96;

/** Attach to a canvas; returns how to let go. */
export function hold(canvas: HTMLCanvasElement, grip: Grip): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const at = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect();
    const scale = grip.scale();
    return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale };
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    if (!fingers.size) travelled = 0;
    fingers.set(event.pointerId, at(event));
  };
  const move = (event: PointerEvent): void => {
    const old = fingers.get(event.pointerId);
    if (!old) return;
    const now = at(event);
    travelled += Math.hypot(now.x - old.x, now.y - old.y);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) grip.look(pinched(grip, old, now, other));
    else if (travelled > CLICK_MOVES_PX) grip.look(panned(grip.view(), now.x - old.x, now.y - old.y));
    fingers.set(event.pointerId, now);
  };
  const up = (event: PointerEvent): void => {
    const had = fingers.delete(event.pointerId);
    if (had && event.type === 'pointerup' && travelled <= CLICK_MOVES_PX) {
      const { x, y } = at(event);
      grip.pick(x, y);
    }
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = at(event);
    const px = event.deltaY * (event.deltaMode === 1 ? 24 : 1);
    grip.look(zoomed(grip.view(), -px / WHEEL_PX_PER_ZOOM, x, y, grip.size()));
  };
  const twice = (event: MouseEvent): void => {
    const { x, y } = at(event);
    grip.look(zoomed(grip.view(), event.shiftKey ? -1 : 1, x, y, grip.size()));
  };
  const key = (event: KeyboardEvent): void => {
    const next = by_key(event.key, grip);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== 'home') grip.look(next);
    else grip.home();
  };
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.addEventListener('dblclick', twice);
  canvas.addEventListener('keydown', key);
  return () => {
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', up);
    canvas.removeEventListener('wheel', wheel);
    canvas.removeEventListener('dblclick', twice);
    canvas.removeEventListener('keydown', key);
  };
}

function pinched(grip: Grip, old: { x: number; y: number }, now: { x: number; y: number }, other: { x: number; y: number }): View {
  const before = Math.hypot(old.x - other.x, old.y - other.y);
  const after = Math.hypot(now.x - other.x, now.y - other.y);
  const moved = panned(grip.view(), (now.x - old.x) / 2, (now.y - old.y) / 2);
  if (before < 8 || after < 8) return moved;
  return zoomed(moved, Math.log2(after / before), (now.x + other.x) / 2, (now.y + other.y) / 2, grip.size());
}

function by_key(key: string, grip: Grip): View | 'home' | null {
  const view = grip.view();
  const { w, h } = grip.size();
  if (key === 'ArrowLeft') return panned(view, KEY_PAN_PX, 0);
  if (key === 'ArrowRight') return panned(view, -KEY_PAN_PX, 0);
  if (key === 'ArrowUp') return panned(view, 0, KEY_PAN_PX);
  if (key === 'ArrowDown') return panned(view, 0, -KEY_PAN_PX);
  if (key === '+' || key === '=') return zoomed(view, 1, w / 2, h / 2, grip.size());
  if (key === '-') return zoomed(view, -1, w / 2, h / 2, grip.size());
  return key === '0' || key === 'Home' ? 'home' : null;
}
