// Measures with Lighthouse how fast the pages load on a simulated phone: the median of five runs, with shows on the site.
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BINARY = process.env.TICKETING_BIN ?? resolve(import.meta.dirname, '../../dist/ticketing');
const RUNS = Number(process.env.RUNS ?? 5);
/** The targets: minimum scores of 100, and maximum figures. */
const SCORES = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
const FIGURES = { 'largest-contentful-paint': 1500, 'cumulative-layout-shift': 0.02, 'total-blocking-time': 150 };

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A user of the site's API. */
function user(url) {
  let cookie = '';
  const call = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', origin: url, cookie };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return answer.json();
  };
  return { call, cookie: () => cookie };
}

const KINDS = ['concert', 'festival', 'theatre', 'comedy', 'sport', 'exhibition', 'other'];

/** Fills the marketplace. Returns the path of each page to measure, and the cookie that it needs. */
async function fill(url) {
  const [seller, buyer] = [user(url), user(url)];
  await seller.call('POST', '/api/auth/sign-up', { email: 'seller@example.org', password: 'a password of hers' });
  await buyer.call('POST', '/api/auth/sign-up', { email: 'buyer@example.org', password: 'a password of hers' });
  let show;
  for (let number = 0; number < 30; number += 1) {
    show = await seller.call('POST', '/api/shows', {
      title: `The Long Note, Night ${number + 1}`, venue: 'Tempodrom', city: 'Berlin', country: 'Germany',
      category: KINDS[number % KINDS.length], starts_at: `2027-06-${String(number + 1).padStart(2, '0')}T20:00`,
      time_zone: 'Europe/Berlin', currency: 'EUR',
    });
    const seats = Array.from({ length: 20 }, (_, seat) => ({ section: 'A', row: String(number + 1), seat: String(seat + 1) }));
    await seller.call('POST', '/api/tickets', { show_id: show.id, price: { minor: 1999, currency: 'EUR' }, face_value: null, seats });
  }
  const { items } = await buyer.call('GET', `/api/shows/${show.id}/tickets`);
  const ticket_ids = items.slice(0, 2).map((ticket) => ticket.id);
  const order = await buyer.call('POST', '/api/orders', { ticket_ids, expected_total: { minor: 3998, currency: 'EUR' } });
  return { home: ['/', ''], show: [`/shows/${show.id}`, ''], order: [`/orders/${order.id}`, buyer.cookie()] };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Measures a page. Returns the median of each figure, and the audits that failed. */
async function measure(url, cookie) {
  const seen = [];
  const failures = new Set();
  for (let run = 0; run < RUNS; run += 1) {
    const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
    const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: 'error', extraHeaders: cookie ? { Cookie: cookie } : {} });
    await chrome.kill();
    const scores = Object.keys(SCORES).map((name) => [name, Math.round(lhr.categories[name].score * 100)]);
    const figures = Object.keys(FIGURES).map((name) => [name, lhr.audits[name].numericValue]);
    seen.push(Object.fromEntries([...scores, ...figures]));
    for (const [name, category] of Object.entries(lhr.categories)) {
      if (name === 'performance') continue;
      const failed = category.auditRefs.filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1);
      failed.forEach(({ id }) => failures.add(`${name}: ${lhr.audits[id].title}`));
    }
  }
  const names = [...Object.keys(SCORES), ...Object.keys(FIGURES)];
  return { figures: Object.fromEntries(names.map((name) => [name, median(seen.map((run) => run[name]))])), failures };
}

const folder = mkdtempSync(join(tmpdir(), 'ticketing-'));
const port = await freePort();
const url = `http://localhost:${port}`;
const env = { ...process.env, PORT: String(port), DATABASE_URL: `sqlite://${folder}`, RUST_LOG: 'error', RATE_LIMITS: 'off', HOLD_SECONDS: '3600' };
const site = spawn(BINARY, { env, stdio: ['ignore', 'ignore', 'inherit'] });
let missed = false;
try {
  while (!(await fetch(`${url}/health/ready`).then((answer) => answer.ok, () => false))) {
    await new Promise((done) => setTimeout(done, 100));
  }
  for (const [name, [path, cookie]] of Object.entries(await fill(url))) {
    const { figures, failures } = await measure(url + path, cookie);
    const parts = Object.entries(figures).map(([what, value]) => `${what} ${Math.round(value * 1000) / 1000}`);
    console.log(`${name}: ${parts.join(', ')}`);
    for (const what of failures) console.log(`  ${what}`);
    missed ||= Object.entries(SCORES).some(([what, least]) => figures[what] < least)
      || Object.entries(FIGURES).some(([what, most]) => figures[what] > most);
  }
} finally {
  site.kill('SIGTERM');
  await new Promise((done) => site.once('exit', done));
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed ? 1 : 0;
