// The desktop client writes typed text back into its field, with a delay.
import { expect, test } from '@playwright/test';
import { resolve } from 'node:path';

test('text that is written back late removes no letter', async ({ page }) => {
  await page.setContent('<input aria-label="Name">');
  await page.addScriptTag({ path: resolve(import.meta.dirname, '../../app/desktop/typing.js') });
  const field = page.getByLabel('Name');
  const write = (text) => field.evaluate((input, value) => (input.value = value), text);

  await field.pressSequentially('abc');
  await write('a');
  await write('ab');
  await expect(field).toHaveValue('abc');

  await write('something else');
  await expect(field).toHaveValue('something else');

  await field.pressSequentially('!');
  await write('');
  await expect(field).toHaveValue('');
});
