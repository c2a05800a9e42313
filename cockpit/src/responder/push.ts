/* Pushes to this phone: asked for by a thumb, never by the page itself. */

import { base } from './kept';

export type PushState = 'hidden' | 'off' | 'on' | 'denied';

let key = '';
let state: PushState = 'hidden';

export const pushState = (): PushState => state;

/** Find out whether this browser and this house can push. Call once the worker is registered. */
export async function lookForPush(): Promise<void> {
  if (!('PushManager' in window) || !('Notification' in window)) return;
  const reply = await fetch(`${base}/push`);
  if (!reply.ok) return;
  key = ((await reply.json()) as { key: string }).key;
  if (!key) return;
  if (Notification.permission === 'denied') {
    state = 'denied';
    return;
  }
  const worker = await navigator.serviceWorker.ready;
  const kept = await worker.pushManager.getSubscription();
  state = kept && (await tell(kept)) ? 'on' : 'off';
}

/** Ask the person and the browser, then tell the house. */
export async function switchPushOn(): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    state = 'denied';
    return;
  }
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  state = (await tell(made)) ? 'on' : 'off';
}

async function tell(subscription: PushSubscription): Promise<boolean> {
  const reply = await fetch(`${base}/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(subscription),
  });
  return reply.ok;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}
