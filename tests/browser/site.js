// A running site of its own for a test, and people with a browser each whose console must stay silent.
import { test as base, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { exactly, words } from './words.js';

export { expect };

const BINARY = process.env.TICKETING_BIN ?? resolve(import.meta.dirname, '../../dist/ticketing');
// The project's own command that runs a cluster, where the tests are to run against one.
const CLUSTER = process.env.TICKETING_CLUSTER;
export const PASSWORD = 'a password of hers';

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export const test = base.extend({
  /** Settings of the site; a test may change them with `test.use`. */
  settings: [{}, { option: true }],

  /** Starts whoever moves money beside the site of that address, and answers with the settings to find it: the sandbox needs none. */
  gateway: async ({}, use) => use(async () => ({})),

  /** A site with an empty marketplace. */
  site: async ({ settings, gateway }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketing-'));
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const env = { PORT: String(port), RUST_LOG: 'warn', RATE_LIMITS: 'off', ...(await gateway(url)), ...settings };
    const child = CLUSTER
      ? spawn(CLUSTER, ['cluster', '--empty'], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
      : spawn(BINARY, { env: { DATABASE_URL: `sqlite://${folder}`, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
    await expect.poll(() => fetch(`${url}/health/ready`).then((r) => r.ok, () => false), { timeout: 60_000 }).toBe(true);
    await use({ url });
    child.kill('SIGTERM');
    await new Promise((done) => child.once('exit', done));
    rmSync(folder, { recursive: true, force: true });
  },

  /** Opens a browser for somebody. Whatever its console says fails the test, but for what a test expects. */
  open: async ({ browser, site }, use) => {
    const said = [];
    const contexts = [];
    await use(async (name, options = {}) => {
      const context = await browser.newContext({ baseURL: site.url, ...options });
      contexts.push(context);
      const page = await context.newPage();
      // What this browser's pages say.
      page.language = options.locale ?? 'en';
      page.t = words(page.language);
      page.on('console', (message) => {
        // A refusal is an answer with a status of its own, which Chromium notes as a failed resource.
        const refusal = /Failed to load resource: the server responded with a status of (400|401|403|404|409|410|422)/;
        if (!refusal.test(message.text())) said.push(`${name} ${message.type()}: ${message.text()} at ${page.url()}`);
      });
      page.on('pageerror', (error) => said.push(`${name} error: ${error} at ${page.url()}`));
      return page;
    });
    for (const context of contexts) await context.close();
    expect(said, 'the console stays silent').toEqual([]);
  },
});

/** Waits until the page is alive: its script has taken over from the server. */
export async function alive(page) {
  await page.locator('main[data-ready=true]').waitFor();
}

export async function signUp(page, name) {
  await page.goto('/sign-up');
  await alive(page);
  await page.getByLabel(page.t('email')).fill(`${name}@example.org`);
  await page.getByLabel(page.t('password')).fill(PASSWORD);
  await page.getByRole('button', { name: page.t('create-account') }).click();
  await expect(page.getByText(`${name}@example.org`)).toBeVisible();
}

/** Announces a show through the form, and lists seats for it; answers with the show's address. */
export async function announce(page, title, seats, price) {
  await page.goto('/sell');
  await alive(page);
  await page.getByLabel(page.t('show-title'), { exact: true }).fill(title);
  await page.getByLabel(page.t('venue'), { exact: true }).fill('Tempodrom');
  await page.getByLabel(page.t('city'), { exact: true }).fill('Berlin');
  await page.getByLabel(page.t('country'), { exact: true }).fill('Germany');
  await page.getByLabel(page.t('starts-at')).fill('2027-06-01T20:00');
  await page.getByLabel(page.t('show-time-zone')).fill('Europe/Berlin');
  await page.getByRole('button', { name: page.t('announce') }).dblclick();
  await expect(page.getByRole('heading', { name: page.t('sell-title', { show: title }) })).toBeVisible();
  const show = new URL(page.url()).searchParams.get('show');
  await page.getByLabel(page.t('section')).fill('A');
  await page.getByLabel(page.t('row')).fill('3');
  await page.getByLabel(page.t('seats')).fill(seats);
  await page.getByLabel(page.t('price-of-each', { currency: 'EUR' })).fill(price);
  await page.locator('main form button[type=submit]').last().dblclick();
  await expect(page.getByRole('heading', { name: page.t('nav-sales') })).toBeVisible();
  return `/shows/${show}`;
}

/** The box that chooses a seat on a show's page. */
export function seat(page, number) {
  return page.getByRole('checkbox', { name: exactly(page.t('seat-number', { number }), { to: true }) });
}

/** Chooses seats on a show's page and holds them. */
export async function hold(page, seats) {
  for (const number of seats) await seat(page, number).check();
  await page.getByRole('button', { name: page.t('hold-tickets', { count: seats.length }) }).dblclick();
  await expect(page.getByRole('heading', { name: page.t('order-held') })).toBeVisible();
}

/** How many seconds the countdown says. */
export async function countdown(page) {
  const [minutes, seconds] = (await page.getByTestId('countdown').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

/** Types a card on an order's page, and pays with it. */
export async function pay(page, card) {
  await page.getByLabel(page.t('card-number')).fill(card);
  await page.locator('main form.stack button[type=submit]').first().dblclick();
}
