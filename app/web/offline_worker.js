// The service worker of tickets and doors: their pages are shown without a network as they were when they were last loaded. It sees no
// other pages, since it is registered for these alone (assets/device.js), and keeps no replies of the API.
const PAGES = 'pages';
const FILES = 'files';

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(newest(PAGES, request, url.pathname));
  else if (url.pathname.startsWith('/scanner/')) event.respondWith(newest(FILES, request, url.pathname));
  // The names of these files change with their contents.
  else if (/^\/(assets|wasm)\//.test(url.pathname)) event.respondWith(file(request));
});

/** What is there now. Without a network, what was there. Who has signed out meanwhile, or given the ticket away, keeps nothing. */
async function newest(name, request, path) {
  const cache = await caches.open(name);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const known = await cache.match(path);
    if (known) return known;
    throw error;
  }
  if (response.ok) await cache.put(path, response.clone());
  else await cache.delete(path);
  return response;
}

async function file(request) {
  const files = await caches.open(FILES);
  const known = await files.match(request);
  if (known) return known;
  const response = await fetch(request);
  if (response.ok) await files.put(request, response.clone());
  return response;
}
