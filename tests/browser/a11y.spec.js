// Every page in every state, as people meet it who read with their ears, with large letters or with a small screen.
import AxeBuilder from '@axe-core/playwright';
import { alive, announce, expect, hold, pay, seat, signUp, test } from './site.js';

// Whatever is not there within this time is missing, and what was found until then is told.
test.use({ actionTimeout: 10_000 });

const GOOD = '4242 4242 4242 4242';
const DECLINED = '4000 0000 0000 0002';
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** The least that a finger needs, in CSS pixels. */
const TARGET = 24;

/** What axe finds on a page, one line for each rule and place. */
async function violations(page) {
  const { violations: found } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return found.flatMap((rule) => rule.nodes.map((node) => {
    const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ');
    return `${rule.id}: ${node.target.join(' ')}: ${why}`;
  }));
}

/** The links, buttons and fields that are too small to hit. A link inside a sentence may be as high as its line. */
async function smallTargets(page) {
  return page.evaluate((least) => {
    const inSentence = (element) => {
      if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false;
      const around = element.closest('p, li, dd, td, .about')?.textContent.trim() ?? '';
      return around.length > element.textContent.trim().length;
    };
    // What a label belongs to is hit through the label, too; a link may be spread over the card that it stands in.
    const hit = (element) => {
      const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
      const spread = getComputedStyle(element, '::after');
      if (spread.content !== 'none' && spread.position === 'absolute') {
        boxes.push({ width: parseFloat(spread.width), height: parseFloat(spread.height) });
      }
      return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
    };
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.type !== 'hidden')
      .filter((element) => !element.matches('.skip:not(:focus)') && !inSentence(element))
      .map((element) => ({ element, ...hit(element) }))
      .filter(({ width, height }) => width < least - 0.01 || height < least - 0.01)
      .map(({ element, width, height }) => `${element.outerHTML.slice(0, 100)} is ${Math.round(width)}x${Math.round(height)}`);
  }, TARGET);
}

/** What sticks out at the side of a page, where one would have to scroll. */
async function sideways(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > wide + 1);
    return [`${document.documentElement.scrollWidth} px`, ...out.map((element) => element.outerHTML.slice(0, 80)).slice(-3)];
  });
}

/** Looks at a page as it is; `found` gathers what is wrong. */
function byAxe(found) {
  return async (state, page) => {
    const headings = await page.locator('h1').count();
    if (headings !== 1) found.push(`${state}: ${headings} main headings`);
    for (const line of await violations(page)) found.push(`${state}: ${line}`);
  };
}

function bySize(found) {
  return async (state, page) => {
    for (const line of await sideways(page)) found.push(`${state}: sticks out: ${line}`);
    for (const line of await smallTargets(page)) found.push(`${state}: small: ${line}`);
  };
}

