/* Photos from this phone: made small, kept in IndexedDB while there is no network, sent once each. */

import { base } from './kept';

interface Kept {
  id: string;
  page: string; /* the link that it belongs to */
  picture: Blob;
  taken_ms: number;
}

const SIDE_MAX_PX = 1600;
const QUALITY = 0.82;
const PATIENCE_MS = 60_000;
const STORE = 'photos';

let memory: Kept[] = []; /* all photos of this link; on disk as well where the browser lets us */
let sending = false;
let changed: () => void = () => undefined;
let told: (problem: string) => void = () => undefined;

const input = document.createElement('input');
input.type = 'file';
input.accept = 'image/*';
input.setAttribute('capture', 'environment');
input.hidden = true;

/** draw: what waits has changed. problem: a photo was refused, in the words of the house. */
export async function watchPhotos(draw: () => void, problem: (text: string) => void): Promise<void> {
  [changed, told] = [draw, problem];
  document.body.append(input);
  input.addEventListener('change', () => {
    for (const file of input.files ?? []) void keep(file);
    input.value = '';
  });
  const before = await onDisk<Kept[]>('readonly', (photos) => photos.getAll()).catch(() => null);
  memory = [...(before ?? []).filter((one) => one.page === base), ...memory];
  if (memory.length) changed();
}

export const takePhoto = (): void => input.click();
export const waitingPhotos = (): number => memory.length;

async function keep(file: File): Promise<void> {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const id = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const photo: Kept = { id, page: base, picture: await small(file), taken_ms: Date.now() };
  /* first on disk, then said to be kept: a page that is closed now must not lose what it promised */
  await onDisk('readwrite', (photos) => photos.put(photo)).catch(() => undefined);
  memory = [...memory, photo];
  changed();
  void sendPhotos();
}

/** The longest side 1600 px, upright; what this browser cannot read goes as it is. */
async function small(file: File): Promise<Blob> {
  try {
    const whole = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const share = Math.min(1, SIDE_MAX_PX / Math.max(whole.width, whole.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(whole.width * share);
    canvas.height = Math.round(whole.height * share);
    canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
    return made ?? file;
  } catch {
    return file;
  }
}

/** One after the other; what cannot be sent now waits for the next round. */
export async function sendPhotos(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let first = memory[0]; first; first = memory[0]) {
      const waited_s = Math.max(0, (Date.now() - first.taken_ms) / 1000);
      const reply = await fetch(`${base}/photos?photo_id=${first.id}&waited_s=${waited_s}`, {
        method: 'POST',
        headers: { 'content-type': first.picture.type || 'image/jpeg' },
        body: first.picture,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (reply.status >= 500 || reply.status === 429 || reply.status === 401) break;
      if (!reply.ok) {
        const problem = (await reply.json().catch(() => ({}))) as Record<string, string>;
        told(problem[`detail_${document.documentElement.lang.slice(0, 2)}`] ?? String(reply.status));
      }
      await drop(first.id);
    }
  } catch {
    /* no network: they wait */
  }
  sending = false;
}

async function drop(id: string): Promise<void> {
  memory = memory.filter((one) => one.id !== id);
  await onDisk('readwrite', (photos) => photos.delete(id)).catch(() => undefined);
  changed();
}

export async function forgetPhotos(): Promise<void> {
  for (const one of memory) await drop(one.id);
}

function onDisk<T>(mode: IDBTransactionMode, work: (photos: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open('wanghuo.page', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const held = opening.result.transaction(STORE, mode);
      const asked = work(held.objectStore(STORE));
      held.oncomplete = () => {
        opening.result.close();
        done(asked.result as T);
      };
      held.onabort = () => fail(held.error);
    };
  });
}
