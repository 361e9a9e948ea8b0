// The worker of the page: everything it is made of is kept, so that a pass opens with no network at all. A newer page is
// fetched behind the one that is shown, and shown the next time.
const cacheName = 'pass-page';

async function keepPage() {
  const cache = await caches.open(cacheName);
  const page = await fetch('./', { cache: 'no-cache' });
  if (!page.ok) return;
  const html = await page.clone().text();
  const parts = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path);
  await cache.addAll([...new Set(parts)]);
  await cache.put('./', page);
}

self.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    (async () => {
      const cache = await caches.open(cacheName);
      const kept = await cache.match(request.mode === 'navigate' ? './' : request);
      const fresh = fetch(request)
        .then(async (answer) => {
          if (answer.ok && request.mode === 'navigate') await keepPage();
          else if (answer.ok) await cache.put(request, answer.clone());
          return answer;
        })
        .catch(() => undefined);
      if (kept) {
        event.waitUntil(fresh);
        return kept;
      }
      return (await fresh) ?? Response.error();
    })(),
  );
});
