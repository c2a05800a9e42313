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

/* A notice that was pushed: place and what happened, in the language of this browser. */
self.addEventListener('push', (event) => {
  const said = event.data?.json() ?? {};
  const words = said[self.navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'] ?? {};
  const shown = { body: words.body ?? '', tag: said.tag, renotify: Boolean(said.tag), requireInteraction: true, icon: '/mark.svg', data: { url: said.url } };
  event.waitUntil(self.registration.showNotification(words.title ?? '望火 Wanghuo', shown));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = event.notification.data?.url;
  if (!url || new URL(url, self.location.href).origin !== self.location.origin) return;
  event.waitUntil(open(url));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: 'window' });
  const there = pages.find((page) => page.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

async function fresh(request) {
  const kept = await caches.match(request, { ignoreSearch: true, cacheName: KEPT });
  if (!kept) return fetch(request);
  const network = fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return network.then((answer) => (answer.status >= 500 ? kept : answer)).catch(() => kept);
}
