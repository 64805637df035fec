// A browser with many tabs: one connection for live updates, and a session that ends in another tab.
import { countdown, createShow, expect, freePort, hold, pay, seat, signUp, test, waitUntilHydrated } from './site.js';

const METRICS_PORT = await freePort();

/** How many live feeds the server serves now. */
async function openFeeds() {
  const metrics = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`).then((response) => response.text());
  return Number(metrics.match(/^live_feeds_open (\d+)/m)?.[1] ?? 0);
}

/** Tells a page that its tab is hidden or seen. Headless browsers show all their tabs. */
function show(page, visible) {
  return page.evaluate((seen) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: !seen });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: seen ? 'visible' : 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);
}

test.describe('the live feed', () => {
  test.skip(Boolean(process.env.TICKETING_CLUSTER), 'the processes of a cluster cannot share one address for metrics');
  test.use({ settings: { METRICS: `127.0.0.1:${METRICS_PORT}` } });

  for (const [name, withoutSharedWorkers] of [['of a browser', false], ['of a browser without shared workers', true]]) {
    test(`${name} leaves room for the next tab`, async ({ open }) => {
      const ann = await open('ann');
      await signUp(ann, 'ann');
      const shows = [];
      for (const title of ['First', 'Second', 'Third']) shows.push(await createShow(ann, title, '1-2', '20'));
      const ben = await open('ben');
      if (withoutSharedWorkers) await ben.context().addInitScript(() => delete window.SharedWorker);
      await ann.close();
      const tabs = [];
      for (const path of [...shows, ...shows]) {
        const tab = await ben.context().newPage();
        await tab.goto(path);
        await waitUntilHydrated(tab);
        // Without shared workers each tab has a feed while it is seen, and only one is.
        if (withoutSharedWorkers) for (const other of tabs) await show(other, false);
        tabs.push(tab);
      }

      const begun = Date.now();
      await ben.goto(shows[0]);
      await expect(ben.getByRole('heading', { name: 'First' })).toBeVisible();
      expect(Date.now() - begun).toBeLessThan(1_000);
      if (withoutSharedWorkers) for (const tab of tabs) await show(tab, false);
      await expect.poll(openFeeds, { timeout: 15_000 }).toBe(1);
    });
  }

  test('reaches every tab, and a tab that is seen again has missed nothing', async ({ open }) => {
    const ann = await open('ann');
    await signUp(ann, 'ann');
    const [first, second] = [await createShow(ann, 'First', '1-2', '20'), await createShow(ann, 'Second', '1-2', '20')];
    // A page without a feed.
    await ann.goto('/');
    const eve = await open('eve');
    const other = await eve.context().newPage();
    for (const [tab, path] of [[eve, first], [other, second]]) {
      await tab.goto(path);
      await waitUntilHydrated(tab);
    }
    const ben = await open('ben');
    await signUp(ben, 'ben');
    const holdOne = async (path, number) => {
      await ben.goto(path);
      await waitUntilHydrated(ben);
      await hold(ben, [number]);
    };

    await holdOne(first, '1');
    await expect(eve.getByText('Someone is paying')).toBeVisible({ timeout: 2_000 });
    await expect(other.getByText('Someone is paying')).toHaveCount(0);
    await show(other, false);
    await holdOne(second, '1');
    await expect.poll(openFeeds).toBeGreaterThan(0);
    await show(other, true);
    await expect(other.getByText('Someone is paying')).toBeVisible({ timeout: 2_000 });

    for (const tab of [eve, other]) await show(tab, false);
    await ben.goto('/');
    await expect.poll(openFeeds, { timeout: 15_000 }).toBe(0);
  });

  test('a selection survives that its tab was hidden', async ({ open }) => {
    const ann = await open('ann');
    await signUp(ann, 'ann');
    const path = await createShow(ann, 'First', '1-3', '20');
    const ben = await open('ben');
    await ben.goto(path);
    await waitUntilHydrated(ben);
    await seat(ben, 2).check();

    await show(ben, false);
    const relisted = ben.waitForResponse((response) => new URL(response.url()).pathname.endsWith('/tickets'));
    await show(ben, true);
    await relisted;

    await expect(seat(ben, 2)).toBeChecked();
  });
});

test('an order whose session ended in another tab asks to sign in again, and shows nothing to others', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const path = await createShow(ann, 'Shared Machine', '1-2', '20');
  const ben = await open('ben');
  await signUp(ben, 'ben');
  await ben.goto(path);
  await waitUntilHydrated(ben);
  await hold(ben, ['1']);
  await waitUntilHydrated(ben);
  const order = new URL(ben.url()).pathname;
  const other = await ben.context().newPage();
  other.t = ben.t;
  await other.goto('/');
  await waitUntilHydrated(other);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other.getByRole('link', { name: 'Sign in' })).toBeVisible();

  await pay(ben, '4242 4242 4242 4242');

  await expect(ben.getByText('You were signed out meanwhile')).toBeVisible();
  expect(await countdown(ben), 'there is time left').toBeGreaterThan(0);
  const again = ben.getByRole('link', { name: 'Sign in again' });
  expect(new URL(await again.getAttribute('href'), ben.url()).searchParams.get('back')).toBe(order);

  await signUp(other, 'eve');
  await expect(ben.getByRole('heading', { name: 'This belongs to somebody else' })).toBeVisible({ timeout: 10_000 });
  await expect(ben.getByText('Shared Machine')).toHaveCount(0);
});
