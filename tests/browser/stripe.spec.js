// Payments through Stripe: a strict fake of its API, and a replacement of its script in the browser.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { waitUntilHydrated, createShow, expect, freePort, hold, pay, signUp, test as base, verifyAddress } from './site.js';

const GOOD = '4242 4242 4242 4242';
const DECLINED = '4000 0000 0000 0002';
const ASKS = '4000 0025 0000 3155';
const SCRIPT = resolve(import.meta.dirname, 'stripe.js');
const YOURS = { name: 'The tickets are yours' };
const QUESTION = { name: 'Your bank asks: is it you?' };

const test = base.extend({
  /** The port of the fake Stripe. */
  stripe: async ({}, use) => {
    if (!process.env.FAKE_STRIPE_BIN) throw new Error('FAKE_STRIPE_BIN must name the fake Stripe');
    await use({ port: await freePort() });
  },

  gateway: async ({ stripe }, use) => {
    let child;
    await use(async (site) => {
      const env = { PORT: String(stripe.port), WEBHOOK_URL: `${site}/webhooks/stripe`, WEBHOOK_SECRET: 'whsec_x' };
      child = spawn(process.env.FAKE_STRIPE_BIN, { env, stdio: ['ignore', 'ignore', 'inherit'] });
      const base = `http://127.0.0.1:${stripe.port}`;
      // Any response shows that it runs.
      await expect.poll(() => fetch(base).then(() => true, () => false), { timeout: 20_000 }).toBe(true);
      return {
        STRIPE_SECRET_KEY: 'sk_test_x',
        STRIPE_WEBHOOK_SECRET: 'whsec_x',
        STRIPE_PUBLISHABLE_KEY: 'pk_test_x',
        STRIPE_API_BASE: base,
      };
    });
    if (child?.exitCode === null) {
      child.kill('SIGTERM');
      await new Promise((done) => child.once('exit', done));
    }
  },

  /** Opens a browser that gets the replacement of Stripe's script. Requests to any fourth host fail the test. */
  open: async ({ open, site, stripe }, use) => {
    const requested = new Set();
    await use(async (name, options) => {
      const page = await open(name, options);
      await page.context().route('https://js.stripe.com/**', (route) =>
        route.fulfill({ contentType: 'text/javascript', path: SCRIPT }),
      );
      page.context().on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol !== 'data:') requested.add(url.host);
      });
      return page;
    });
    const known = [new URL(site.url).host, `127.0.0.1:${stripe.port}`, 'js.stripe.com'];
    expect([...requested].filter((host) => !known.includes(host)), 'no other host is requested').toEqual([]);
    expect([...requested], 'the card field is Stripe\'s').toContain('js.stripe.com');
  },
});

/** A buyer who holds a seat. Returns both users, and the path of the order. */
async function heldOrder(open, site) {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  // With real payments, sellers need a verified address.
  await verifyAddress(ann, site, 'ann');
  const show = await createShow(ann, 'Paid by Stripe', '1', '20');
  await signUp(ben, 'ben');
  await ben.goto(show);
  await waitUntilHydrated(ben);
  await hold(ben, ['1']);
  return { ann, ben, order: new URL(ben.url()).pathname };
}

/** Waits for the page of the bank, to which the browser is redirected. */
async function waitForBank(page, stripe) {
  await page.waitForURL((url) => url.host === `127.0.0.1:${stripe.port}` && url.pathname.startsWith('/bank/'));
  await expect(page.getByRole('heading', QUESTION)).toBeVisible();
}

test('an accepted card pays', async ({ open, site }) => {
  const { ben } = await heldOrder(open, site);
  await expect(ben.getByRole('main').getByText('Test mode: no real money moves')).toBeVisible();
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('an incomplete or declined card shows a message, and another card pays', async ({ open, site }) => {
  const { ben } = await heldOrder(open, site);
  await pay(ben, '4242');
  await expect(ben.getByText('Your card number is incomplete.')).toBeVisible();
  await pay(ben, DECLINED);
  await expect(ben.getByText('the card was declined')).toBeVisible();
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('a card can be entered before the hold starts', async ({ open, site }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  // With real payments, sellers need a verified address.
  await verifyAddress(ann, site, 'ann');
  const show = await createShow(ann, 'Ready First', '1', '20');
  await signUp(ben, 'ben');
  await ben.goto(show);
  await waitUntilHydrated(ben);
  await ben.getByRole('checkbox').check();
  await ben.getByRole('button', { name: 'Have the card ready before the clock starts' }).click();
  await ben.getByLabel('Card number').fill(GOOD);
  await ben.getByRole('button', { name: 'Use this card' }).click();
  await expect(ben.getByText('as soon as the tickets are held')).toBeVisible();
  await ben.getByRole('button', { name: /^Hold 1 ticket/ }).click();
  await ben.getByRole('button', { name: /^Pay €20\.00 with the card/ }).click();
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('after a successful authentication at the bank the tickets are the buyer\'s', async ({ open, site, stripe }) => {
  const { ben, order } = await heldOrder(open, site);
  await pay(ben, ASKS);
  await waitForBank(ben, stripe);
  await ben.getByRole('button', { name: 'Yes, it is me' }).click();
  await ben.waitForURL((url) => url.pathname === order);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('after a failed authentication at the bank another card pays', async ({ open, site, stripe }) => {
  const { ben, order } = await heldOrder(open, site);
  await pay(ben, ASKS);
  await waitForBank(ben, stripe);
  await ben.getByRole('button', { name: 'No', exact: true }).click();
  await ben.waitForURL((url) => url.pathname === order);
  await waitUntilHydrated(ben);
  await expect(ben.getByText('your bank could not confirm that it is you')).toBeVisible();
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('a buyer who closed the browser at the bank returns through the order to the bank', async ({ open, site, stripe }) => {
  const { ben, order } = await heldOrder(open, site);
  await pay(ben, ASKS);
  await waitForBank(ben, stripe);

  const again = await ben.context().newPage();
  await ben.close();
  await again.goto(order);
  await waitUntilHydrated(again);
  await expect(again.getByRole('heading', QUESTION)).toBeVisible();
  expect(new URL(again.url()).pathname, 'the page does not redirect again').toBe(order);
  await again.getByRole('link', { name: 'Go to your bank' }).click();
  await waitForBank(again, stripe);
  await again.getByRole('button', { name: 'Yes, it is me' }).click();
  await again.waitForURL((url) => url.pathname === order);
  await expect(again.getByRole('heading', YOURS)).toBeVisible();
});
