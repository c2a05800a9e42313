/* Lets the responder's page open again without a network: network first, else what was kept. */
const KEPT = 'responder-page';
const PATIENCE_MS = 2500;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fresh(request));
  else if (url.pathname.startsWith('/assets/') || url.pathname === '/mark.svg') {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

async function fresh(request) {
  const kept = await caches.match(request, { ignoreSearch: true, cacheName: KEPT });
  if (!kept) return fetch(request);
  const network = fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return network.then((answer) => (answer.status >= 500 ? kept : answer)).catch(() => kept);
}
