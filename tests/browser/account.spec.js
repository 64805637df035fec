// An account from its first mail to its end, in every language: the mails are read from the site's folder.
import { readFileSync } from 'node:fs';
import { expect, mailWithLink, mailsTo, PASSWORD, signUp, test, waitUntilHydrated } from './site.js';
import { LANGUAGES } from './messages.js';

const EMAIL = 'ann@example.org';
const NEW_EMAIL = 'anne@example.org';
const NEW_PASSWORD = 'lantern foxes at noon';
const LAST_PASSWORD = 'night tram to the harbour';

/** Opens a page and waits until it is interactive. */
async function visit(page, path) {
  await page.goto(path);
  await waitUntilHydrated(page);
}

async function signIn(page, email, password) {
  await visit(page, '/sign-in');
  await page.getByLabel(page.t('email')).fill(email);
  await page.getByLabel(page.t('password')).fill(password);
  await page.getByRole('main').getByRole('button', { name: page.t('sign-in') }).click();
}

/** A field by its whole label: several labels contain the word for password. */
function field(page, name) {
  return page.getByLabel(page.t(name), { exact: true });
}

/** The part of the account page with that form, opened. */
async function form(page, action) {
  const found = page.locator(`form[action="/forms/${action}"]`);
  const details = page.locator('details').filter({ has: found });
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  return found;
}

/** Confirms an address with a mailed link. */
async function confirm(page, path) {
  await visit(page, path);
  // The secret leaves the address at once.
  await expect(page).toHaveURL(/\/verify$/);
  await page.getByRole('button', { name: page.t('verify-button'), exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: page.t('verified-title') })).toBeFocused();
}

/** The badge of the address on the account page. */
function badge(page, name) {
  return page.locator('section[aria-labelledby=address] .badge').getByText(page.t(name), { exact: true });
}

for (const language of LANGUAGES) {
  test(`an account is proved, guarded, recovered and closed, in ${language}`, async ({ open, site }) => {
    test.setTimeout(240_000);
    const ann = await open('ann', { locale: language, acceptDownloads: true });
    const { t } = ann;
    await signUp(ann, 'ann');

    await test.step('the address is confirmed with the mailed link, once', async () => {
      await visit(ann, '/account');
      await expect(ann.getByText(t('unverified-words', { email: EMAIL }))).toBeVisible();
      await expect(badge(ann, 'unverified')).toBeVisible();
      const mail = await mailWithLink(site, EMAIL, 'verify');
      await visit(ann, mail.path);
      await visit(ann, '/account');
      await expect(badge(ann, 'unverified'), 'opening the link changes nothing').toBeVisible();
      await confirm(ann, mail.path);
      await ann.getByRole('link', { name: t('to-account') }).click();
      await expect(badge(ann, 'verified')).toBeVisible();
      await expect(ann.getByText(t('send-link-again'))).toHaveCount(0);

      await visit(ann, mail.path);
      await ann.getByRole('button', { name: t('verify-button'), exact: true }).click();
      await expect(ann.getByRole('alert')).toHaveText(t('error-link-invalid'));
    });

    const phone = await open('phone', { locale: language });
    await test.step('another device is seen, and signed out', async () => {
      await signIn(phone, EMAIL, PASSWORD);
      await expect(phone.getByText(EMAIL)).toBeVisible();
      await visit(ann, '/account');
      const sessions = ann.locator('section[aria-labelledby=sessions] li');
      await expect(sessions).toHaveCount(2);
      await expect(sessions.filter({ hasText: t('this-device') })).toHaveCount(1);
      await sessions.getByRole('button').click();
      await expect(sessions).toHaveCount(1);
      await visit(phone, '/account');
      await expect(phone.getByText(t('sign-in-for-account'))).toBeVisible();
    });

    await test.step('a changed password signs every other device out', async () => {
      await signIn(phone, EMAIL, PASSWORD);
      await expect(phone.getByText(EMAIL)).toBeVisible();
      await visit(ann, '/account');
      const change = await form(ann, 'change-password');
      await field(ann, 'current-password').fill('not her password');
      await field(ann, 'new-password').fill(NEW_PASSWORD);
      await change.getByRole('button', { name: t('change-password') }).click();
      await expect(change.getByText(t('wrong-password'))).toBeVisible();
      await expect(field(ann, 'current-password')).toBeFocused();
      await field(ann, 'current-password').fill(PASSWORD);
      await change.getByRole('button', { name: t('change-password') }).click();
      await expect(change.getByText(t('password-changed'))).toBeVisible();
      const events = ann.locator('section[aria-labelledby=activity]');
      await expect(events.getByText(t('security-event', { kind: 'password_changed' })).first()).toBeVisible();
      await visit(phone, '/account');
      await expect(phone.getByText(t('sign-in-for-account'))).toBeVisible();
    });

    await test.step('a new address counts once it is confirmed', async () => {
      await visit(ann, '/account');
      const change = await form(ann, 'change-email');
      await field(ann, 'new-email').fill(NEW_EMAIL);
      await change.locator('#email-password').fill(NEW_PASSWORD);
      await change.getByRole('button', { name: t('change-email') }).click();
      await expect(change.getByText(t('email-change-sent'))).toBeVisible();
      await expect(badge(ann, 'verified')).toBeVisible();
      const mail = await mailWithLink(site, NEW_EMAIL, 'verify');
      await confirm(ann, mail.path);
      await expect(ann.getByRole('navigation').first().getByText(NEW_EMAIL)).toBeVisible();
    });

    await test.step('a forgotten password is set with the mailed link, and every session ends', async () => {
      await visit(phone, '/sign-in');
      await phone.getByRole('link', { name: t('forgot-password') }).click();
      for (const address of ['nobody@example.org', NEW_EMAIL]) {
        await visit(phone, '/forgot');
        await phone.getByLabel(t('email')).fill(address);
        await phone.getByRole('button', { name: t('send-link') }).click();
        await expect(phone.getByText(t('forgot-sent'))).toBeVisible();
      }
      const mail = await mailWithLink(site, NEW_EMAIL, 'reset');
      expect(mailsTo(site, 'nobody@example.org')).toEqual([]);
      await visit(phone, mail.path);
      await expect(phone).toHaveURL(/\/reset$/);
      await field(phone, 'new-password').fill('password1');
      await phone.getByRole('button', { name: t('reset-button') }).click();
      await expect(phone.getByText(t('flaw-common-password'))).toBeVisible();
      await field(phone, 'new-password').fill(LAST_PASSWORD);
      await phone.getByRole('button', { name: t('reset-button') }).click();
      await expect(phone.getByRole('heading', { level: 1, name: t('reset-done-title') })).toBeFocused();
      await visit(ann, '/account');
      await expect(ann.getByText(t('sign-in-for-account'))).toBeVisible();
      // From another page: an address that differs in its fragment alone loads nothing.
      await visit(phone, '/');
      await visit(phone, mail.path);
      await field(phone, 'new-password').fill(LAST_PASSWORD);
      await phone.getByRole('button', { name: t('reset-button') }).click();
      await expect(phone.getByRole('alert')).toHaveText(t('error-link-invalid'));
      await signIn(ann, NEW_EMAIL, LAST_PASSWORD);
      await expect(ann.getByText(NEW_EMAIL)).toBeVisible();
    });

    await test.step('the data are downloaded, and the account is closed', async () => {
      await visit(ann, '/account');
      const waiting = ann.waitForEvent('download');
      await ann.getByRole('link', { name: t('download-data') }).click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe('ticketing-account.json');
      const exported = JSON.parse(readFileSync(await download.path(), 'utf8'));
      expect(exported.account.user.email).toBe(NEW_EMAIL);
      expect(exported.account.language).toBe(language);

      const close = await form(ann, 'close-account');
      await close.locator('#close-password').fill('not her password');
      await close.getByRole('button', { name: t('close-account-yes') }).click();
      await expect(close.getByText(t('wrong-password'))).toBeVisible();
      await close.locator('#close-password').fill(LAST_PASSWORD);
      await close.getByRole('button', { name: t('close-account-yes') }).click();
      await expect(ann.getByText(t('account-closed'))).toBeVisible();
      await signIn(ann, NEW_EMAIL, LAST_PASSWORD);
      await expect(ann.getByText(t('error-wrong-credentials'))).toBeVisible();
    });
  });
}

