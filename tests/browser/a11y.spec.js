// Every page in every state, as people meet it who read with their ears, with large letters or with a small screen.
import AxeBuilder from '@axe-core/playwright';
import { alive, announce, expect, hold, signUp, test } from './site.js';
import { everyState } from './states.js';
import { LANGUAGES, englishOnly } from './words.js';

// Whatever is not there within this time is missing, and what was found until then is told.
test.use({ actionTimeout: 10_000 });

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** The rules that see a difference between light and dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
/** The least that a finger needs, in CSS pixels. */
const TARGET = 24;

/** What axe finds on a page, one line for each rule and place: by all of its rules, or by those that look at colours. */
async function violations(page, coloursOnly) {
  const axe = new AxeBuilder({ page });
  const { violations: found } = await (coloursOnly ? axe.withRules(COLOURS) : axe.withTags(TAGS)).analyze();
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
  return async (state, page, coloursOnly = false) => {
    const headings = await page.locator('h1').count();
    if (headings !== 1) found.push(`${state}: ${headings} main headings`);
    for (const line of await violations(page, coloursOnly)) found.push(`${state}: ${line}`);
  };
}

function bySize(found) {
  return async (state, page) => {
    for (const line of await sideways(page)) found.push(`${state}: sticks out: ${line}`);
    for (const line of await smallTargets(page)) found.push(`${state}: small: ${line}`);
  };
}

/** What a page says to those who look and to those who listen, piece by piece. */
async function said(page) {
  return page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pieces = [document.title];
    while (texts.nextNode()) {
      // What languages call themselves is in their own words.
      if (texts.currentNode.parentElement.checkVisibility() && !texts.currentNode.parentElement.closest('.languages')) {
        pieces.push(texts.currentNode.data.trim());
      }
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [alt]')) {
      pieces.push(...['aria-label', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''));
    }
    return pieces.filter((piece) => piece !== '');
  });
}

/** What people wrote themselves, names, and how things are written everywhere. */
const OWN = /The Long Note|Sold Out|Tempodrom|Berlin|Germany|Europe\/Berlin|\w+@example\.org|Ticketing|Stripe|CSV|\b[A-Z]{3}\b|2026-12-05T20:00/g;

function byWords(found) {
  return async (state, page) => {
    const english = englishOnly(page.language);
    for (const piece of await said(page)) {
      const latin = page.language === 'ar' && /[a-z]{2,}/i.test(piece.replace(OWN, ''));
      if (english.has(piece) || latin) found.push(`${state}: untranslated: ${piece}`);
    }
  };
}

for (const language of LANGUAGES) {
  test(`nothing on any page is in anybody's way, in ${language}`, async ({ open }) => {
    test.setTimeout(400_000);
    const found = [];
    const [axe, sizes, translated] = [byAxe(found), bySize(found), byWords(found)];
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
      // Colours are looked at as they are when nothing moves any more.
      await everyState(open, { locale: language, reducedMotion: 'reduce' }, look);
    } finally {
      expect.soft(found, 'nothing is found').toEqual([]);
    }
  });
}

test('every page fits at 200 % zoom, and everything on it can be hit', async ({ open }) => {
  test.setTimeout(300_000);
  const found = [];
  try {
    await everyState(open, { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }, bySize(found));
  } finally {
    expect.soft(found, 'nothing sticks out or is too small').toEqual([]);
  }
});

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