/** Goes somewhere, waits until that can be read there, and looks. What one service did, another hears a moment later. */
async function visit(look, page, state, path, text) {
  await expect(async () => {
    await page.goto(path);
    await alive(page);
    await expect(page.getByText(text).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await look(state, page);
}

/** What somebody sees who is not signed in. */
async function asStranger(look, eve, { show, ticket }) {
  await visit(look, eve, 'home', '/', 'The Long Note');
  await visit(look, eve, 'home, nothing found', '/?search=nothing+fits', 'No show fits');
  await visit(look, eve, 'sell, signed out', '/sell', 'Sign in to sell');
  await visit(look, eve, 'sales, signed out', '/selling', 'Sign in to see');
  await visit(look, eve, 'orders, signed out', '/orders', 'Sign in to see');
  await visit(look, eve, 'sign up', '/sign-up', 'One account buys and sells');
  await visit(look, eve, 'sign in', '/sign-in?back=/orders', 'New here?');
  await eve.getByLabel('E-mail address').fill('eve@example.org');
  await eve.getByLabel('Password').fill('not her password');
  await eve.getByRole('button', { name: 'Sign in' }).click();
  await expect(eve.getByRole('alert')).toBeVisible();
  await look('sign in, refused', eve);
  await visit(look, eve, 'show, signed out', show, 'Someone is paying');
  await seat(eve, 14).check();
  await eve.getByRole('button', { name: /^Hold 1 ticket/ }).click();
  await expect(eve.getByText('Sign in to hold these tickets')).toBeVisible();
  await look('show, signed out and told so', eve);
  await visit(look, eve, 'ticket of somebody', ticket, '€19.99');
  await visit(look, eve, 'nowhere', '/nowhere', 'There is nothing here');
}

/** What somebody sees who sells: first nothing, then a show and its tickets. */
async function announcing(look, ann) {
  await visit(look, ann, 'sales, none', '/selling', 'You sell nothing yet');
  await visit(look, ann, 'orders, none', '/orders', 'You bought nothing yet');
  await visit(look, ann, 'sell', '/sell', 'Or announce a new show');
  await ann.getByRole('button', { name: 'Announce show' }).click();
  await expect(ann.locator('[aria-invalid=true]').first()).toBeVisible();
  await look('sell, wrong field', ann);
  await ann.getByLabel('Find a show').fill('nothing fits');
  await ann.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(ann.getByText('Announce it with the other form')).toBeVisible();
  await look('sell, show not found', ann);
}

async function asSeller(look, ann, { show, ticket }) {
  await visit(look, ann, 'sell seats', `/sell?show=${show.split('/').pop()}`, 'Sell tickets for The Long Note');
  await ann.getByLabel('Price').fill('soon');
  await ann.getByRole('button', { name: /^List/ }).click();
  await expect(ann.locator('[aria-invalid=true]')).toBeVisible();
  await look('sell seats, wrong price', ann);
  await visit(look, ann, 'own show', show, 'You announced this show');
  await ann.getByRole('button', { name: 'Cancel this show' }).click();
  await expect(ann.getByRole('button', { name: 'Yes, cancel the show' })).toBeVisible();
  await look('own show, cancelling asked', ann);
  await visit(look, ann, 'own ticket', ticket, 'This is your ticket');
  await ann.getByLabel('Price').fill('-5');
  await ann.getByRole('button', { name: 'Change price' }).click();
  await expect(ann.locator('[aria-invalid=true]')).toBeVisible();
  await look('own ticket, wrong price', ann);
}

/** What somebody sees who buys; answers with the addresses of a held and a paid order. */
async function asBuyer(look, ben, { show }) {
  const at = () => new URL(ben.url()).pathname;
  await ben.goto(show);
  await alive(ben);
  await hold(ben, ['13']);
  await ben.getByRole('button', { name: 'Give the tickets back' }).click();
  await expect(ben.getByRole('heading', { name: 'Order cancelled' })).toBeVisible();
  await look('order, cancelled', ben);

  await ben.goto(show);
  await alive(ben);
  await seat(ben, 12).check();
  await look('show, seat chosen', ben);
  await ben.getByRole('button', { name: 'Have the card ready before the clock starts' }).click();
  await expect(ben.getByLabel('Card number')).toBeVisible();
  await look('show, card asked', ben);
  await ben.getByLabel('Card number').fill(GOOD);
  await ben.getByRole('button', { name: 'Use this card' }).click();
  await expect(ben.getByText('You can pay with the card ending 4242')).toBeVisible();
  await look('show, card ready', ben);
  await ben.getByRole('button', { name: 'Forget this card' }).click();
  await ben.getByRole('button', { name: /^Hold 1 ticket/ }).click();
  await expect(ben.getByLabel('Card number')).toBeVisible();
  await look('order, held', ben);
  await pay(ben, '4111 1111 1111 1111');
  await expect(ben.locator('[aria-invalid=true]')).toBeVisible();
  await look('order, wrong card', ben);
  await pay(ben, DECLINED);
  await expect(ben.getByText('the card was declined')).toBeVisible();
  await look('order, declined', ben);
  await pay(ben, GOOD);
  await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
  await look('order, complete', ben);
  const complete = at();

  await ben.goto(show);
  await alive(ben);
  await hold(ben, ['13']);
  await visit(look, ben, 'orders', '/orders', 'Waits for payment');
  return { complete };
}

/** What is seen after something was sold, given back and cancelled. */
async function afterwards(look, { ann, ben, eve }, { show, ticketOf, complete }) {
  await visit(look, ann, 'sales, sold', '/selling', 'Held until after the show');
  await ann.locator('summary').click();
  await ann.getByRole('button', { name: /^Give the money back/ }).click();
  await expect(ann.getByRole('button', { name: 'Yes, give it back' })).toBeVisible();
  await look('sales, giving back asked', ann);
  await visit(look, ann, 'own ticket, sold', ticketOf, 'This ticket is sold');
  await visit(look, ann, 'order of somebody else', complete, 'This belongs to somebody else');
  await ann.goto(show);
  await alive(ann);
  await ann.getByRole('button', { name: 'Cancel this show' }).click();
  await ann.getByRole('button', { name: 'Yes, cancel the show' }).click();
  await expect(ann.getByText('This show is cancelled.')).toBeVisible();
  await look('own show, cancelled', ann);
  await visit(look, eve, 'show, cancelled', show, 'This show is cancelled.');
  await visit(look, ben, 'order, refunded', complete, 'Order refunded');
  await visit(look, ben, 'orders, refunded', '/orders', 'Refunded');
}

/** Lives through everything that can happen on the site, and looks at each state of each page. */
async function everyState(open, options, look) {
  const [ann, ben, eve] = [await open('ann', options), await open('ben', options), await open('eve', options)];
  await signUp(ann, 'ann');
  await announcing(look, ann);
  const show = await announce(ann, 'The Long Note', '12-15', '19.99');
  await look('sales, on sale', ann);
  await ann.goto(show);
  const addressOf = (number) => ann.getByRole('link', { name: new RegExp(`Details.*Seat ${number}$`) }).getAttribute('href');
  const ticket = await addressOf(15);
  const ticketOf = await addressOf(12);
  await asSeller(look, ann, { show, ticket });
  await signUp(ben, 'ben');
  const { complete } = await asBuyer(look, ben, { show });
  await asStranger(look, eve, { show, ticket });

  const empty = await announce(ann, 'Sold Out', '1', '5');
  await ann.goto(empty);
  await ann.getByRole('link', { name: /Details/ }).click();
  await alive(ann);
  await ann.getByRole('button', { name: 'Withdraw from sale' }).click();
  await expect(ann.getByText('You took this ticket off sale')).toBeVisible();
  await look('own ticket, withdrawn', ann);
  await visit(look, eve, 'show, no tickets', empty, 'No tickets right now');
  await afterwards(look, { ann, ben, eve }, { show, ticketOf, complete });
}

for (const colorScheme of ['light', 'dark']) {
  test(`nothing on any page is in anybody's way, ${colorScheme}`, async ({ open }) => {
    test.setTimeout(300_000);
    const found = [];
    // Colours are looked at as they are when nothing moves any more.
    try {
      await everyState(open, { colorScheme, reducedMotion: 'reduce' }, byAxe(found));
    } finally {
      expect.soft(found, 'axe finds nothing').toEqual([]);
    }
  });
}

for (const [words, options] of [
  ['320 px', { viewport: { width: 320, height: 640 } }],
  ['at 200 % zoom', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
]) {
  test(`every page fits ${words}, and everything on it can be hit`, async ({ open }) => {
    test.setTimeout(300_000);
    const found = [];
    try {
      await everyState(open, options, bySize(found));
    } finally {
      expect.soft(found, 'nothing sticks out or is too small').toEqual([]);
    }
  });
}

test.describe('with a short hold', () => {
  test.use({ settings: { HOLD_SECONDS: '3' } });

  test('an order whose time ran out is in nobody\'s way', async ({ open }) => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    await signUp(ann, 'ann');
    const show = await announce(ann, 'A Short Hold', '1', '30');
    await signUp(ben, 'ben');
    await ben.goto(show);
    await alive(ben);
    await hold(ben, ['1']);
    await expect(ben.getByRole('heading', { name: 'The time ran out' })).toBeVisible({ timeout: 15_000 });
    const found = [];
    for (const scheme of ['light', 'dark']) {
      await ben.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await byAxe(found)(`order, expired, ${scheme}`, ben);
    }
    await ben.setViewportSize({ width: 320, height: 640 });
    await bySize(found)('order, expired', ben);
    expect(found).toEqual([]);
  });
});
