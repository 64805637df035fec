// What one person does, the others see at once, and after a cut they have missed nothing.
import { connect, createServer } from 'node:net';
import { words } from './words.js';
import { alive, announce, expect, hold, pay, seat, signUp, test } from './site.js';

/** Notes when a text first shows on a page, by the machine's clock, which all browsers here share. */
async function notes(page, text) {
  await page.evaluate((wanted) => {
    window.seenAt = new Promise((seen) => {
      const look = () => document.querySelector('main').innerText.includes(wanted) && seen(Date.now());
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
  }, text);
  return () => page.evaluate(() => window.seenAt);
}

/** Waits for the answer to a call, and says when it was there. */
async function answered(page, method, path, act) {
  const answer = page.waitForResponse((r) => r.request().method() === method && new URL(r.url()).pathname.startsWith(path));
  await act();
  await answer;
  return Date.now();
}

test('what one browser does, another one shows in half a second', async ({ open }) => {
  const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];
  await signUp(ann, 'ann');
  const show = await announce(ann, 'The Long Note', '1-3', '20');
  await signUp(ben, 'ben');
  await cem.goto(show);
  await alive(cem);
  // The feed is there when it has greeted, and the list was looked at again.
  await cem.waitForLoadState('networkidle').catch(() => {});
  const delays = {};

  await ben.goto(show);
  await alive(ben);
  await seat(ben, 1).check();
  let seen = await notes(cem, 'Someone is paying');
  let done = await answered(ben, 'POST', '/api/orders', () => ben.getByRole('button', { name: /^Hold/ }).click());
  delays.held = (await seen()) - done;
  await expect(cem.getByText(/0:\d\d left/)).toBeVisible();

  await ann.goto(show);
  await ann.getByRole('link', { name: 'Details of A, Row 3, Seat 2' }).click();
  await alive(ann);
  await ann.getByLabel('Price').fill('77');
  seen = await notes(cem, '€77.00');
  done = await answered(ann, 'PUT', '/api/tickets/', () => ann.getByRole('button', { name: 'Change price' }).click());
  delays.repriced = (await seen()) - done;

  await ann.goto(`/sell?show=${show.split('/')[2]}`);
  await alive(ann);
  await ann.getByLabel('Section').fill('Z');
  await ann.getByLabel('Price').fill('33');
  seen = await notes(cem, '€33.00');
  done = await answered(ann, 'POST', '/api/tickets', () => ann.getByRole('button', { name: /^List/ }).click());
  delays.listed = (await seen()) - done;

  for (const [what, delay] of Object.entries(delays)) expect(delay, `${what} after ${delay} ms`).toBeLessThan(500);
  console.log(`figure: seen elsewhere after ${JSON.stringify(delays)} ms`);
});

test('what is one\'s own changes without a reload, too', async ({ open }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await announce(ann, 'The Long Note', '1-2', '20');
  await alive(ann);
  await signUp(ben, 'ben');
  // A second window of the same person.
  const orders = await ben.context().newPage();
  await orders.goto('/orders');
  await alive(orders);
  await expect(orders.getByText('You bought nothing yet')).toBeVisible();

  await ben.goto(show);
  await alive(ben);
  await hold(ben, ['1']);
  await expect(ann.getByText('Someone is paying')).toBeVisible({ timeout: 2_000 });
  await expect(orders.getByText('Waits for payment')).toBeVisible({ timeout: 2_000 });
  await pay(ben, '4242 4242 4242 4242');
  await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  await expect(ann.getByText('Sold', { exact: true })).toBeVisible({ timeout: 2_000 });
  await expect(ann.getByText('Held until after the show')).toBeVisible({ timeout: 3_000 });
  await expect(orders.getByText('Paid', { exact: true })).toBeVisible({ timeout: 2_000 });

  // The seller gives the money back: the buyer's page says so by itself.
  await ann.getByRole('button', { name: 'Give the money back for A, Row 3, Seat 1' }).click();
  await ann.getByRole('button', { name: 'Yes, give it back' }).click();
  await expect(ben.getByText('The seller took the tickets back.')).toBeVisible({ timeout: 5_000 });
  await expect(orders.getByText('Refunded', { exact: true })).toBeVisible({ timeout: 5_000 });
});

/** Stands between a browser and the site, and can be cut. */
async function wire(target) {
  const open = new Set();
  let cut = false;
  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(Number(new URL(target).port), 'localhost');
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise((done) => server.listen(0, 'localhost', done));
  return {
    url: `http://localhost:${server.address().port}`,
    cut() {
      cut = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => (cut = false),
    end() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

test('who was cut off for ten seconds has missed nothing two seconds later', async ({ open, site, browser }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await announce(ann, 'The Long Note', '1-3', '20');
  await signUp(ben, 'ben');
  const line = await wire(site.url);
  // Its console is not silent while nothing can be reached, so it is no page of the fixture's.
  const context = await browser.newContext({ baseURL: line.url });
  const cem = await context.newPage();
  cem.t = words('en');
  await cem.goto(show);
  await alive(cem);
  await expect(seat(cem, 1)).toBeEnabled();

  line.cut();
  const cutAt = Date.now();
  await ben.goto(show);
  await alive(ben);
  await hold(ben, ['1']);
  await ann.goto(show);
  await ann.getByRole('link', { name: 'Details of A, Row 3, Seat 2' }).click();
  await alive(ann);
  await ann.getByLabel('Price').fill('77');
  await ann.getByRole('button', { name: 'Change price' }).click();
  await expect(ann.getByText('€77.00', { exact: true })).toBeVisible();
  await ann.goto(show);
  await ann.getByRole('link', { name: 'Details of A, Row 3, Seat 3' }).click();
  await alive(ann);
  await ann.getByRole('button', { name: 'Withdraw from sale' }).click();
  await expect(ann.getByText('You took this ticket off sale')).toBeVisible();
  await cem.waitForTimeout(Math.max(0, 10_000 - (Date.now() - cutAt)));
  await expect(cem.getByText('€77.00')).toHaveCount(0);
  line.mend();

  await expect(cem.getByText('Someone is paying')).toBeVisible({ timeout: 2_000 });
  await expect(cem.getByText('€77.00')).toBeVisible({ timeout: 200 });
  await expect(seat(cem, 3)).toHaveCount(0);
  await context.close();
  line.end();
});
