// What users see about their money, from the card to the payout, in the sandbox.
import { readFile } from 'node:fs/promises';
import { waitUntilHydrated, createShow, countdown, expect, hold, pay, signUp, test } from './site.js';

const GOOD = '4242 4242 4242 4242';
const EMPTY = '4000 0000 0000 9995';
const YOURS = { name: 'The tickets are yours' };

/** A seller of one seat, and a buyer on its page. */
async function sellerAndBuyer(open, title, price) {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, title, '1', price);
  await signUp(ben, 'ben');
  await ben.goto(show);
  await waitUntilHydrated(ben);
  return { ann, ben, show };
}

/** The same, after the seat was sold. */
async function sold(open, title, price) {
  const people = await sellerAndBuyer(open, title, price);
  await hold(people.ben, ['1']);
  await pay(people.ben, GOOD);
  await expect(people.ben.getByRole('heading', YOURS)).toBeVisible();
  return { ...people, order: people.ben.url() };
}

/** Reloads a page until it contains a text: services learn of each other's changes a moment later. */
async function waitForText(page, path, text) {
  await expect(async () => {
    await page.goto(path);
    await waitUntilHydrated(page);
    await expect(page.getByText(text).first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
}

test('the reason of a decline is shown, also after a reload, and another card pays', async ({ open }) => {
  const { ben } = await sellerAndBuyer(open, 'Another Card', '30');
  await hold(ben, ['1']);
  await expect(ben.getByRole('main').getByText('Test mode: no real money moves')).toBeVisible();

  await pay(ben, EMPTY);
  const reason = ben.getByText('the card was declined: there is not enough money on it, try another card');
  await expect(reason).toBeVisible();
  await expect(ben.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();
  await ben.reload();
  await waitUntilHydrated(ben);
  await expect(reason).toBeVisible();

  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
  await expect(ben.getByText('You paid, and the tickets are yours. Have a good time!')).toBeVisible();
});

test('a card can be entered before the hold starts', async ({ open }) => {
  const { ben } = await sellerAndBuyer(open, 'Ready First', '30');
  await ben.getByRole('checkbox').check();
  await ben.getByRole('button', { name: 'Have the card ready before the clock starts' }).click();
  await ben.getByLabel('Card number').fill(EMPTY);
  await ben.getByRole('button', { name: 'Use this card' }).dblclick();
  await expect(ben.getByText('You can pay with the card ending 9995 as soon as the tickets are held.')).toBeVisible();
  await ben.getByRole('button', { name: /^Hold 1 ticket/ }).click();

  // It is offered at once. After a decline it is forgotten, and another card can be used.
  await ben.getByRole('button', { name: 'Pay €30.00 with the card ending 9995' }).click();
  await expect(ben.getByText('there is not enough money on it')).toBeVisible();
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', YOURS)).toBeVisible();
});

test('a card that was entered is kept in memory only', async ({ open }) => {
  const { ben } = await sellerAndBuyer(open, 'Forgotten', '30');
  await ben.getByRole('checkbox').check();
  await ben.getByRole('button', { name: 'Have the card ready before the clock starts' }).click();
  await ben.getByLabel('Card number').fill(GOOD);
  await ben.getByRole('button', { name: 'Use this card' }).click();
  await ben.getByRole('button', { name: /^Hold 1 ticket/ }).click();
  await expect(ben.getByRole('button', { name: 'Pay €30.00 with the card ending 4242' })).toBeVisible();

  await ben.reload();
  await waitUntilHydrated(ben);

  await expect(ben.getByLabel('Card number')).toBeEmpty();
  await expect(ben.getByText('4242', { exact: true })).toHaveCount(0);
  // Only the recently seen shows are stored.
  expect(await ben.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }))).toEqual(['recent']);
});

test.describe('with a hold of 8 seconds', () => {
  test.use({ settings: { HOLD_SECONDS: '8' } });

  test('a payment that starts in the last second gets the tickets', async ({ open }) => {
    const { ben } = await sellerAndBuyer(open, 'The Last Second', '30');
    await hold(ben, ['1']);
    await expect(ben.getByTestId('warning')).toHaveText(/20 seconds left: pay now, then your bank has two more minutes/);
    await ben.getByLabel('Card number').fill(GOOD);

    await expect.poll(() => countdown(ben), { intervals: [20], timeout: 15_000 }).toBe(1);
    await ben.getByRole('button', { name: /^Pay/ }).click();

    // A payment that starts in time extends the hold by two minutes.
    await expect(ben.getByRole('heading', YOURS)).toBeVisible();
  });

  test('after the deadline an order cannot be paid, and the page says so', async ({ open }) => {
    const { ben } = await sellerAndBuyer(open, 'Too Late', '30');
    await hold(ben, ['1']);
    const order = ben.url().split('/').pop();
    await ben.getByLabel('Card number').fill(GOOD);

    await expect(ben.getByRole('heading', { name: 'The time ran out' })).toBeVisible({ timeout: 15_000 });
    await expect(ben.getByText('You did not pay in time, so the tickets are on sale again. Nothing was charged.')).toBeVisible();
    await expect(ben.getByRole('button', { name: /^Pay/ })).toHaveCount(0);

    // The API refuses with the same message.
    const response = await ben.request.post('/api/payments', {
      data: { order_id: order, method: 'pm_card_visa' },
      headers: { 'x-request-client': 'test' },
    });
    expect([409, 410]).toContain(response.status());
    expect((await response.json()).message).toBe('the time to pay is over, the tickets are on sale again');
  });
});

test.describe('with a hold of 23 seconds', () => {
  test.use({ settings: { HOLD_SECONDS: '23' } });

  test('the warning appears when 20 seconds are left, not before', async ({ open }) => {
    const { ben } = await sellerAndBuyer(open, 'In Time', '30');
    await hold(ben, ['1']);
    await waitUntilHydrated(ben);
    await expect(ben.getByTestId('warning')).not.toHaveText(/pay now/);
    await expect(ben.getByTestId('warning')).toHaveText(/20 seconds left: pay now/, { timeout: 6_000 });
    expect(await countdown(ben)).toBeGreaterThan(15);
  });
});

test('a seller sees the proceeds of a sale, and downloads them as CSV', async ({ open }) => {
  const { ann } = await sold(open, '=The "Long" Note', '19.99');
  await waitForText(ann, '/selling', 'Held until after the show');
  const sum = ann.locator('dl.sums > div', { hasText: 'Held until after the show' });
  await expect(sum.getByText('€19.99', { exact: true })).toBeVisible();
  await ann.getByText('History').click();
  await expect(ann.getByText('Days are those of UTC, here and in the file.')).toBeVisible();
  await expect(ann.getByRole('listitem').filter({ hasText: /^Sale/ })).toContainText('price €19.99');

  const [download] = await Promise.all([
    ann.waitForEvent('download'),
    ann.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);

  const file = await readFile(await download.path(), 'utf8');
  expect(file.startsWith('\uFEFF'), 'spreadsheets see that it is UTF-8').toBe(true);
  const lines = file.slice(1).trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe('date (UTC),time (UTC),kind,show and seat,ticket,currency,price,fee,amount');
  expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d,\d\d:\d\d:\d\d,sale,"'=The ""Long"" Note.*",[0-9a-f-]{36},EUR,19\.99,0\.00,19\.99$/);
});

test('a seller refunds a sale, and the buyer sees it', async ({ open }) => {
  const { ann, ben, order } = await sold(open, 'Given Back', '30');
  await waitForText(ann, '/selling', 'Held until after the show');
  await ann.getByRole('button', { name: 'Give the money back for A, Row 3, Seat 1' }).click();
  await expect(ann.getByText('The buyer gets €30.00 back and the ticket is withdrawn.')).toBeVisible();
  await ann.getByRole('button', { name: 'No, keep the sale' }).click();
  await ann.getByRole('button', { name: /^Give the money back/ }).click();
  await ann.getByRole('button', { name: 'Yes, give it back' }).dblclick();
  await expect(ann.getByRole('button', { name: 'Yes, give it back' })).toHaveCount(0);
  await waitForText(ann, '/selling', 'Withdrawn');

  await waitForText(ben, order, '€30.00 was given back.');
  await expect(ben.getByRole('heading', { name: 'Order refunded' })).toBeVisible();
  await expect(ben.getByText('The seller took the tickets back.')).toBeVisible();
  await expect(ben.getByRole('button', { name: 'Try for the same tickets again' })).toHaveCount(0);
  await waitForText(ben, '/orders', 'Refunded');
});

test('the organiser cancels a show, and the buyer sees it', async ({ open }) => {
  const { ann, ben, show, order } = await sold(open, 'Called Off', '30');
  await waitForText(ann, show, 'You announced this show');
  await ben.goto(show);
  await waitUntilHydrated(ben);
  await expect(ben.getByRole('button', { name: 'Cancel this show' })).toHaveCount(0);

  await ann.getByRole('button', { name: 'Cancel this show' }).click();
  await ann.getByRole('button', { name: 'No, keep it' }).click();
  await ann.getByRole('button', { name: 'Cancel this show' }).click();
  await ann.getByRole('button', { name: 'Yes, cancel the show' }).dblclick();
  await expect(ann.getByText('This show is cancelled.')).toBeVisible();
  await expect(ann.getByText('1 of 1 tickets taken back; buyers get their money back.')).toBeVisible({ timeout: 20_000 });

  await waitForText(ben, order, '€30.00 was given back.');
  await expect(ben.getByRole('heading', { name: 'Order refunded' })).toBeVisible();
  await expect(ben.getByText('The show was cancelled.')).toBeVisible();
  await expect(ben.getByRole('button', { name: 'Try for the same tickets again' })).toHaveCount(0);
  await ben.getByRole('link', { name: 'Look at the show' }).click();
  await expect(ben.getByText('This show is cancelled.')).toBeVisible();
  await expect(ben.getByRole('button', { name: /^Hold|^Choose/ })).toHaveCount(0);
  await ben.goto('/?search=called+off');
  await expect(ben.getByText('No show fits')).toBeVisible();
});

for (const [percent, proceeds] of [
  ['0', 'You get €49.90 per ticket, the marketplace keeps nothing.'],
  ['5', 'You get €47.41 per ticket, the marketplace keeps 5 % (€2.49).'],
]) {
  test.describe(`with a fee of ${percent} %`, () => {
    test.use({ settings: { PLATFORM_FEE_PERCENT: percent } });

    test('a seller sees the proceeds of a price', async ({ open }) => {
      const ann = await open('ann');
      await signUp(ann, 'ann');
      const show = await createShow(ann, 'What Is Left', '1', '30');
      await ann.goto(`/sell?show=${show.split('/').pop()}`);
      await waitUntilHydrated(ann);
      await ann.getByLabel('Price').fill('49.90');
      await expect(ann.getByText(proceeds)).toBeVisible();
      await ann.getByLabel('Price').fill('soon');
      await expect(ann.getByText('per ticket')).toHaveCount(0);
    });
  });
}
