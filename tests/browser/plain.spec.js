// Without script: users sign up, hold and pay through plain forms, and read what failed.
import { waitUntilHydrated, createShow, expect, mailWithLink, seat, signUp, test, PASSWORD } from './site.js';

const PLAIN = { javaScriptEnabled: false };

async function payWith(page, card) {
  await page.getByLabel('Test card').selectOption(card);
  await page.getByRole('button', { name: /^Pay/ }).click();
}

test('tickets are bought without script', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'Without Script', '1-3', '12.50');
  const ben = await open('ben', PLAIN);

  // A visitor signs up on the way, and returns to the show.
  await ben.goto(show);
  await ben.getByRole('checkbox').first().check();
  await ben.getByRole('button', { name: 'Hold tickets and pay' }).click();
  await expect(ben).toHaveURL(/\/sign-in\?back=/);
  await ben.getByRole('main').getByRole('link', { name: 'Create an account' }).click();
  await ben.getByLabel('E-mail address').fill('ben');
  await ben.getByLabel('Password').fill(PASSWORD);
  await ben.getByRole('button', { name: 'Create account' }).click();
  await expect(ben.getByText('an e-mail address looks like')).toBeVisible();
  await ben.getByRole('link', { name: 'Go back' }).click();
  await ben.getByLabel('E-mail address').fill('ben@example.org');
  await ben.getByLabel('Password').fill(PASSWORD);
  await ben.getByRole('button', { name: 'Create account' }).click();
  await expect(ben).toHaveURL(new RegExp(`${show}$`));
  await expect(ben.getByText('ben@example.org')).toBeVisible();

  // A form without a seat shows an error; two seats are held.
  await ben.getByRole('button', { name: 'Hold tickets and pay' }).click();
  await expect(ben.getByRole('heading', { name: 'This did not work' })).toBeVisible();
  await ben.getByRole('link', { name: 'Go back' }).click();
  for (const index of [0, 1]) await ben.getByRole('checkbox').nth(index).check();
  await ben.getByRole('button', { name: 'Hold tickets and pay' }).click();
  await expect(ben.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();

  // A declined card, then one that requires authentication, and the tickets are the buyer's.
  await payWith(ben, 'pm_card_chargeDeclined');
  await expect(ben.getByText('the card was declined')).toBeVisible();
  await ben.getByRole('link', { name: 'Go back' }).click();
  await payWith(ben, 'pm_card_authenticationRequired');
  await ben.getByRole('button', { name: 'Yes, it is me' }).click();
  await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  await expect(ben.getByText('€25.00')).toBeVisible();
});

