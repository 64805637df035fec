// The door: a camera that sees QR codes, two devices, and an hour without a network.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { messages } from './messages.js';
import config from './playwright.config.js';
import { createShow, expect, signUp, test, waitUntilHydrated } from './site.js';

/** Buys seats of a show by the API, and returns the ids and codes of their passes. */
async function buy(page, site, show, numbers) {
  const call = async (method, path, data) => {
    const response = await page.request.fetch(path, { method, data, headers: { origin: site.url } });
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true);
    return response.json();
  };
  const listed = (await call('GET', `/api${show}/tickets`)).items.filter(({ seat }) => numbers.includes(seat.seat));
  const total = listed.reduce((sum, { price }) => sum + price.minor, 0);
  const order = await call('POST', '/api/orders', { ticket_ids: listed.map(({ id }) => id), expected_total: { minor: total, currency: 'EUR' } });
  await call('POST', '/api/payments', { order_id: order.id, method: 'pm_card_visa' });
  const bought = async () => (await call('GET', '/api/passes')).items.filter((pass) => show.endsWith(pass.show.id) && numbers.includes(pass.seat.seat));
  await expect.poll(async () => (await bought()).length, { timeout: 20_000 }).toBe(numbers.length);
  return Promise.all((await bought()).map(async ({ id }) => ({ id, ...await call('GET', `/api/passes/${id}/code`) })));
}

/** Opens the door on a device, and waits until it has the list. */
async function openDoor(page, door, gate) {
  await page.goto(door);
  await waitUntilHydrated(page);
  await page.locator('#door[data-started=true]').waitFor();
  await page.getByLabel(page.t('door-gate')).fill(gate);
  await page.getByRole('button', { name: page.t('door-start'), exact: true }).click();
  await expect(page.getByText(page.t('door-online'), { exact: true })).toBeVisible();
}

/** Scans as a device that types, and returns what the door shows. */
async function scan(page, text, result) {
  await page.getByLabel(page.t('door-type')).fill(text);
  await page.getByLabel(page.t('door-type')).press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: page.t(result) })).toBeVisible();
}

