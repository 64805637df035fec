// Brings every page into each of its states, in any language, and calls a check for each.
import { waitUntilHydrated, createShow, expect, hold, pay, seat, signUp } from './site.js';
import { euros, exactly } from './messages.js';

const GOOD = '4242 4242 4242 4242';
const DECLINED = '4000 0000 0000 0002';

/** Reloads a page until it contains a text, and checks it. Services learn of each other's changes a moment later. */
async function visit(look, page, state, path, text) {
  await expect(async () => {
    await page.goto(path);
    await waitUntilHydrated(page);
    await expect(page.getByText(text).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await look(state, page);
}

/** The pages that mails link to, and the one that asks for such a mail. */
async function withLinks(look, eve) {
  const { t } = eve;
  await visit(look, eve, 'account, signed out', '/account', t('sign-in-for-account'));
  await visit(look, eve, 'verify', '/verify#0a0b', t('verify-words'));
  await eve.getByRole('button', { name: t('verify-button'), exact: true }).click();
  await expect(eve.getByRole('alert')).toBeVisible();
  await look('verify, link too old', eve);
  await visit(look, eve, 'verify, done', '/verify?done=yes', t('verified-words'));
  await visit(look, eve, 'reset', '/reset#0a0b', t('reset-words'));
  await eve.getByLabel(t('new-password')).fill('short');
  await eve.getByRole('button', { name: t('reset-button') }).click();
  await expect(eve.locator('[aria-invalid=true]')).toBeVisible();
  await look('reset, short password', eve);
  await visit(look, eve, 'reset, done', '/reset?done=yes', t('reset-done'));
  await visit(look, eve, 'forgot', '/forgot', t('forgot-words'));
  await eve.getByLabel(t('email')).fill('eve@example.org');
  await eve.getByRole('button', { name: t('send-link') }).click();
  await expect(eve.getByText(t('forgot-sent'))).toBeVisible();
  await look('forgot, sent', eve);
}

/** The account page, with its forms closed and open. */
async function withAccount(look, ann) {
  const { t } = ann;
  await visit(look, ann, 'account', '/account', t('unverified'));
  for (const summary of await ann.locator('main summary').all()) await summary.click();
  await look('account, forms open', ann);
  const change = ann.locator('form[action="/forms/change-password"]');
  await change.getByLabel(t('current-password')).fill('not her password');
  await change.getByLabel(t('new-password')).fill('lantern foxes at noon');
  await change.locator('button[type=submit]').click();
  await expect(change.getByText(t('wrong-password'))).toBeVisible();
  await look('account, wrong password', ann);
}

/** The pages of a visitor who is not signed in. */
async function asStranger(look, eve, { show, ticket }) {
  const { t } = eve;
  await visit(look, eve, 'home', '/', 'The Long Note');
  await visit(look, eve, 'home, nothing found', '/?search=nothing+fits', t('no-show-fits'));
  await visit(look, eve, 'sell, signed out', '/sell', t('sign-in-to-sell'));
  await visit(look, eve, 'sales, signed out', '/selling', t('sign-in-for-sales'));
  await visit(look, eve, 'orders, signed out', '/orders', t('sign-in-for-orders'));
  await visit(look, eve, 'sign up', '/sign-up', t('one-account'));
  await visit(look, eve, 'sign in', '/sign-in?back=/orders', t('new-here'));
  await eve.getByLabel(t('email')).fill('eve@example.org');
  await eve.getByLabel(t('password')).fill('not her password');
  await eve.getByRole('main').getByRole('button', { name: t('sign-in') }).click();
  await expect(eve.getByRole('alert')).toBeVisible();
  await look('sign in, refused', eve);
  await withLinks(look, eve);
  await visit(look, eve, 'show, signed out', show, t('state-held'));
  await seat(eve, 14).check();
  await eve.getByRole('button', { name: t('hold-tickets', { count: 1 }) }).click();
  await expect(eve.getByText(t('sign-in-to-hold'))).toBeVisible();
  await look('show, signed out and told so', eve);
  await visit(look, eve, 'ticket of somebody', ticket, euros(eve.language, 19.99));
  await visit(look, eve, 'nowhere', '/nowhere', t('problem-not-found'));
}

/** The pages of a seller, before and after the first show. */
async function announcing(look, ann) {
  const { t } = ann;
  await visit(look, ann, 'sales, none', '/selling', t('no-sales'));
  await visit(look, ann, 'orders, none', '/orders', t('no-orders'));
  await visit(look, ann, 'sell', '/sell', t('announce-title'));
  await ann.getByRole('button', { name: t('announce') }).click();
  await expect(ann.locator('[aria-invalid=true]').first()).toBeVisible();
  await look('sell, wrong field', ann);
  await ann.getByLabel(t('find-show')).fill('nothing fits');
  await ann.getByRole('button', { name: t('find'), exact: true }).click();
  await expect(ann.getByText(t('find-nothing'))).toBeVisible();
  await look('sell, show not found', ann);
}

async function asSeller(look, ann, { show, ticket }) {
  const { t } = ann;
  await visit(look, ann, 'sell seats', `/sell?show=${show.split('/').pop()}`, t('sell-title', { show: 'The Long Note' }));
  await ann.getByLabel(t('price-of-each', { currency: 'EUR' })).fill('soon');
  await ann.locator('main form button[type=submit]').last().click();
  await expect(ann.locator('[aria-invalid=true]')).toBeVisible();
  await look('sell seats, wrong price', ann);
  await visit(look, ann, 'own show', show, t('you-announced'));
  await ann.getByRole('button', { name: t('cancel-show') }).click();
  await expect(ann.getByRole('button', { name: t('cancel-yes') })).toBeVisible();
  await look('own show, cancelling asked', ann);
  await visit(look, ann, 'own ticket', ticket, t('your-ticket'));
  await ann.getByLabel(t('price-in', { currency: 'EUR' })).fill('-5');
  await ann.getByRole('button', { name: t('change-price') }).click();
  await expect(ann.locator('[aria-invalid=true]')).toBeVisible();
  await look('own ticket, wrong price', ann);
}

/** The pages of a buyer. Returns the path of a paid order. */
async function asBuyer(look, ben, { show }) {
  const { t } = ben;
  const at = () => new URL(ben.url()).pathname;
  await ben.goto(show);
  await waitUntilHydrated(ben);
  await hold(ben, ['13']);
  await ben.getByRole('button', { name: t('give-back') }).click();
  await expect(ben.getByRole('heading', { name: t('order-cancelled') })).toBeVisible();
  await look('order, cancelled', ben);

  await ben.goto(show);
  await waitUntilHydrated(ben);
  await seat(ben, 12).check();
  await look('show, seat chosen', ben);
  await ben.getByRole('button', { name: t('card-first') }).click();
  await expect(ben.getByLabel(t('card-number'))).toBeVisible();
  await look('show, card asked', ben);
  await ben.getByLabel(t('card-number')).fill(GOOD);
  await ben.getByRole('button', { name: t('card-use') }).click();
  await expect(ben.getByText(t('card-ready-words', { card: t('card-ending', { digits: '4242' }) }))).toBeVisible();
  await look('show, card ready', ben);
  await ben.getByRole('button', { name: t('card-forget') }).click();
  await ben.getByRole('button', { name: t('hold-tickets', { count: 1 }) }).click();
  await expect(ben.getByLabel(t('card-number'))).toBeVisible();
  await look('order, held', ben);
  await pay(ben, '4111 1111 1111 1111');
  await expect(ben.locator('[aria-invalid=true]')).toBeVisible();
  await look('order, wrong card', ben);
  await pay(ben, DECLINED);
  await expect(ben.getByText(t('declined-generic'))).toBeVisible();
  await look('order, declined', ben);
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', { name: t('order-complete') })).toBeVisible();
  await look('order, complete', ben);
  const complete = at();

  await ben.goto(show);
  await waitUntilHydrated(ben);
  await hold(ben, ['13']);
  await visit(look, ben, 'orders', '/orders', t('order-state-held'));
  return { complete };
}

/** The pages of a ticket that is bought: its code, a gift, and the door. */
async function withPasses(look, { ann, ben, eve }, { show }) {
  const { t } = ann;
  await visit(look, ben, 'tickets', '/tickets', t('show-code'));
  await ben.getByRole('link', { name: t('show-code') }).click();
  await waitUntilHydrated(ben);
  await expect(ben.getByRole('img', { name: t('pass-code') })).toBeVisible();
  await look('ticket, code', ben);
  await ben.getByLabel(t('gift-address')).fill('nobody');
  await ben.getByRole('button', { name: t('gift-button'), exact: true }).click();
  await expect(ben.locator('[aria-invalid=true]')).toBeVisible();
  await look('ticket, wrong address', ben);
  const gift = '/gifts/018f0000-0000-7000-8000-000000000000';
  await visit(look, eve, 'tickets, signed out', '/tickets', t('sign-in-for-passes'));
  await visit(look, eve, 'gift, signed out', gift, t('gift-sign-in'));
  await visit(look, ben, 'gift, gone', gift, t('gift-for-you'));
  const door = show.replace('/shows/', '/door/');
  await visit(look, eve, 'door, signed out', door, t('door-gate'));
  await visit(look, ann, 'door', door, t('door-helpers'));
  await ann.locator('#door[data-started=true]').waitFor();
  await ann.getByRole('button', { name: t('door-start'), exact: true }).click();
  await expect(ann.getByText(t('door-online'), { exact: true })).toBeVisible();
  await ann.getByLabel(t('door-type')).fill('hello');
  await ann.getByLabel(t('door-type')).press('Enter');
  await expect(ann.getByRole('alert').filter({ hasText: t('door-unknown') })).toBeVisible();
  await look('door, no ticket', ann);
}

/** The pages after a sale, a refund and a cancellation. */
async function afterwards(look, { ann, ben, eve }, { show, ticketOf, complete }) {
  const { t } = ann;
  await visit(look, ann, 'sales, sold', '/selling', t('held-back'));
  await ann.locator('summary').click();
  await ann.getByRole('button', { name: exactly(t('refund-of', { seat: '§' }).split('§')[0].replace(/[\u2066-\u2069]/g, ''), { from: true }) }).click();
  await expect(ann.getByRole('button', { name: t('refund-yes') })).toBeVisible();
  await look('sales, giving back asked', ann);
  await visit(look, ann, 'own ticket, sold', ticketOf, t('edit-sold'));
  await visit(look, ann, 'order of somebody else', complete, t('problem-not-yours'));
  await ann.goto(show);
  await waitUntilHydrated(ann);
  await ann.getByRole('button', { name: t('cancel-show') }).click();
  await ann.getByRole('button', { name: t('cancel-yes') }).click();
  await expect(ann.getByText(t('cancelled-show'))).toBeVisible();
  await look('own show, cancelled', ann);
  await visit(look, eve, 'show, cancelled', show, t('cancelled-show'));
  await visit(look, ben, 'order, refunded', complete, t('order-refunded'));
  await visit(look, ben, 'orders, refunded', '/orders', t('order-state-refunded'));
}

/** Calls `look` for every state of every page. */
export async function everyState(open, options, look) {
  const [ann, ben, eve] = [await open('ann', options), await open('ben', options), await open('eve', options)];
  const { t } = ann;
  await signUp(ann, 'ann');
  await withAccount(look, ann);
  await announcing(look, ann);
  const show = await createShow(ann, 'The Long Note', '12-15', '19.99');
  await look('sales, on sale', ann);
  await ann.goto(show);
  const addressOf = (number) => ann.getByRole('link', { name: exactly(t('seat-number', { number }), { to: true }) }).getAttribute('href');
  const ticket = await addressOf(15);
  const ticketOf = await addressOf(12);
  await asSeller(look, ann, { show, ticket });
  await signUp(ben, 'ben');
  const { complete } = await asBuyer(look, ben, { show });
  await asStranger(look, eve, { show, ticket });
  await withPasses(look, { ann, ben, eve }, { show });

  const empty = await createShow(ann, 'Sold Out', '1', '5');
  await ann.goto(empty);
  await ann.getByRole('link', { name: exactly(t('seat-number', { number: 1 }), { to: true }) }).click();
  await waitUntilHydrated(ann);
  await ann.getByRole('button', { name: t('withdraw') }).click();
  await expect(ann.getByText(t('edit-withdrawn'))).toBeVisible();
  await look('own ticket, withdrawn', ann);
  await visit(look, eve, 'show, no tickets', empty, t('no-tickets'));
  await afterwards(look, { ann, ben, eve }, { show, ticketOf, complete });
}
