// Every page: a silent console, nothing wider than the screen, readable without script.
import { waitUntilHydrated, createShow, expect, hold, pay, signUp, test } from './site.js';

const STRANGER = [
  '/', '/?search=nothing+fits', '/sell', '/selling', '/orders', '/sign-in?back=/orders', '/sign-up', '/account', '/forgot',
  '/verify#0a0b', '/reset#0a0b',
];

/** Sets `window.prewarmed` on the pages of this browser once their worker has prewarmed the client. */
function recordPrewarm(page) {
  return page.addInitScript(() => {
    window.Worker = class extends Worker {
      constructor(...settings) {
        super(...settings);
        this.addEventListener('message', () => (window.prewarmed = true));
      }
    };
  });
}

for (const [width, scheme] of [[390, 'light'], [390, 'dark'], [1280, 'light'], [1280, 'dark']]) {
  test(`every page fits ${width} px, ${scheme}`, async ({ open }, info) => {
    const options = { viewport: { width, height: 844 }, colorScheme: scheme };
    const [ann, ben, eve] = [await open('ann', options), await open('ben', options), await open('eve', options)];
    for (const page of [ann, ben, eve]) await recordPrewarm(page);
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'The Long Note 🎸', '12-15', '19.99');
    await ann.goto(show);
    const ticket = await ann.getByRole('link', { name: /Details/ }).last().getAttribute('href');
    // Two orders: one is held, and one is paid, so that there are proceeds.
    await signUp(ben, 'ben');
    const orders = [];
    for (const number of ['12', '13']) {
      await ben.goto(show);
      await waitUntilHydrated(ben);
      await hold(ben, [number]);
      orders.push(new URL(ben.url()).pathname);
    }
    await pay(ben, '4242 4242 4242 4242');
    await expect(ben.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();

    const passes = async () => (await (await ben.request.get('/api/passes')).json()).items;
    await expect.poll(async () => (await passes()).length).toBe(1);
    const pass = `/passes/${(await passes())[0].id}`;
    const door = show.replace('/shows/', '/door/');
    const unknown = ['/nowhere', '/shows/42', '/orders/42', '/gifts/42', '/passes/42'];
    const visits = [
      ...[...STRANGER, show, ticket, ...unknown].map((path) => [eve, 'out', path]),
      ...['/', '/sell', `/sell?show=${show.split('/')[2]}`, '/selling', '/orders', '/account', show, ticket, door].map((path) => [ann, 'in', path]),
      ...[show, ...orders, '/tickets', pass, '/gifts/42'].map((path) => [ben, 'in-ben', path]),
    ];
    for (const [page, who, path] of visits) {
      await page.goto(path);
      await waitUntilHydrated(page);
      expect(await page.evaluate(() => window.prewarmed), `${path} was not prewarmed`).toBe(true);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, `${path} is too wide`).toBeLessThanOrEqual(0);
      const name = `${who}${path.replaceAll(/[^a-z]+/gi, '-')}`.slice(0, 50);
      await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
    }
  });
}

test('home, show and ticket are readable without script', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'Without Script', '1', '12.50');
  const eve = await open('eve', { javaScriptEnabled: false });

  await eve.goto('/');
  await eve.getByLabel('Search').fill('without');
  await eve.getByRole('button', { name: 'Find shows' }).click();
  await eve.getByRole('link', { name: 'Without Script' }).click();
  await expect(eve).toHaveURL(new RegExp(show));
  await expect(eve.getByText('€12.50')).toBeVisible();
  await eve.getByRole('link', { name: /Details/ }).click();
  await expect(eve.getByRole('heading', { name: 'Without Script' })).toBeVisible();
  await expect(eve.getByText('€12.50').first()).toBeVisible();
});

test('signing in leads back, and wrong credentials show a message', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await ann.getByRole('button', { name: 'Sign out' }).click();
  await expect(ann.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await ann.goto('/orders');
  await waitUntilHydrated(ann);
  await ann.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await ann.getByLabel('E-mail address').fill('ann@example.org');
  await ann.getByLabel('Password').fill('not her password');
  await ann.getByRole('button', { name: 'Sign in' }).click();
  await expect(ann.getByText('the e-mail address or the password is wrong')).toBeVisible();
  await ann.getByLabel('Password').fill('a password of hers');
  await ann.getByRole('button', { name: 'Sign in' }).click();
  await expect(ann).toHaveURL(/\/orders$/);
  await expect(ann.getByText('You bought nothing yet')).toBeVisible();
});

test('a page hydrates even if no worker can prewarm it', async ({ open }) => {
  const [ben, eve] = [await open('ben'), await open('eve')];
  await ben.addInitScript(() => delete window.Worker);
  await eve.addInitScript(() => {
    window.Worker = class extends Worker {
      constructor(address, options) {
        super(`${address}.gone`, options);
      }
    };
  });

  for (const page of [ben, eve]) {
    await page.goto('/');
    await waitUntilHydrated(page);
  }
});
