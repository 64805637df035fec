// Searching for shows, choosing adjacent seats, and pricing tickets.
import { waitUntilHydrated, createShow, expect, seat, signUp, test } from './site.js';

test('the list of shows follows what is typed, and the URL contains the search', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await createShow(ann, 'The Long Note', '12-14', '19.99');
  await createShow(ann, 'A Short Word', '1', '9');
  const ben = await open('ben');
  await ben.goto('/');
  await waitUntilHydrated(ben);
  const found = ben.locator('main h2 a');
  await expect(found).toHaveCount(2);

  // Typing narrows the list without a click, and the field keeps the focus.
  await ben.getByLabel('Search').pressSequentially('long n', { delay: 30 });
  await expect(found).toHaveText(['The Long Note']);
  await expect(ben).toHaveURL(/\/\?search=long\+n$/);
  await expect(ben.getByLabel('Search')).toBeFocused();
  await expect(ben.getByLabel('Search')).toHaveValue('long n');

  // The URL contains every filter, so that it can be shared.
  const eve = await open('eve');
  await eve.goto(`${new URL(ben.url()).pathname}${new URL(ben.url()).search}&sort=price&together=2`);
  await waitUntilHydrated(eve);
  await expect(eve.locator('main h2 a')).toHaveText(['The Long Note']);
  await expect(eve.getByLabel('Together')).toHaveValue('2');
  await expect(eve.getByLabel('Sort')).toHaveValue('price');
  await eve.getByLabel('Together').selectOption('4');
  await expect(eve.getByRole('heading', { name: 'No show fits' })).toBeVisible();
  await expect(eve).toHaveURL(/together=4/);

  // After a visit to a show, the search and the list are restored, and the show is listed as recently seen.
  await found.click();
  await expect(ben.getByRole('heading', { name: 'The Long Note', level: 1 })).toBeVisible();
  await ben.goBack();
  await expect(ben.getByLabel('Search')).toHaveValue('long n');
  await expect(found).toHaveText(['The Long Note']);
  await expect(ben.getByRole('navigation', { name: 'Recently seen' }).getByRole('link')).toHaveText(['The Long Note']);
});

test('adjacent seats are selected with one click, and the total is shown', async ({ open }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '12-14, 20', '19.99');
  await signUp(ben, 'ben');
  await ben.goto(show);
  await waitUntilHydrated(ben);

  await ben.getByRole('button', { name: 'Choose 3 seats together' }).click();

  for (const number of [12, 13, 14]) await expect(seat(ben, number)).toBeChecked();
  await expect(seat(ben, 20)).not.toBeChecked();
  await expect(ben.getByText('€59.97')).toBeVisible();
  await expect(ben.getByRole('button', { name: 'Choose 4 seats together' })).toHaveCount(0);
  await expect(ben.getByText('Typical', { exact: true })).toBeVisible();
});

test('pasted seats are read back, and the prices of other tickets are shown', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '12-14', '19.99');
  await ann.goto(`/sell?show=${show.split('/')[2]}`);
  await waitUntilHydrated(ann);

  await ann.getByLabel('Seats').fill('Block B Row 7 Seats 3–4');

  await expect(ann.getByRole('list', { name: 'What buyers will read' }).getByRole('listitem')).toHaveText([
    'B, Row 7, Seat 3',
    'B, Row 7, Seat 4',
  ]);
  await expect(ann.getByText('Others ask from €19.99 on, and €19.99 in the middle of 3.')).toBeVisible();
  await ann.getByLabel('Price').fill('18');
  await ann.getByRole('button', { name: 'List 2 tickets' }).click();
  await expect(ann.getByText('B, Row 7, Seat 3')).toBeVisible();
});
