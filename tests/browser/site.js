// A running site of its own for a test, and people with a browser each whose console must stay silent.
import { test as base, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
  await page.getByLabel('E-mail address').fill(`${name}@example.org`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText(`${name}@example.org`)).toBeVisible();
}

/** Announces a show through the form, and lists seats for it; answers with the show's address. */
export async function announce(page, title, seats, price) {
  await page.goto('/sell');
  await alive(page);
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Venue', { exact: true }).fill('Tempodrom');
  await page.getByLabel('City').fill('Berlin');
  await page.getByLabel('Country').fill('Germany');
  await page.getByLabel('Date and time at the venue').fill('2027-06-01T20:00');
  await page.getByLabel('Time zone of the venue').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Announce show' }).dblclick();
  await expect(page.getByRole('heading', { name: `Sell tickets for ${title}` })).toBeVisible();
  const show = new URL(page.url()).searchParams.get('show');
  await page.getByLabel('Section').fill('A');
  await page.getByLabel('Row').fill('3');
  await page.getByLabel('Seats').fill(seats);
  await page.getByLabel('Price').fill(price);
  await page.getByRole('button', { name: /^List \d+ ticket/ }).dblclick();
  await expect(page.getByRole('heading', { name: 'My sales' })).toBeVisible();
  return `/shows/${show}`;
}

/** The box that chooses a seat on a show's page. */
export function seat(page, number) {
  return page.getByRole('checkbox', { name: new RegExp(`Seat ${number}$`) });
}

/** Chooses seats on a show's page and holds them. */
export async function hold(page, seats) {
  for (const number of seats) await seat(page, number).check();
  await page.getByRole('button', { name: /^Hold \d ticket/ }).dblclick();
  await expect(page.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();
}

/** How many seconds the countdown says. */
export async function countdown(page) {
  const [minutes, seconds] = (await page.getByTestId('countdown').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

/** Types a card on an order's page, and pays with it. */
export async function pay(page, card) {
  await page.getByLabel('Card number').fill(card);
  await page.getByRole('button', { name: /^Pay/ }).dblclick();
}
