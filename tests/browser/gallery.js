// Takes pictures of every page in every state: at the widths of a phone, a tablet and a desktop, light and dark; and on a phone
// in each other language.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './site.js';
import { everyState } from './states.js';
import { LANGUAGES } from './messages.js';

const FOLDER = process.env.GALLERY ?? 'gallery';
const WIDTHS = { 390: 844, 768: 1024, 1280: 800 };

/** Takes a picture of the whole page. */
async function picture(page, folder, state) {
  mkdirSync(join(FOLDER, folder), { recursive: true });
  const name = state.replaceAll(', ', '--').replaceAll(' ', '-');
  await page.screenshot({ path: join(FOLDER, folder, `${name}.png`), fullPage: true, animations: 'disabled' });
}

for (const language of LANGUAGES) {
  test(`the gallery in ${language}`, async ({ open }) => {
    const widths = language === 'en' ? Object.entries(WIDTHS) : [['390', 844]];
    const schemes = language === 'en' ? ['light', 'dark'] : ['light'];
    await everyState(open, { locale: language, reducedMotion: 'reduce' }, async (state, page) => {
      for (const [width, height] of widths) {
        await page.setViewportSize({ width: Number(width), height });
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await picture(page, `${language}-${width}-${colorScheme}`, state);
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  });
}
