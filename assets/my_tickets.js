// "My tickets" on this device: kept for when there is no network, and the screen stays on while a code is shown.
globalThis.ticketingMyTickets = (() => {
  const [PAGES, FILES] = ['my-tickets', 'my-tickets-files'];
  /** What the service worker sees, and nothing else. */
  const SCOPES = ['/tickets', '/passes/'];
  let lock;
  let awake = false;

  /** Keeps these pages, and the files that they need. `complete`: and no others. */
  async function keep(paths, complete) {
    if (!navigator.serviceWorker) return;
    try {
      for (const scope of SCOPES) await navigator.serviceWorker.register('/offline.js', { scope });
      const files = await caches.open(FILES);
      const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name))
        .filter(({ origin, pathname }) => origin === location.origin && /^\/(assets|wasm)\//.test(pathname));
      for (const { href } of loaded) if (!await files.match(href)) await files.add(href);
      const pages = await caches.open(PAGES);
      for (const { url } of await pages.keys()) {
        if (complete && !paths.includes(new URL(url).pathname)) await pages.delete(url);
      }
      for (const path of paths) {
        const response = await fetch(path, { headers: { accept: 'text/html' } });
        if (response.ok) await pages.put(path, response);
        else await pages.delete(path);
      }
    } catch {
      // No network, or no room: what was kept before stays.
    }
  }

  /** Forgets all tickets: somebody signs in or out. */
  async function forget() {
    await globalThis.caches?.delete(PAGES);
    for (const registration of await navigator.serviceWorker?.getRegistrations() ?? []) {
      if (SCOPES.some((scope) => new URL(registration.scope).pathname === scope)) await registration.unregister();
    }
  }

  async function request() {
    if (!awake || document.visibilityState !== 'visible') return;
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
  }

  /** The screen stays on until `letSleep`. A browser ends that whenever the page is hidden. */
  function keepAwake() {
    awake = true;
    document.addEventListener('visibilitychange', request);
    request();
  }

  function letSleep() {
    awake = false;
    document.removeEventListener('visibilitychange', request);
    lock?.release();
    lock = undefined;
  }

  return { keep, forget, keepAwake, letSleep };
})();
