// What pages ask of the device: to be kept for when there is no network, and a screen that stays on.
globalThis.ticketingDevice = (() => {
  // As in the service worker.
  const [PAGES, FILES] = ['pages', 'files'];
  /** The pages that the service worker sees, and no others: "My tickets", a ticket with its code, and the door. */
  const SCOPES = ['/tickets', '/passes/', '/door/'];
  let lock;
  let awake = false;

  /** Keeps these pages, and the files that they need. `complete`: and no other tickets. */
  async function keep(paths, complete) {
    if (!navigator.serviceWorker) return;
    try {
      for (const scope of SCOPES) await navigator.serviceWorker.register('/offline.js', { scope });
      const files = await caches.open(FILES);
      const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name))
        .filter(({ origin, pathname }) => origin === location.origin && /^\/(assets|scanner|wasm)\//.test(pathname));
      for (const { href } of loaded) if (!await files.match(href)) await files.add(href);
      const pages = await caches.open(PAGES);
      for (const { url } of await pages.keys()) {
        const { pathname } = new URL(url);
        if (complete && pathname.startsWith('/passes/') && !paths.includes(pathname)) await pages.delete(url);
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

  /** Forgets all pages: somebody signs in or out. */
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
