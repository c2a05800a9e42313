/* The responder's page: it shows the newest packet it has and sends what was pressed, in order. */

import './page.css';
import { el, renew } from './draw';
import { base, forget, gotBefore, keepPacket, keepPress, keepPresses, presses, wayFromHere } from './kept';
import type { Got } from './kept';
import type { Packet } from './packet';
import { locate } from './here';
import { forgetPhotos, sendPhotos, watchPhotos } from './photos';
import { head, map, offlineBar, others, phones, pictures, risks, route, sensed, water } from './view';
import { lookForPush, pushState, switchPushOn } from './push';
import { thumb } from './thumb';
import { speak, spoken, word } from './words';

const ASK_EVERY_MS = 8000;
const RETRY_MS = 2000;
const PATIENCE_MS = 6000;
const REST_MS = 800; /* a thumb that presses twice must not take two steps */
const JUDGED_AFTER_MS = 600;

const page = document.getElementById('page') as HTMLElement;
let got: Got | null = gotBefore();
let away = false;
let refused = false;
let notice = '';
let open = false;
let asked = '';
let rests = false;
let sending = false;
let timer = 0;

function draw(): void {
  document.documentElement.lang = spoken() === 'zh' ? 'zh-CN' : 'en';
  document.title = word('title');
  const main = page.querySelector('main') ?? el('main', {});
  const top = main.scrollTop;
  const packet = got?.packet;
  if (refused || !packet) {
    const text = refused ? word('refused') : away ? word('never') : word('loading');
    page.replaceChildren(el('p', { class: 'alone', role: 'status' }, text));
    return;
  }
  const cards = packet.side === 'occupant' ? forUnit(packet) : forCrew(packet);
  renew(main, [...cards, pushLine()].filter((one) => one !== null));
  const bar = offlineBar(got, away);
  const told = notice ? el('p', { class: 'off', role: 'alert' }, notice) : null;
  renew(page, [bar, told, head(packet), main, thumb(packet, hand)].filter((one) => one !== null));
  main.scrollTop = top;
  if (performance.getEntriesByName('drawn').length === 0) performance.mark('drawn');
  tick();
}

let mine = wayFromHere();
const place = {
  locating: false,
  locate(): void {
    [place.locating, notice] = [true, ''];
    draw();
    void locate().then((found) => {
      place.locating = false;
      if (typeof found === 'string') notice = found;
      else mine = found;
      draw();
    });
  },
};

const forCrew = (packet: Packet): HTMLElement[] => [
  map(packet, mine), risks(packet), water(packet), route(packet, mine, place), pictures(packet), sensed(packet),
  others(packet), phones(packet),
];
const forUnit = (packet: Packet): HTMLElement[] => [
  sensed(packet), phones(packet), pictures(packet), map(packet, mine), risks(packet), others(packet),
];

const hand = {
  get open() { return open; },
  get asked() { return asked; },
  get rests() { return rests; },
  press(answer: string): void {
    if (rests || presses().some((one) => one.answer === answer)) return;
    [asked, open, notice, rests] = ['', false, '', true];
    window.setTimeout(() => { rests = false; draw(); }, REST_MS);
    keepPress(answer);
    draw();
    void work();
  },
  ask(answer: string): void { asked = answer; draw(); },
  toggle(): void { open = !open; asked = ''; draw(); },
  turn(): void { speak(spoken() === 'zh' ? 'en' : 'zh'); draw(); },
};

function tick(): void {
  const shown = document.getElementById('since');
  if (!got || !shown) return;
  const end = got.packet.incident.closed_at;
  const now = end ? Date.parse(end) : Date.now() - got.aheadMs;
  const all = Math.max(0, Math.floor((now - Date.parse(got.packet.incident.opened_at)) / 1000));
  const parts = [Math.floor(all / 60) % 60, all % 60].map((n) => String(n).padStart(2, '0'));
  shown.textContent = [...(all >= 3600 ? [String(Math.floor(all / 3600))] : []), ...parts].join(':');
}

/** One round: what waits is sent in order, then the newest packet is asked for. */
async function work(): Promise<void> {
  if (sending || refused) return;
  sending = true;
  window.clearTimeout(timer);
  const waited = presses().length > 0;
  try {
    const sent = await sendAll();
    if (sent) await new Promise((done) => window.setTimeout(done, JUDGED_AFTER_MS));
    await ask();
    away = false;
    void sendPhotos();
  } catch {
    away = true;
  }
  sending = false;
  draw();
  const again = presses().length > 0 && (away || !waited) ? RETRY_MS : ASK_EVERY_MS;
  timer = window.setTimeout(() => void work(), again);
}

/** True if something was sent. Throws while the house cannot be reached. */
async function sendAll(): Promise<boolean> {
  let sent = false;
  for (let first = presses()[0]; first; first = presses()[0]) {
    const { answer, answer_id, pressed_ms } = first;
    const waited_s = Math.max(0, (Date.now() - pressed_ms) / 1000);
    const reply = await fetch(`${base}/answers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ answer, answer_id, waited_s }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (reply.status >= 500 || reply.status === 429) throw new Error(String(reply.status));
    if (reply.status === 401) return stop();
    if (!reply.ok) {
      const problem = (await reply.json().catch(() => ({}))) as Record<string, string>;
      notice = word('lost') + (problem[`detail_${spoken()}`] ?? String(reply.status));
    }
    keepPresses(presses().filter((one) => one.answer_id !== answer_id));
    sent = true;
  }
  return sent;
}

async function ask(): Promise<void> {
  const reply = await fetch(`${base}/packet`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (reply.status === 401) {
    stop();
    return;
  }
  if (!reply.ok) throw new Error(String(reply.status));
  const packet = (await reply.json()) as Packet;
  const gotMs = Date.now();
  got = { packet, gotMs, aheadMs: gotMs - Date.parse(packet.made_at) };
  keepPacket(got);
}

function stop(): boolean {
  refused = true;
  forget();
  void forgetPhotos();
  return false;
}

/** Keep the page and its files, so that it opens again without a network. */
async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return; /* not over plain http: answers are kept all the same */
  await navigator.serviceWorker.register('/responder-worker.js', { scope: '/r/' });
  const files = [...document.querySelectorAll<HTMLLinkElement | HTMLScriptElement>('link[href], script[src]')];
  const kept = await caches.open('responder-page');
  await kept.addAll([location.pathname, ...files.map((one) => ('src' in one ? one.src : one.href))]);
  document.documentElement.dataset['kept'] = 'yes';
  await lookForPush().catch(() => undefined);
  draw();
}

/** One line under everything: switch pushes on, or how it stands. */
function pushLine(): HTMLElement | null {
  const state = pushState();
  if (state === 'hidden') return null;
  if (state !== 'off') return el('p', { class: 'push', role: 'status' }, word(state === 'on' ? 'pushOn' : 'pushDenied'));
  const button = el('button', { class: 'push', type: 'button' }, word('pushOff'));
  button.addEventListener('click', () => void switchPushOn().catch(() => undefined).then(draw));
  return button;
}

draw();
void watchPhotos(draw, (problem) => { notice = word('photoLost') + problem; draw(); });
void work();
window.setInterval(tick, 1000);
window.addEventListener('online', () => void work());
window.addEventListener('offline', () => { away = true; draw(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) void work(); });
keepPage().catch(() => undefined);
