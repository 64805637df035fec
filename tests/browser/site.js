// A site for each test, and users with a browser each. A message on a browser's console fails the test.
import { test as base, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { exactly, messages } from './messages.js';

export { expect };

const BINARY = process.env.TICKETING_BIN ?? resolve(import.meta.dirname, '../../dist/ticketing');
// The xtask binary, if the tests run against clusters.
const CLUSTER = process.env.TICKETING_CLUSTER;
export const PASSWORD = 'a password of hers';

/** A free TCP port below the range from which the kernel takes the ports of outgoing connections. */
export async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    const free = await new Promise((done) => {
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => done(true));
    });
    if (free) {
      await new Promise((done) => server.close(done));
      return port;
    }
  }
}

export const test = base.extend({
  /** Environment variables of the site; a test changes them with `test.use`. */
  settings: [{}, { option: true }],

  /** Starts the payment gateway for the site at a URL, and returns the settings for it. The sandbox needs none. */
  gateway: async ({}, use) => use(async () => ({})),

  /** A site with an empty marketplace. */
  site: async ({ settings, gateway }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketing-'));
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const mails = join(folder, 'mails');
    const env = { PORT: String(port), MAIL: `file://${mails}`, RUST_LOG: 'warn', RATE_LIMITS: 'off', ...(await gateway(url)), ...settings };
    const child = CLUSTER
      ? spawn(CLUSTER, ['cluster', '--empty'], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
      : spawn(BINARY, { env: { DATABASE_URL: `sqlite://${folder}`, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
    await expect.poll(() => fetch(`${url}/health/ready`).then((r) => r.ok, () => false), { timeout: 60_000 }).toBe(true);
    await use({ url, mails });
    child.kill('SIGTERM');
    await new Promise((done) => child.once('exit', done));
    rmSync(folder, { recursive: true, force: true });
  },

  /** Opens a browser for a user. */
  open: async ({ browser, site }, use) => {
    const logged = [];
    const contexts = [];
    await use(async (name, options = {}) => {
      const context = await browser.newContext({ baseURL: site.url, ...options });
      contexts.push(context);
      const page = await context.newPage();
      // Formats the messages in this browser's language.
      page.language = options.locale ?? 'en';
      page.t = messages(page.language);
      page.on('console', (message) => {
        // Chromium logs every 4xx response as a failed resource.
        const rejection = /Failed to load resource: the server responded with a status of (400|401|403|404|409|410|422)/;
        // Chromium measures how soon a page uses what it preloads, which on a busy machine takes longer.
        const slow = /was preloaded using link preload but not used within a few seconds/;
        // What a page asks for while its browser is set offline.
        const offline = /net::ERR_INTERNET_DISCONNECTED/;
        if (![rejection, slow, offline].some((expected) => expected.test(message.text()))) logged.push(`${name} ${message.type()}: ${message.text()} at ${page.url()}`);
      });
      page.on('pageerror', (error) => logged.push(`${name} error: ${error} at ${page.url()}`));
      return page;
    });
    for (const context of contexts) await context.close();
    expect(logged, 'the console stays silent').toEqual([]);
  },
});

/** Decodes quoted-printable text (RFC 2045 §6.7). */
function quotedPrintable(text) {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Decodes a header with words in other characters than ASCII (RFC 2047). */
function decodedHeader(text) {
  const words = text.replace(/\r\n /g, ' ').replace(/\?=\s+=\?/g, '?==?');
  return words.replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, coding, word) => (coding.toLowerCase() === 'b'
    ? Buffer.from(word, 'base64').toString('utf8')
    : quotedPrintable(word.replaceAll('_', ' '))));
}

/** The mails to an address that were delivered into the site's folder, the oldest first. */
export function mailsTo(site, address) {
  const files = existsSync(site.mails) ? readdirSync(site.mails).filter((file) => file.endsWith('.eml')).sort() : [];
  const mails = files.map((file) => {
    const [head, ...body] = readFileSync(join(site.mails, file), 'latin1').split('\r\n\r\n');
    const header = (name) => decodedHeader(head.match(new RegExp(`^${name}: (.*(?:\r\n .*)*)`, 'm'))?.[1] ?? '');
    const base64 = /base64/i.test(header('Content-Transfer-Encoding'));
    const text = body.join('\r\n\r\n');
    return { to: header('To'), subject: header('Subject'), text: base64 ? Buffer.from(text, 'base64').toString('utf8') : quotedPrintable(text) };
  });
  return mails.filter((mail) => mail.to.includes(address));
}

/** Waits for a mail to an address with a link to a page that is not among `known`, and returns the mail with the link's path. */
export async function mailWithLink(site, address, page, known = []) {
  const find = () => mailsTo(site, address)
    .map((mail) => ({ ...mail, path: mail.text.match(new RegExp(`/${page}#\\w+`))?.[0] }))
    .filter(({ path }) => path && !known.includes(path))
    .at(-1);
  await expect.poll(find, { message: `a mail to ${address} with a link to /${page}`, timeout: 20_000 }).toBeTruthy();
  return find();
}

/** Waits until the client has hydrated the page. */
export async function waitUntilHydrated(page) {
  await page.locator('main[data-ready=true]').waitFor();
}

export async function signUp(page, name) {
  await page.goto('/sign-up');
  await waitUntilHydrated(page);
  await page.getByLabel(page.t('email')).fill(`${name}@example.org`);
  await page.getByLabel(page.t('password')).fill(PASSWORD);
  await page.getByRole('button', { name: page.t('create-account') }).click();
  await expect(page.getByText(`${name}@example.org`)).toBeVisible();
}

/** Verifies the address of a new account with the link that was mailed to it. */
export async function verifyAddress(page, site, name) {
  const { path } = await mailWithLink(site, `${name}@example.org`, 'verify');
  await page.goto(path);
  await waitUntilHydrated(page);
  await page.getByRole('button', { name: page.t('verify-button'), exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: page.t('verified-title') })).toBeVisible();
}

/** Announces a show through the form, and lists seats for it. Returns the path of the show. */
export async function createShow(page, title, seats, price) {
  await page.goto('/sell');
  await waitUntilHydrated(page);
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

/** The checkbox of a seat on a show's page. */
export function seat(page, number) {
  return page.getByRole('checkbox', { name: exactly(page.t('seat-number', { number }), { to: true }) });
}

/** Selects seats on a show's page and holds them. */
export async function hold(page, seats) {
  for (const number of seats) await seat(page, number).check();
  await page.getByRole('button', { name: page.t('hold-tickets', { count: seats.length }) }).dblclick();
  await expect(page.getByRole('heading', { name: page.t('order-held') })).toBeVisible();
}

/** The seconds that the countdown shows. */
export async function countdown(page) {
  const [minutes, seconds] = (await page.getByTestId('countdown').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

/** Types a card number on an order's page, and pays. */
export async function pay(page, card) {
  await page.getByLabel(page.t('card-number')).fill(card);
  await page.locator('main form.stack button[type=submit]').first().dblclick();
}
