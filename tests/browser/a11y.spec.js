// Accessibility of every page in every state: axe's rules, target sizes, narrow screens and zoom, translation.
import AxeBuilder from '@axe-core/playwright';
import { waitUntilHydrated, createShow, expect, hold, signUp, test } from './site.js';
import { everyState } from './states.js';
import { LANGUAGES, englishOnly } from './messages.js';

// An element that does not appear within this time is missing. Findings up to then are reported.
test.use({ actionTimeout: 10_000 });

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** The rules whose result depends on the colour scheme. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
/** The minimum target size of WCAG 2.2 (2.5.8), in CSS pixels. */
const TARGET = 24;

/** The violations that axe finds on a page, one line per rule and element: by all rules, or by those about colours. */
async function violations(page, coloursOnly) {
  const axe = new AxeBuilder({ page });
  const { violations: found } = await (coloursOnly ? axe.withRules(COLOURS) : axe.withTags(TAGS)).analyze();
  return found.flatMap((rule) => rule.nodes.map((node) => {
    const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ');
    return `${rule.id}: ${node.target.join(' ')}: ${why}`;
  }));
}

/** The links, buttons and fields that are too small. A link inside a sentence may be as high as its line. */
async function smallTargets(page) {
  return page.evaluate((least) => {
    const inSentence = (element) => {
      if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false;
      const around = element.closest('p, li, dd, td, .about')?.textContent.trim() ?? '';
      return around.length > element.textContent.trim().length;
    };
    // The label of a field is a target, too; a link may cover the whole card that contains it.
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

/** The elements that are wider than the page, so that it scrolls sideways. */
async function overflowing(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > wide + 1);
    return [`${document.documentElement.scrollWidth} px`, ...out.map((element) => element.outerHTML.slice(0, 80)).slice(-3)];
  });
}

/** Checks a page with axe. Adds violations to `found`. */
function checkWithAxe(found) {
  return async (state, page, coloursOnly = false) => {
    const headings = await page.locator('h1').count();
    if (headings !== 1) found.push(`${state}: ${headings} main headings`);
    for (const line of await violations(page, coloursOnly)) found.push(`${state}: ${line}`);
  };
}

function checkSizes(found) {
  return async (state, page) => {
    for (const line of await overflowing(page)) found.push(`${state}: overflows: ${line}`);
    for (const line of await smallTargets(page)) found.push(`${state}: small: ${line}`);
  };
}

/** All texts of a page, visible or for screen readers. */
async function texts(page) {
  return page.evaluate(() => {
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pieces = [document.title];
    while (nodes.nextNode()) {
      // Languages are listed under their own names.
      if (nodes.currentNode.parentElement.checkVisibility() && !nodes.currentNode.parentElement.closest('.languages')) {
        pieces.push(nodes.currentNode.data.trim());
      }
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [alt]')) {
      pieces.push(...['aria-label', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''));
    }
    return pieces.filter((piece) => piece !== '');
  });
}

/** Texts that users wrote, names, and texts that are the same in every language. */
const UNTRANSLATED = /The Long Note|Sold Out|Tempodrom|Berlin|Germany|Europe\/Berlin|\w+@example\.org|Ticketing|Stripe|CSV|Chrome|Linux|\b[A-Z]{3}\b|2026-12-05T20:00/g;

function checkTranslation(found) {
  return async (state, page) => {
    const english = englishOnly(page.language);
    for (const piece of await texts(page)) {
      const latin = page.language === 'ar' && /[a-z]{2,}/i.test(piece.replace(UNTRANSLATED, ''));
      if (english.has(piece) || latin) found.push(`${state}: untranslated: ${piece}`);
    }
  };
}

for (const language of LANGUAGES) {
  test(`every page is accessible and translated, in ${language}`, async ({ open }) => {
    test.setTimeout(400_000);
    const found = [];
    const [axe, sizes, translated] = [checkWithAxe(found), checkSizes(found), checkTranslation(found)];
    const look = async (state, page) => {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await axe(`${state}, ${colorScheme}`, page, colorScheme === 'dark');
      }
      await translated(state, page);
      await page.setViewportSize({ width: 320, height: 640 });
      await sizes(`${state}, 320 px`, page);
      await page.setViewportSize({ width: 1280, height: 720 });
    };
    try {
      // Transitions would change the colours during the check.
      await everyState(open, { locale: language, reducedMotion: 'reduce' }, look);
    } finally {
      expect.soft(found, 'nothing is found').toEqual([]);
    }
  });
}

test('at 200 % zoom every page fits and every target is large enough', async ({ open }) => {
  test.setTimeout(300_000);
  const found = [];
  try {
    await everyState(open, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }, checkSizes(found));
  } finally {
    expect.soft(found, 'nothing overflows or is too small').toEqual([]);
  }
});

test.describe('with a short hold', () => {
  test.use({ settings: { HOLD_SECONDS: '3' } });

  test('the page of an expired order is accessible', async ({ open }) => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    await signUp(ann, 'ann');
    const show = await createShow(ann, 'A Short Hold', '1', '30');
    await signUp(ben, 'ben');
    await ben.goto(show);
    await waitUntilHydrated(ben);
    await hold(ben, ['1']);
    await expect(ben.getByRole('heading', { name: 'The time ran out' })).toBeVisible({ timeout: 15_000 });
    const found = [];
    for (const scheme of ['light', 'dark']) {
      await ben.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await checkWithAxe(found)(`order, expired, ${scheme}`, ben);
    }
    await ben.setViewportSize({ width: 320, height: 640 });
    await checkSizes(found)('order, expired', ben);
    expect(found).toEqual([]);
  });
});
