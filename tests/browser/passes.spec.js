// Tickets that are issued here: their codes, and their resale.
import { createShow, expect, hold, mailsTo, pay, signUp, test, verifyAddress, waitUntilHydrated } from './site.js';

/** Buys a seat of a show, and returns when its code can be shown. */
async function buy(page, show, number) {
  await page.goto(show);
  await waitUntilHydrated(page);
  await hold(page, [number]);
  await pay(page, '4242 4242 4242 4242');
  await page.getByRole('link', { name: page.t('to-your-tickets') }).click();
  await expect(page.getByRole('heading', { name: page.t('nav-passes') })).toBeVisible();
}

/** The code of the pass that a page shows, as the API says it. */
async function code(page) {
  const response = await page.request.get(`/api${new URL(page.url()).pathname}/code`);
  return response.ok() ? (await response.json()).code : response.status();
}

test('an issued ticket has a code, which its next buyer makes invalid', async ({ open }) => {
  const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  await signUp(ben, 'ben');
  await buy(ben, show, '1');
  await ben.getByRole('link', { name: ben.t('show-code') }).click();
  await expect(ben.getByRole('img', { name: ben.t('pass-code') })).toBeVisible();
  const bens = await code(ben);
  expect(bens).toMatch(/^W5[0-9A-Z $%*+./:-]{151}$/);
  const pass = new URL(ben.url()).pathname;

  await ben.getByRole('button', { name: ben.t('resell'), exact: true }).click();
  await expect(ben.getByText(ben.t('resell-change'))).toBeVisible();
  expect(await code(ben)).toBe(bens);
  await signUp(cem, 'cem');
  await buy(cem, show, '1');
  await cem.getByRole('link', { name: cem.t('show-code') }).click();
  await expect(cem.getByRole('img', { name: cem.t('pass-code') })).toBeVisible();

  expect(new URL(cem.url()).pathname).toBe(pass);
  const cems = await code(cem);
  expect(cems).toMatch(/^W5/);
  expect(cems).not.toBe(bens);
  expect(await code(ben)).toBe(404);
  await ben.goto('/tickets');
  await expect(ben.getByText(ben.t('no-passes'))).toBeVisible();
});

test('the code is black on white in either theme, and printed', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  const ben = await open('ben', { colorScheme: 'dark' });
  await signUp(ben, 'ben');
  await buy(ben, show, '1');
  await ben.getByRole('link', { name: ben.t('show-code') }).click();
  const qr = ben.getByRole('img', { name: ben.t('pass-code') });
  await expect(qr).toBeVisible();

  for (const media of ['screen', 'print']) {
    await ben.emulateMedia({ media });
    const colors = await qr.evaluate((svg) => [getComputedStyle(svg).backgroundColor, getComputedStyle(svg.querySelector('path')).fill]);
    // Paper is white.
    expect(colors).toEqual([media === 'print' ? 'rgba(0, 0, 0, 0)' : 'rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
  }
});

test('a ticket is given away by mail to somebody without an account', async ({ open, site }) => {
  const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  await signUp(ben, 'ben');
  await verifyAddress(ben, site, 'ben');
  await buy(ben, show, '1');
  await ben.getByRole('link', { name: ben.t('show-code') }).click();
  const bens = await code(ben);
  await ben.getByLabel(ben.t('gift-address')).fill('not an address');
  await ben.getByRole('button', { name: ben.t('gift-button'), exact: true }).click();
  await expect(ben.getByText(ben.t('flaw-no-email'))).toBeVisible();
  await ben.getByLabel(ben.t('gift-address')).fill('cem@example.org');
  await ben.getByRole('button', { name: ben.t('gift-button'), exact: true }).click();
  await expect(ben.getByRole('button', { name: ben.t('gift-take-back') })).toBeVisible();
  expect(await code(ben)).toBe(bens);

  const gift = () => mailsTo(site, 'cem@example.org').map(({ text }) => text.match(/\/gifts\/[0-9a-f-]{36}/)?.[0]).find(Boolean);
  await expect.poll(gift).toBeTruthy();
  await cem.goto(gift());
  await waitUntilHydrated(cem);
  await cem.getByRole('main').getByRole('link', { name: cem.t('create-an-account') }).click();
  await cem.getByLabel(cem.t('email')).fill('cem@example.org');
  await cem.getByLabel(cem.t('password'), { exact: true }).fill('a password of hers');
  await cem.getByRole('main').getByRole('button', { name: cem.t('create-account'), exact: true }).click();
  await expect(cem.getByText(cem.t('gift-unverified'))).toBeVisible();
  await verifyAddress(cem, site, 'cem');
  await cem.goto(gift());
  await waitUntilHydrated(cem);
  await cem.getByRole('button', { name: cem.t('gift-accept'), exact: true }).click();

  await expect(cem.getByRole('img', { name: cem.t('pass-code') })).toBeVisible();
  const cems = await code(cem);
  expect(cems).toMatch(/^W5/);
  expect(cems).not.toBe(bens);
  expect(await code(ben)).toBe(404);
  await cem.goto(gift());
  await expect(cem.getByText(/cem@example\.org/).first()).toBeVisible();
});

test('tickets are shown without a network, and nobody who signs out leaves them behind', async ({ open }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  await signUp(ben, 'ben');
  await buy(ben, show, '1');
  const kept = () => ben.evaluate(async () => (await (await caches.open('pages')).keys()).map(({ url }) => new URL(url).pathname));
  await expect.poll(async () => (await kept()).length).toBe(2);
  await expect.poll(() => ben.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).filter(({ active }) => active).length)).toBe(3);

  await ben.context().setOffline(true);
  await ben.reload();
  await ben.getByRole('link', { name: ben.t('show-code') }).click();
  await expect(ben.getByRole('img', { name: ben.t('pass-code') })).toBeVisible();
  await waitUntilHydrated(ben);
  await expect(ben.getByRole('img', { name: ben.t('pass-code') })).toBeVisible();
  await ben.context().setOffline(false);

  await ben.reload();
  await waitUntilHydrated(ben);
  await ben.getByRole('button', { name: ben.t('sign-out') }).click();
  await expect(ben.getByRole('link', { name: ben.t('sign-in') })).toBeVisible();
  await expect.poll(kept).toEqual([]);
  expect(await ben.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});