test('without script a user signs in and out, and holds and cancels a single ticket', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'Without Script', '1', '12.50');
  const ben = await open('ben');
  await signUp(ben, 'ben');
  const plain = await open('plain', PLAIN);
  await plain.goto('/sign-in?back=/orders');
  await plain.getByLabel('E-mail address').fill('ben@example.org');
  await plain.getByLabel('Password').fill('not his password');
  await plain.getByRole('button', { name: 'Sign in' }).click();
  await expect(plain.getByText('the e-mail address or the password is wrong')).toBeVisible();
  await plain.getByRole('link', { name: 'Go back' }).click();
  await plain.getByLabel('E-mail address').fill('ben@example.org');
  await plain.getByLabel('Password').fill(PASSWORD);
  await plain.getByRole('button', { name: 'Sign in' }).click();
  await expect(plain.getByText('You bought nothing yet')).toBeVisible();

  await plain.goto(show);
  await plain.getByRole('link', { name: /Details/ }).click();
  await plain.getByRole('button', { name: 'Hold 1 ticket and pay' }).click();
  await expect(plain.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();
  await plain.getByRole('button', { name: 'Give the tickets back' }).click();
  await expect(plain.getByRole('heading', { name: 'Order cancelled' })).toBeVisible();

  await plain.getByRole('button', { name: 'Sign out' }).click();
  await expect(plain.getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('without script an address is confirmed, a password is recovered, and an account is closed', async ({ open, site }) => {
  const ben = await open('ben', PLAIN);
  const email = 'ben@example.org';
  await ben.goto('/sign-up');
  await ben.getByLabel('E-mail address').fill(email);
  await ben.getByLabel('Password').fill(PASSWORD);
  await ben.getByRole('button', { name: 'Create account' }).click();
  await ben.getByRole('link', { name: email }).click();
  await expect(ben.getByText('Not confirmed yet')).toBeVisible();
  // Without script, nothing reads the fragment of the link: the mail names the code as well.
  const code = async (page) => (await mailWithLink(site, email, page)).path.split('#')[1];
  await ben.goto('/verify');
  await ben.getByLabel('Code from the mail').fill(await code('verify'));
  await ben.getByRole('button', { name: 'Confirm' }).click();
  await expect(ben.getByRole('heading', { name: 'E-mail address confirmed' })).toBeVisible();
  await ben.getByRole('link', { name: 'To your account' }).click();
  await expect(ben.getByText('Confirmed', { exact: true })).toBeVisible();

  // A wrong password is explained, and the right one changes it.
  const change = async (current, password) => {
    await ben.getByText('Change password').first().click();
    await ben.getByLabel('Current password').fill(current);
    await ben.getByLabel('New password').fill(password);
    await ben.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not his password', 'lantern foxes at noon');
  await expect(ben.getByText('the e-mail address or the password is wrong')).toBeVisible();
  await ben.getByRole('link', { name: 'Go back' }).click();
  await change(PASSWORD, 'lantern foxes at noon');
  await expect(ben.getByText('Your password is changed.')).toBeVisible();

  await ben.getByRole('button', { name: 'Sign out', exact: true }).click();
  await ben.getByRole('link', { name: 'Sign in' }).click();
  await ben.getByRole('link', { name: 'Forgot your password?' }).click();
  await ben.getByLabel('E-mail address').fill(email);
  await ben.getByRole('button', { name: 'Send the link' }).click();
  await expect(ben.getByText('the link is on its way')).toBeVisible();
  await ben.goto('/reset');
  await ben.getByLabel('Code from the mail').fill(await code('reset'));
  await ben.getByLabel('New password').fill('short');
  await ben.getByRole('button', { name: 'Set password' }).click();
  await expect(ben.getByText('at least 8 characters')).toBeVisible();
  await ben.getByRole('link', { name: 'Go back' }).click();
  await ben.getByLabel('Code from the mail').fill(await code('reset'));
  await ben.getByLabel('New password').fill('night tram to the harbour');
  await ben.getByRole('button', { name: 'Set password' }).click();
  await ben.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await ben.getByLabel('E-mail address').fill(email);
  await ben.getByLabel('Password').fill('night tram to the harbour');
  await ben.getByRole('button', { name: 'Sign in' }).click();

  await ben.getByRole('link', { name: email }).click();
  await ben.getByText('What happens then').click();
  await ben.locator('#close-password').fill('night tram to the harbour');
  await ben.getByRole('button', { name: 'Close my account for good' }).click();
  await expect(ben.getByText('Your account is closed.')).toBeVisible();
  await expect(ben.getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('input from before hydration is kept', async ({ open }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-3', '20');
  let release;
  const released = new Promise((done) => (release = done));
  await ben.route('**/*.wasm', async (route) => {
    await released;
    await route.continue();
  });

  await ben.goto('/');
  await ben.getByLabel('Search').fill('nothing fits');
  const [seats, sign] = [await ben.context().newPage(), await ben.context().newPage()];
  for (const page of [seats, sign]) {
    page.t = ben.t;
    await page.route('**/*.wasm', async (route) => {
      await released;
      await route.continue();
    });
  }
  await seats.goto(show);
  await seat(seats, 2).check();
  await sign.goto('/sign-in');
  await sign.getByLabel('E-mail address').fill('ann@example.org');
  await sign.getByLabel('Password').fill(PASSWORD);
  release();
  for (const page of [ben, seats, sign]) {
    await page.bringToFront();
    await waitUntilHydrated(page);
  }

  await expect(ben).toHaveURL(/search=nothing/);
  await expect(ben.getByText('No show fits')).toBeVisible();
  await expect(seat(seats, 2)).toBeChecked();
  await expect(seats.getByRole('button', { name: 'Hold 1 ticket and pay' })).toBeEnabled();
  await sign.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(sign.getByText('ann@example.org')).toBeVisible();
});
