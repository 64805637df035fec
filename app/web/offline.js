// The service worker of "My tickets": its pages are shown without a network as they were when they were last loaded. It sees no
// other pages, since it is registered for these alone, and keeps no replies of the API.
const PAGES = 'my-tickets';
const FILES = 'my-tickets-files';

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request, url.pathname));
  // The names of these files change with their contents.
  else if (/^\/(assets|wasm)\//.test(url.pathname)) event.respondWith(file(request));
});

/** The page as it is now. Without a network, as it was. Who has signed out meanwhile, or given the ticket away, keeps nothing. */
async function page(request, path) {
  const pages = await caches.open(PAGES);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const known = await pages.match(path);
    if (known) return known;
    throw error;
  }
  if (response.ok) await pages.put(path, response.clone());
  else await pages.delete(path);
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
