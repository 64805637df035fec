// The door of a show: reads codes with the camera, a scanner that types, or by hand, and decides with a list that works without a
// network. Scans are kept in IndexedDB until the server has decided them; its decision counts, and is shown where it differs.
globalThis.ticketingDoor = (() => {
  /** How often the list is brought up to date, and undecided scans are sent again. */
  const REFRESH_MS = 15_000;
  /** A camera sees a code many times: for so long it is the same scan. */
  const SAME_SCAN_MS = 4_000;
  /** So many scans fit the size that the server reads, whatever their texts. */
  const MAX_SCANS_AT_ONCE = 40;
  /** A ticket has fewer characters: what is longer is none, and need not be sent whole. */
  const MAX_TEXT = 200;
  /** The width of the picture that is searched for a code. */
  const PICTURE_WIDTH = 640;
  const RESULTS_SHOWN = 8;
  let running;

  /** The parts of the database of one show's door on this device. */
  async function openDatabase(show) {
    const request = indexedDB.open(`door-${show}`, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('entries', { keyPath: 'id' });
      request.result.createObjectStore('scans', { keyPath: 'nonce' });
      request.result.createObjectStore('settings');
    };
    const database = await finished(request);
    const store = (name, mode) => database.transaction(name, mode).objectStore(name);
    return {
      get: (name, key) => finished(store(name, 'readonly').get(key)),
      all: (name) => finished(store(name, 'readonly').getAll()),
      put: (name, values) => write(database, name, (target) => values.forEach((value) => target.put(value))),
      set: (key, value) => write(database, 'settings', (target) => target.put(value, key)),
      remove: (name, key) => write(database, name, (target) => target.delete(key)),
      close: () => database.close(),
    };
  }

  function finished(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function write(database, name, change) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, 'readwrite');
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change(transaction.objectStore(name));
    });
  }

  class Door {
    constructor(root, show, key, scanner) {
      Object.assign(this, { root, show, key, scanner });
      this.entries = new Map();
      this.waiting = new Map();
      this.lastText = '';
      this.lastAt = 0;
      this.stopped = false;
    }

    part(name) {
      return this.root.querySelector(`[data-part=${name}]`);
    }

    text(name) {
      return this.root.dataset[name] ?? name;
    }

    async open() {
      this.database = await openDatabase(this.show);
      this.device = await this.database.get('settings', 'device');
      if (!this.device) {
        this.device = crypto.randomUUID();
        await this.database.set('device', this.device);
      }
      this.key ??= await this.database.get('settings', 'key');
      if (this.key) await this.database.set('key', this.key);
      this.gate = await this.database.get('settings', 'gate') ?? '';
      for (const entry of await this.database.all('entries')) this.entries.set(entry.id, entry);
      for (const scan of await this.database.all('scans')) this.waiting.set(scan.nonce, scan);
      this.setKeys(await this.database.get('settings', 'keys'));
      this.asOf = await this.database.get('settings', 'as_of');
      this.showState();
    }

    setKeys(keys) {
      if (keys) this.verifier = this.scanner.Door.open(this.show, keys);
    }

    async post(path, body) {
      const response = await fetch(`/api/shows/${this.show}/door/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: this.key ?? null, ...body }),
      });
      if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
      return response.json();
    }

    /** Loads the whole list, or what has changed since it was loaded. */
    async refresh() {
      let cursor = null;
      let asOf;
      do {
        const list = await this.post('list', { cursor, since: this.asOf ?? null });
        asOf ??= list.as_of;
        const entries = list.entries.map(([id, generation, admission]) => ({ id, generation, admission }));
        for (const entry of entries) this.entries.set(entry.id, entry);
        await this.database.put('entries', entries);
        await this.database.set('keys', list.keys);
        this.setKeys(list.keys);
        cursor = list.next;
      } while (cursor);
      this.asOf = asOf;
      await this.database.set('as_of', asOf);
    }

    /** Decides by the list of this device, shows that, and tells the server. */
    async scan(read) {
      const [text, now] = [read.slice(0, MAX_TEXT), Date.now()];
      if (!this.verifier || text === this.lastText && now - this.lastAt < SAME_SCAN_MS) return;
      this.lastText = text;
      this.lastAt = now;
      const { result, pass_id: id, generation } = this.verifier.verify(text);
      const entry = this.entries.get(id);
      const local = result === 'genuine' ? decide(entry, generation) : result;
      const scan = { nonce: crypto.randomUUID(), text, at: new Date(now).toISOString(), local, id, admission: entry?.admission };
      if (local === 'admitted') {
        this.keep({ ...entry, admission: { at: scan.at, gate: this.gate } });
      }
      this.announce(local, scan);
      this.waiting.set(scan.nonce, scan);
      await this.database.put('scans', [scan]);
      this.showState();
      await this.send();
    }

    async keep(entry) {
      this.entries.set(entry.id, entry);
      await this.database.put('entries', [entry]);
    }

    /** Sends the scans that the server has not decided. */
    async send() {
      if (this.sending) return;
      this.sending = true;
      try {
        const unsent = () => [...this.waiting.values()].filter((scan) => !(scan.retryAt > Date.now())).slice(0, MAX_SCANS_AT_ONCE);
        for (let scans = unsent(); scans.length && !this.stopped; scans = unsent()) {
          const sent = scans.map(({ nonce, text, at }) => ({ nonce, text, at }));
          const answers = await this.post('scans', { device: this.device, gate: this.gate, scans: sent });
          for (const answer of answers) await this.settle(answer);
        }
        this.online = true;
      } catch (error) {
        this.failed(error);
      } finally {
        this.sending = false;
        this.showState();
      }
    }

    /** Takes the server's decision over. */
    async settle({ nonce, result, entry }) {
      const scan = this.waiting.get(nonce);
      if (!scan) return;
      if (result === 'undecided') {
        if (!scan.retryAt) this.announce('undecided', scan, true);
        scan.retryAt = Date.now() + REFRESH_MS;
        return;
      }
      this.waiting.delete(nonce);
      await this.database.remove('scans', nonce);
      if (entry) {
        const [id, generation, admission] = entry;
        await this.keep({ id, generation, admission });
        scan.admission = admission;
      }
      if (result !== scan.local || scan.retryAt) this.announce(result, scan, true);
    }

    failed(error) {
      this.online = false;
      this.refused = error.status === 403 || error.status === 410 || error.status === 409 ? error.status : undefined;
      this.showState();
    }

    /** Brings this device up to date, again and again. */
    async follow() {
      while (!this.stopped) {
        try {
          await this.refresh();
          this.online = true;
          this.refused = undefined;
        } catch (error) {
          this.failed(error);
        }
        await this.send();
        await new Promise((resolve) => { this.wake = resolve; setTimeout(resolve, REFRESH_MS); });
      }
    }

    /** Shows a result by colour, text, sound and vibration. `late`: the server has decided otherwise than this device. */
    announce(result, scan, late = false) {
      const panel = this.part('result');
      panel.className = `door-result ${result}`;
      const where = result === 'already_admitted' && scan.admission
        ? `${new Date(scan.admission.at).toLocaleTimeString(document.documentElement.lang)} · ${scan.admission.gate}` : '';
      const lines = [late ? this.text('serverSays') : '', this.text(camel(result)), where];
      panel.replaceChildren(...lines.filter(Boolean).map((line) => Object.assign(document.createElement('p'), { textContent: line })));
      signal(result === 'admitted');
      const item = document.createElement('li');
      item.className = result;
      item.append(`${new Date(scan.at).toLocaleTimeString(document.documentElement.lang)} · ${lines.filter(Boolean).join(' · ')}`);
      if (result === 'admitted') item.append(' ', this.undoButton(scan.id));
      const log = this.part('log');
      log.prepend(item);
      while (log.children.length > RESULTS_SHOWN) log.lastChild.remove();
    }

    undoButton(id) {
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet', textContent: this.text('undo') });
      button.onclick = async () => {
        button.disabled = true;
        try {
          const [pass, generation, admission] = await this.post('undo', { pass_id: id });
          await this.keep({ id: pass, generation, admission });
          this.lastText = '';
          button.replaceWith(this.text('undone'));
        } catch (error) {
          button.disabled = false;
          this.failed(error);
        }
        this.showState();
      };
      return button;
    }

    showState() {
      let admitted = 0;
      let here = 0;
      for (const { admission } of this.entries.values()) {
        if (admission) admitted += 1;
        if (admission?.gate === this.gate) here += 1;
      }
      this.part('admitted').textContent = String(admitted);
      this.part('here').textContent = String(here);
      this.part('waiting').textContent = String(this.waiting.size);
      const state = this.refused ? 'refused' : this.online ? 'online' : 'offline';
      const network = this.part('network');
      network.textContent = this.text(this.verifier || state === 'refused' ? state : 'noList');
      network.className = `badge ${state}`;
      this.root.dataset.ready = String(Boolean(this.verifier));
    }

    /** Searches the camera's pictures for codes until the page is left. */
    async watch() {
      const video = this.part('camera');
      try {
        this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
      } catch {
        this.part('no-camera').hidden = false;
        return;
      }
      video.srcObject = this.stream;
      video.hidden = false;
      await video.play();
      const detect = await detector(this.scanner);
      while (!this.stopped) {
        const text = video.readyState >= 2 ? await detect(video) : null;
        if (text) await this.scan(text);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    }

    stop() {
      this.stopped = true;
      this.wake?.();
      this.stream?.getTracks().forEach((track) => track.stop());
      this.lock?.release?.();
      this.database?.close();
    }
  }

  function decide(entry, generation) {
    // A pass that the list does not have was issued after it was loaded, and this device does not know it.
    if (!entry) return 'unknown';
    if (generation < entry.generation) return 'replaced';
    return entry.admission ? 'already_admitted' : 'admitted';
  }

  /** Finds the text of a code in a picture: by the browser where it can, otherwise by our own reader. */
  async function detector(scanner) {
    const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.() ?? [];
    if (formats.includes('qr_code')) {
      const native = new BarcodeDetector({ formats: ['qr_code'] });
      return async (video) => (await native.detect(video))[0]?.rawValue;
    }
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return async (video) => {
      const width = Math.min(PICTURE_WIDTH, video.videoWidth);
      const height = Math.round(video.videoHeight * width / video.videoWidth);
      if (!width || !height) return null;
      canvas.width = width;
      canvas.height = height;
      context.drawImage(video, 0, 0, width, height);
      return scanner.read_qr(new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height);
    };
  }

  let audio;

  /** One high tone for an admission, two low ones for everything else. */
  function signal(good) {
    navigator.vibrate?.(good ? 80 : [120, 80, 120]);
    try {
      audio ??= new AudioContext();
      for (const start of good ? [0] : [0, 0.2]) {
        const tone = audio.createOscillator();
        tone.frequency.value = good ? 880 : 220;
        tone.connect(audio.destination);
        tone.start(audio.currentTime + start);
        tone.stop(audio.currentTime + start + 0.12);
      }
    } catch {
      // A device without sound shows the result all the same.
    }
  }

  function camel(name) {
    return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  }

  /** Starts the door in the element with that id, whose `data-` attributes are the texts. `key` is the secret of a link for helpers. */
  async function start(id, show, key) {
    stop();
    const root = document.getElementById(id);
    const scanner = await import('/scanner/scanner.js');
    await scanner.default();
    const door = running = new Door(root, show, key, scanner);
    await door.open();
    const gate = door.part('gate');
    gate.value = door.gate || gate.value;
    door.part('start').onsubmit = async (event) => {
      event.preventDefault();
      if (!gate.value.trim()) return;
      door.gate = gate.value.trim();
      await door.database.set('gate', door.gate);
      door.part('start').hidden = true;
      door.part('scan').hidden = false;
      door.part('typed').focus();
      door.showState();
      door.follow();
      door.watch();
      door.lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    };
    door.part('typing').onsubmit = (event) => {
      event.preventDefault();
      const typed = door.part('typed');
      const text = typed.value;
      typed.value = '';
      if (text) door.scan(text);
    };
    addEventListener('online', () => door.wake?.());
    root.dataset.started = 'true';
  }

  function stop() {
    running?.stop();
    running = undefined;
  }

  return { start, stop };
})();
