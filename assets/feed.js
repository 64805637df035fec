// The live feed of a browser: however many tabs follow something, there is one connection, since over HTTP/1.1 a browser has six for
// everything. This runs as a shared worker of all tabs or, where browsers have none, as a worker of each tab.
//
// A tab sends the field of the feed's address that it follows, such as `shows=<id>`, or nothing to follow nothing. It gets the kind and
// the data of each event, and `broken` or `refused` when the connection ends; it then asks again after a while.
{
  // The server sends a heartbeat every ten seconds. A lost network may cause no error event.
  const SILENCE_MS = 20_000;
  // One tab is hidden and another one is shown at the same time: that is one change.
  const SETTLE_MS = 50;
  const tabs = new Map();
  let source, address, heardAt, serverAhead, settling;

  function wantedAddress() {
    const ids = { shows: new Set(), users: new Set() };
    for (const { topic } of tabs.values()) {
      const [field, id] = topic.split("=");
      ids[field].add(id);
    }
    const query = Object.entries(ids).filter(([, of]) => of.size).map(([field, of]) => `${field}=${[...of].sort()}`);
    return query.length ? `/api/tabs/live?${query.join("&")}` : undefined;
  }

  function close() {
    source?.close();
    source = address = serverAhead = undefined;
  }

  function open(wanted) {
    address = wanted;
    heardAt = Date.now();
    source = new EventSource(wanted);
    for (const kind of ["hello", "ticket", "own", "beat"]) {
      source.addEventListener(kind, ({ data }) => {
        heardAt = Date.now();
        if (kind === "hello") serverAhead = Number(data) - heardAt;
        send(kind, data);
      });
    }
    source.addEventListener("error", ({ target }) => {
      // A browser that would reconnect by itself does so at a fixed rate, for ever.
      const refused = target.readyState === EventSource.CLOSED;
      close();
      send(refused ? "refused" : "broken", "");
    });
  }

  /** Whether an event concerns a tab: tickets those of their show, `own` those with orders or sales, and all others everybody. */
  function concerns(kind, topic, show) {
    if (kind === "ticket") return topic === `shows=${show}`;
    return kind !== "own" || topic.startsWith("users=");
  }

  function send(kind, data) {
    const show = kind === "ticket" ? JSON.parse(data).ticket.show.id : undefined;
    for (const [port, tab] of tabs) {
      if (!concerns(kind, tab.topic, show)) continue;
      tab.greeted ||= kind === "hello";
      port.postMessage([kind, data]);
    }
  }

  /** Connects, unless the connection has all that the tabs follow. */
  function settle() {
    const wanted = wantedAddress();
    const silent = source && Date.now() - heardAt > SILENCE_MS;
    if (wanted !== address || silent) {
      close();
      if (wanted) open(wanted);
      return;
    }
    if (serverAhead === undefined) return;
    for (const [port, tab] of tabs) {
      if (!tab.greeted) port.postMessage(["hello", String(Date.now() + serverAhead)]);
      tab.greeted = true;
    }
  }

  function serve(port) {
    port.onmessage = ({ data: topic }) => {
      if (topic) tabs.set(port, { topic, greeted: false });
      else tabs.delete(port);
      clearTimeout(settling);
      settling = setTimeout(settle, SETTLE_MS);
    };
  }

  if ("onconnect" in self) self.onconnect = ({ ports: [port] }) => serve(port);
  else serve(self);
}
