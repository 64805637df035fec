// Pages that a browser's translator has changed, and pages on paper.
import { countdown, createShow, expect, hold, pay, seat, signUp, test, waitUntilHydrated } from './site.js';

/** Translates a page as browsers do, now and whenever it changes: each text node gives its place to `<font>` elements. */
function translate() {
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim()
    && !node.parentElement?.closest('script, style, font, textarea, [translate=no]');
  const translateBelow = (root) => {
    if (!root.isConnected) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = isText(root) ? [root] : [];
    while (walker.nextNode()) if (isText(walker.currentNode)) texts.push(walker.currentNode);
    for (const text of texts) {
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = text.data;
      outer.append(inner);
      text.parentNode.insertBefore(outer, text);
      text.remove();
    }
  };
  const begin = () => {
    document.documentElement.lang = 'pl';
    document.documentElement.classList.add('translated-ltr');
    translateBelow(document.body);
    new MutationObserver((records) => {
      for (const { addedNodes, target } of records) [...addedNodes, target].forEach(translateBelow);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
  else begin();
}

for (const [when, before] of [['before', true], ['after', false]]) {
  test(`a page that is translated ${when} it is interactive goes on working`, async ({ open }) => {
    const [ann, ben, eve] = [await open('ann'), await open('ben'), await open('eve')];
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'The Long Note', '1-3', '20');
    await signUp(ben, 'ben');
    if (before) for (const page of [ben, eve]) await page.addInitScript(translate);
    for (const page of [ben, eve]) {
      await page.goto(show);
      await waitUntilHydrated(page);
      if (!before) await page.evaluate(translate);
    }

    await hold(ben, ['1']);
    // Another reader sees the hold and its time, which count.
    const left = eve.getByText(/\d:\d\d left/);
    await expect(left).toHaveCount(1);
    const [first] = await left.allInnerTexts();
    await expect(left).not.toHaveText(first, { timeout: 3_000 });
    await expect(left).toHaveCount(1);
    const seconds = await countdown(ben);
    await expect.poll(() => countdown(ben), { timeout: 4_000 }).toBeLessThan(seconds);

    await pay(ben, '4242 4242 4242 4242');
    await expect(ben.getByRole('heading', { level: 1 })).toHaveText('The tickets are yours');
    await expect(ben.getByText('Pay for your tickets')).toHaveCount(0);
    await expect(seat(eve, 1)).toHaveCount(0);
  });
}

test('the site stays in its language when a translator changes that of the page', async ({ open }) => {
  const ann = await open('ann', { locale: 'de' });
  await ann.addInitScript(translate);

  await ann.goto('/sell');
  await waitUntilHydrated(ann);
  await ann.getByRole('link', { name: ann.t('brand') }).click();

  await expect(ann.getByRole('heading', { level: 1, name: ann.t('home-title') })).toBeVisible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`a page is printed black on white, ${colorScheme}`, async ({ open }) => {
    const ann = await open('ann', { colorScheme });
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'The Long Note', '1-3', '20');
    await ann.goto(show);
    await waitUntilHydrated(ann);
    await ann.emulateMedia({ media: 'print', colorScheme });

    const colours = await ann.evaluate(() => {
      const shown = [...document.querySelectorAll('html, body, main, main *')].filter((element) => element.checkVisibility() && !element.closest('svg'));
      const of = (name) => [...new Set(shown.map((element) => getComputedStyle(element)[name]))].sort();
      return { text: of('color'), background: of('backgroundColor'), images: of('backgroundImage') };
    });

    expect(colours.text).toEqual(['rgb(0, 0, 0)']);
    expect(colours.background).toEqual(['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].filter((colour) => colours.background.includes(colour)));
    expect(colours.images).toEqual(['none']);
  });
}
