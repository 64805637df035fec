// A purchase in a browser while others attack the site with all they have.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createShow, expect, pay, seat, signUp, test, waitUntilHydrated } from './site.js';

const ATTACK_SECONDS = 30;
/** The longest that a buyer waits for one step. */
const LONGEST_STEP_MS = 2_000;

const attacked = test.extend({
  /** Starts attacking a show, and returns how to stop it, which tells what the attackers achieved. */
  attack: async ({ site }, use) => {
    const running = [];
    await use((show) => {
      const attackers = spawn(process.execPath, [resolve(import.meta.dirname, 'attackers.js'), site.url, show]);
      let figures = '';
      attackers.stdout.on('data', (text) => { figures += text; });
      const exited = new Promise((done) => attackers.once('exit', done));
      running.push(attackers);
      return async () => {
        attackers.kill('SIGTERM');
        await exited;
        return figures.trim();
      };
    });
    for (const attackers of running) attackers.kill('SIGKILL');
  },
});
attacked.use({ settings: { RATE_LIMITS: 'on' } });

attacked('a ticket is bought while others attack', async ({ open, attack }) => {
  const [seller, buyer] = [await open('seller'), await open('buyer')];
  await signUp(seller, 'seller');
  const show = await createShow(seller, 'Besieged', '1-12', '20');
  await seller.close();

  const stop = attack(show);
  const began = performance.now();
  await setTimeout(3_000);

  const steps = [];
  const step = async (name, action) => {
    const started = performance.now();
    await action();
    steps.push({ name, ms: Math.round(performance.now() - started) });
  };
  await step('home', () => buyer.goto('/'));
  await step('sign-up page', () => buyer.goto('/sign-up'));
  await waitUntilHydrated(buyer);
  await buyer.getByLabel('E-mail address').fill('buyer@example.org');
  await buyer.getByLabel('Password').fill('a password of his');
  await step('sign up', async () => {
    await buyer.getByRole('button', { name: 'Create account' }).click();
    await expect(buyer.getByText('buyer@example.org')).toBeVisible();
  });
  for (let number = 1; performance.now() - began < ATTACK_SECONDS * 1_000; number += 1) {
    await step('show', () => buyer.goto(show));
    await waitUntilHydrated(buyer);
    await seat(buyer, number).check();
    await step('hold', async () => {
      await buyer.getByRole('button', { name: 'Hold 1 ticket' }).click();
      await expect(buyer.getByRole('heading', { name: 'Pay for your tickets' })).toBeVisible();
    });
    await step('pay', async () => {
      await pay(buyer, '4242 4242 4242 4242');
      await expect(buyer.getByRole('heading', { name: 'The tickets are yours' })).toBeVisible();
    });
    // At most 8 tickets per show and buyer; the rest of the time the pages are read.
    if (number === 8) break;
    await setTimeout(1_500);
  }
  const figures = await stop();

  const slowest = steps.reduce((a, b) => (b.ms > a.ms ? b : a));
  console.log(`figure: ${steps.length} steps under attack, the slowest ${slowest.name} ${slowest.ms} ms; ${figures}`);
  expect(slowest.ms).toBeLessThan(LONGEST_STEP_MS);
});
