// Purchases, with one browser per user.
import { waitUntilHydrated, createShow, countdown, expect, hold, pay, seat, signUp, test } from './site.js';

const GOOD = '4242 4242 4242 4242';
const DECLINED = '4000 0000 0000 0002';
const ASKS = '4000 0025 0000 3155';

test('three users, three seats: found, held, declined, paid, sold', async ({ open }) => {
  const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];

  // Ann signs up, announces a show and lists three seats. She double-clicks each time, and everything exists once.
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '12-14', '19.99');
  await expect(ann.getByText('On sale')).toHaveCount(3);
  await ann.reload();
  await expect(ann.getByText('On sale')).toHaveCount(3);

  // Ben, signed out, finds it by search.
  await ben.goto('/');
  await ben.getByLabel('Search').fill('long note');
  await ben.getByRole('button', { name: 'Find shows' }).click();
  await ben.getByRole('link', { name: 'The Long Note' }).click();
  await expect(ben).toHaveURL(new RegExp(show));
  await expect(ben.getByRole('listitem').getByText('€19.99')).toHaveCount(3);
  await ben.goBack();
  await expect(ben).toHaveURL(/search=long/);
  await ben.goForward();
  await waitUntilHydrated(ben);

  // To hold tickets he signs up, and returns to the show.
  await seat(ben, 12).check();
  await ben.getByRole('button', { name: 'Hold 1 ticket' }).click();
  await ben.getByRole('main').getByRole('link', { name: 'Create an account' }).click();
  await ben.getByLabel('E-mail address').fill('ben@example.org');
  await ben.getByLabel('Password').fill('a password of his');
  await ben.getByRole('button', { name: 'Create account' }).click();
  await expect(ben).toHaveURL(new RegExp(show));

  // Cem keeps the show open.
  await signUp(cem, 'cem');
  await cem.goto(show);
  await expect(seat(cem, 13)).toBeEnabled();
  await waitUntilHydrated(cem);

  // Ben holds two seats and sees the countdown; Cem sees them held without a reload, and cannot hold them.
  await hold(ben, ['12', '13']);
  const order = ben.url();
  expect(await countdown(ben)).toBeGreaterThan(50);
  expect(await countdown(ben)).toBeLessThanOrEqual(60);
  await expect(cem.getByText('Someone is paying')).toHaveCount(2);
  await expect(seat(cem, 12)).toBeDisabled();
  await expect(seat(cem, 14)).toBeEnabled();

  // The order survives a reload and going back.
  await ben.reload();
  await expect(ben.getByTestId('countdown')).toBeVisible();
  await ben.goBack();
  await expect(ben.getByRole('link', { name: ben.t('held-by-you') })).toHaveCount(2);
  await ben.goForward();
  await expect(ben).toHaveURL(order);
  await ben.getByRole('link', { name: 'My orders' }).click();
  await ben.getByRole('link', { name: 'Pay now' }).click();
  await expect(ben).toHaveURL(order);

  // Ann can neither edit nor withdraw them.
  await ann.goto(show);
  await ann.getByRole('link', { name: 'Details of A, Row 3, Seat 12' }).click();
  await expect(ann.getByText('can be neither edited nor withdrawn')).toBeVisible();
  await expect(ann.getByRole('button', { name: 'Withdraw from sale' })).toHaveCount(0);

  // Another user cannot see the order.
  await cem.goto(order);
  await expect(cem.getByRole('heading', { name: 'This belongs to somebody else' })).toBeVisible();

  // A declined card, then an accepted one.
  await waitUntilHydrated(ben);
  await pay(ben, '4111 1111 1111 1111');
  await expect(ben.getByText('this is test mode, use one of the test cards')).toBeVisible();
  await pay(ben, DECLINED);
  await expect(ben.getByText('the card was declined')).toBeVisible();
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  await ben.reload();
  await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  await ben.goto('/orders');
  await expect(ben.getByText('Paid', { exact: true })).toHaveCount(1);

  // Ann sees them sold; the third is still on sale, and she can reprice and withdraw it.
  await ann.goto('/selling');
  await expect(ann.getByText('Sold', { exact: true })).toHaveCount(2);
  await ann.goto(show);
  await ann.getByRole('link', { name: 'Details of A, Row 3, Seat 14' }).click();
  await waitUntilHydrated(ann);
  await ann.getByLabel('Price').fill('-5');
  await ann.getByRole('button', { name: 'Change price' }).click();
  await expect(ann.getByText('an amount looks like')).toBeVisible();
  await ann.getByLabel('Price').fill('25');
  await ann.getByRole('button', { name: 'Change price' }).click();
  await expect(ann.getByText('€25.00', { exact: true })).toBeVisible();
  await ann.getByRole('button', { name: 'Withdraw from sale' }).click();
  await expect(ann.getByText('You took this ticket off sale')).toBeVisible();
});

test.describe('with a short hold', () => {
  test.use({ settings: { HOLD_SECONDS: '6' } });

  test('an expired hold is shown without a reload, and its seats are on sale again', async ({ open }) => {
    const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'A Short Hold', '1-2', '30');
    await signUp(ben, 'ben');
    await ben.goto(show);
    await cem.goto(show);
    await waitUntilHydrated(ben);
    await waitUntilHydrated(cem);
    await hold(ben, ['1', '2']);
    await expect(cem.getByText('Someone is paying')).toHaveCount(2);

    // Within two seconds after its deadline every browser shows that it has expired.
    const left = await countdown(ben);
    await expect(cem.getByText('Someone is paying')).toHaveCount(0, { timeout: (left + 2) * 1000 });
    await expect(ben.getByRole('heading', { name: 'The time ran out' })).toBeVisible({ timeout: 2_500 });

    // The buyer can try again.
    await ben.getByRole('button', { name: 'Try for the same tickets again' }).click();
    await expect(ben.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();
    await ben.getByRole('button', { name: 'Give the tickets back' }).click();
    await expect(ben.getByRole('heading', { name: 'Order cancelled' })).toBeVisible();
  });

  test('a payment that requires authentication extends the hold, even if the browser is closed', async ({ open }) => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'Are You You', '7', '45.50');
    await signUp(ben, 'ben');
    await ben.goto(show);
    await waitUntilHydrated(ben);
    await hold(ben, ['7']);
    await pay(ben, ASKS);
    await expect(ben.getByRole('heading', { name: 'Your bank asks: is it you?' })).toBeVisible();
    const order = ben.url();

    const again = await ben.context().newPage();
    await ben.close();
    await again.goto(order);
    await expect(again.getByRole('heading', { name: 'Your bank asks: is it you?' })).toBeVisible();
    expect(await countdown(again)).toBeGreaterThan(60);
    await again.getByRole('button', { name: 'Yes, it is me' }).dblclick();
    await expect(again.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  });
});