test('the door tells the five kinds of codes apart, and an admission can be undone', async ({ open, site }) => {
  const [ann, ben, cem] = [await open('ann'), await open('ben'), await open('cem')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-4', '20');
  const other = await createShow(ann, 'The Short Note', '1-2', '20');
  await signUp(ben, 'ben');
  const [[bens], [elsewhere]] = [await buy(ben, site, show, ['1']), await buy(ben, site, other, ['1'])];
  await ben.goto(`/passes/${bens.id}`);
  await waitUntilHydrated(ben);
  await ben.getByRole('button', { name: ben.t('resell'), exact: true }).click();
  await expect(ben.getByText(ben.t('resell-change'))).toBeVisible();
  await signUp(cem, 'cem');
  const [cems] = await buy(cem, site, show, ['1']);

  await openDoor(ann, show.replace('/shows/', '/door/'), 'West');
  await scan(ann, bens.code, 'door-replaced');
  await scan(ann, cems.code, 'door-admitted');
  await scan(ann, elsewhere.code, 'door-other-show');
  await scan(ann, 'hello', 'door-unknown');
  await scan(ann, 'x'.repeat(100_000), 'door-unknown');
  await scan(ann, cems.code, 'door-already-admitted');
  await expect(ann.locator('[data-part=waiting]')).toHaveText('0');
  await expect(ann.locator('[data-part=admitted]')).toHaveText('1');

  await cem.goto(`/passes/${cems.id}`);
  await expect(cem.getByText(cem.t('pass-used', { gate: 'West' }))).toBeVisible();
  await ann.getByRole('button', { name: ann.t('door-undo'), exact: true }).click();
  await expect(ann.locator('[data-part=admitted]')).toHaveText('0');
  await scan(ann, cems.code, 'door-admitted');
});

test('two devices without a network admit a ticket once, and the second one is told', async ({ open, site }) => {
  const [ann, ben, cem, helper] = [await open('ann'), await open('ben'), await open('cem'), await open('helper')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-9', '20');
  await signUp(ben, 'ben');
  await signUp(cem, 'cem');
  const passes = [...await buy(ben, site, show, ['1', '2', '3', '4', '5']), ...await buy(cem, site, show, ['6', '7', '8', '9'])];
  await openDoor(ann, show.replace('/shows/', '/door/'), 'West');
  await ann.getByRole('button', { name: ann.t('door-link'), exact: true }).click();
  const link = await ann.getByLabel(ann.t('door-link-label')).inputValue();
  await openDoor(helper, link, 'East');
  expect(helper.url()).not.toContain('#');

  const kept = () => helper.evaluate(async () => (await (await caches.open('pages')).keys()).length);
  await expect.poll(kept).toBe(1);
  await ann.context().setOffline(true);
  await helper.context().setOffline(true);
  // The page itself is on the device, too.
  await helper.reload();
  await helper.locator('#door[data-started=true]').waitFor();
  await expect(helper.getByLabel(helper.t('door-gate'))).toHaveValue('East');
  await helper.getByRole('button', { name: helper.t('door-start'), exact: true }).click();
  for (const { code } of passes.slice(0, 5)) await scan(ann, code, 'door-admitted');
  for (const { code } of passes.slice(4)) await scan(helper, code, 'door-admitted');
  await expect(ann.locator('[data-part=waiting]')).toHaveText('5');
  await expect(helper.locator('[data-part=waiting]')).toHaveText('5');
  await ann.context().setOffline(false);
  await expect(ann.locator('[data-part=waiting]')).toHaveText('0', { timeout: 30_000 });
  await helper.context().setOffline(false);
  await expect(helper.locator('[data-part=log]')).toContainText(helper.t('door-server-says'), { timeout: 30_000 });
  await expect(helper.locator('[data-part=log]')).toContainText('West');
  await expect(helper.locator('[data-part=waiting]')).toHaveText('0');

  await expect(ann.locator('[data-part=admitted]')).toHaveText('9', { timeout: 30_000 });
  await expect(ann.locator('[data-part=here]')).toHaveText('5');
});

test('nobody without a link sees the list', async ({ open }) => {
  const [ann, stranger] = [await open('ann'), await open('stranger')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  await stranger.goto(show.replace('/shows/', '/door/'));
  await waitUntilHydrated(stranger);
  await stranger.locator('#door[data-started=true]').waitFor();
  await expect(stranger.getByLabel(stranger.t('door-gate'))).toHaveValue(stranger.t('door-gate-default'));
  await stranger.getByRole('button', { name: stranger.t('door-start'), exact: true }).click();
  await expect(stranger.getByText(stranger.t('door-refused'))).toBeVisible();
});

/** A video in which a camera sees a QR code, given as the path of its SVG and its side in modules: a file of the format YUV4MPEG2. */
function videoOf({ path, modules }, file) {
  const [width, height, scale] = [640, 480, 7];
  const luma = Buffer.alloc(width * height, 200);
  const [left, top] = [Math.round((width - modules * scale) / 2), Math.round((height - modules * scale) / 2)];
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let line = 0; line < scale; line += 1) {
      const start = (top + Number(y) * scale + line) * width + left + Number(x) * scale;
      luma.fill(40, start, start + Number(run) * scale);
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc(width * height / 2, 128)]);
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), frame, frame, frame]));
}

test('the camera reads the code that a phone shows', async ({ open, site }) => {
  const [ann, ben] = [await open('ann'), await open('ben')];
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'The Long Note', '1-2', '20');
  await signUp(ben, 'ben');
  const [shown] = await buy(ben, site, show, ['1']);
  await openDoor(ann, show.replace('/shows/', '/door/'), 'West');
  await ann.getByRole('button', { name: ann.t('door-link'), exact: true }).click();
  const link = await ann.getByLabel(ann.t('door-link-label')).inputValue();
  const folder = mkdtempSync(join(tmpdir(), 'camera-'));
  videoOf(shown, join(folder, 'camera.y4m'));
  const { executablePath, args } = config.use.launchOptions;
  const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${join(folder, 'camera.y4m')}`];

  const browser = await chromium.launch({ executablePath, args: [...args, ...camera] });
  const page = await (await browser.newContext({ baseURL: site.url })).newPage();
  page.t = messages('en');
  await openDoor(page, link, 'East');

  await expect(page.getByRole('alert').filter({ hasText: page.t('door-admitted') })).toBeVisible();
  await expect(page.locator('[data-part=admitted]')).toHaveText('1');
  await browser.close();
  rmSync(folder, { recursive: true });
});