test('signing up with the address of another account looks like any other sign-up', async ({ open, site }) => {
  const [ann, eve] = [await open('ann'), await open('eve')];
  await signUp(ann, 'ann');
  await visit(ann, '/account');
  await confirm(ann, (await mailWithLink(site, EMAIL, 'verify')).path);

  await visit(eve, '/sign-up');
  await eve.getByLabel('E-mail address').fill(EMAIL);
  await eve.getByLabel('Password').fill('a password of eve');
  await eve.getByRole('button', { name: 'Create account' }).click();

  await expect(eve.getByText(EMAIL)).toBeVisible();
  await visit(eve, '/account');
  await expect(badge(eve, 'unverified')).toBeVisible();
  await signIn(ann, EMAIL, PASSWORD);
  await visit(ann, '/account');
  await expect(badge(ann, 'verified')).toBeVisible();
});

test('a seller is reminded to confirm the address, and can have the link sent again', async ({ open, site }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const first = await mailWithLink(site, EMAIL, 'verify');
  expect(first.subject).not.toBe('');

  await visit(ann, '/sell');
  await ann.getByRole('button', { name: 'Send the link again' }).click();

  await expect(ann.getByText('The link is on its way.')).toBeVisible();
});

test('a password can be shown and pasted, and says when it is long enough', async ({ open }) => {
  const ann = await open('ann');
  await visit(ann, '/sign-up');
  const password = ann.getByLabel('Password');
  await expect(password).toHaveAttribute('autocomplete', 'new-password');
  await expect(ann.getByLabel('E-mail address')).toHaveAttribute('autocomplete', 'username');
  const length = ann.getByText('At least 8 characters');

  await password.fill('1234567');
  await expect(length).not.toHaveClass('met');
  await password.fill('12345678');
  await expect(length).toHaveClass('met');

  await ann.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await ann.getByRole('button', { name: 'Hide', exact: true }).click();
  await expect(password).toHaveAttribute('type', 'password');
  await ann.getByLabel('E-mail address').fill('copied from a manager');
  await ann.keyboard.press('Control+A');
  await ann.keyboard.press('Control+C');
  await password.focus();
  await ann.keyboard.press('Control+A');
  await ann.keyboard.press('Control+V');
  await expect(password).toHaveValue('copied from a manager');
});
