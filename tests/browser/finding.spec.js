// People find the right show, the right seats, and what to ask for theirs.
import { alive, announce, expect, seat, signUp, test } from './site.js';

test('shows are found while one types, and the address says which', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await announce(ann, 'The Long Note', '12-14', '19.99');
  await announce(ann, 'A Short Word', '1', '9');
  const ben = await open('ben');
  await ben.goto('/');
  await alive(ben);
  const found = ben.locator('main h2 a');
  await expect(found).toHaveCount(2);

  // What is typed narrows the list without a press, and the field keeps the focus.
  await ben.getByLabel('Search').pressSequentially('long n', { delay: 30 });
  await expect(found).toHaveText(['The Long Note']);
  await expect(ben).toHaveURL(/\/\?search=long\+n$/);
  await expect(ben.getByLabel('Search')).toBeFocused();
  await expect(ben.getByLabel('Search')).toHaveValue('long n');

  // The address can be shared, and every filter is in it.
  const eve = await open('eve');
  await eve.goto(`${new URL(ben.url()).pathname}${new URL(ben.url()).search}&sort=price&together=2`);
  await alive(eve);
  await expect(eve.locator('main h2 a')).toHaveText(['The Long Note']);
  await expect(eve.getByLabel('Together')).toHaveValue('2');
  await expect(eve.getByLabel('Sort')).toHaveValue('price');
  await eve.getByLabel('Together').selectOption('4');
  await expect(eve.getByRole('heading', { name: 'No show fits' })).toBeVisible();
  await expect(eve).toHaveURL(/together=4/);

  // Looking at a show and coming back, the words and the list are still there, and the show was seen.
  await found.click();
  await expect(ben.getByRole('heading', { name: 'The Long Note', level: 1 })).toBeVisible();
  await ben.goBack();
  await expect(ben.getByLabel('Search')).toHaveValue('long n');
  await expect(found).toHaveText(['The Long Note']);
  await expect(ben.getByRole('navigation', { name: 'Recently seen' }).getByRole('link')).toHaveText(['The Long Note']);
});

test('seats together are chosen with one press, at a price that is plain', async ({ open }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await announce(ann, 'The Long Note', '12-14, 20', '19.99');
  await signUp(ben, 'ben');
  await ben.goto(show);
  await alive(ben);

  await ben.getByRole('button', { name: 'Choose 3 seats together' }).click();

  for (const number of [12, 13, 14]) await expect(seat(ben, number)).toBeChecked();
  await expect(seat(ben, 20)).not.toBeChecked();
  await expect(ben.getByText('€59.97')).toBeVisible();
  await expect(ben.getByRole('button', { name: 'Choose 4 seats together' })).toHaveCount(0);
  await expect(ben.getByText('Typical', { exact: true })).toBeVisible();
});

test('seats are pasted, read back, and priced with a look at the others', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await announce(ann, 'The Long Note', '12-14', '19.99');
  await ann.goto(`/sell?show=${show.split('/')[2]}`);
  await alive(ann);

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
