// A purchase with the keyboard alone.
import { waitUntilHydrated, createShow, expect, PASSWORD, signUp, test } from './site.js';

/** The focused element, and how its focus is shown. */
async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    // A link that covers a whole card shows its focus around the card.
    const around = element.closest('.card') ?? element;
    const style = getComputedStyle(around);
    const box = element.getBoundingClientRect();
    return {
      tag: element.tagName.toLowerCase(),
      // In a date field the browser itself marks the focused part, which no script can see.
      inParts: /^(date|time|datetime-local)$/.test(element.type ?? ''),
      name: element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent.trim(),
      outline: style.outlineStyle,
      width: parseFloat(style.outlineWidth),
      visible: element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 0 && box.height > 0
        && box.bottom > 0 && box.right > 0 && box.top < window.innerHeight && box.left < window.innerWidth,
    };
  });
}

/** Fails unless the focused element and its outline are visible. */
async function expectVisibleFocus(page) {
  const now = await focused(page);
  expect(now.visible, `${now.tag} "${now.name}" is visible`).toBe(true);
  if (now.inParts) return;
  expect(now.outline, `the focus is visible on ${now.tag} "${now.name}"`).not.toBe('none');
  expect(now.width, `the focus is visible on ${now.tag} "${now.name}"`).toBeGreaterThanOrEqual(2);
}

/** Presses Tab until an element of that name has the focus. Every stop on the way must be visible. */
async function tabTo(page, name) {
  const stops = [];
  for (let stop = 0; stop < 60; stop += 1) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    // After the last element, the focus passes through the browser's own controls.
    if (now.tag !== 'body') await expectVisibleFocus(page);
    if (name.test(now.name)) return;
    stops.push(now.name);
  }
  throw new Error(`no element is named ${name}, only ${stops.join(' | ')}`);
}

/** Fails unless the next page is open and its heading has the focus. */
async function expectArrived(page, heading) {
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeFocused();
  await expectVisibleFocus(page);
}

test('tickets are found, held and paid by keyboard alone', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await createShow(ann, 'The Long Note', '12-13', '19.99');

  const ben = await open('ben');
  await ben.goto('/');
  await waitUntilHydrated(ben);
  // The first page leaves the focus to the browser, so the first stop is the link past the navigation.
  expect((await focused(ben)).tag).toBe('body');
  await tabTo(ben, /^Skip to the content$/);
  await ben.keyboard.press('Enter');
  await expect(ben.getByRole('main')).toBeFocused();
  await tabTo(ben, /^The Long Note$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'The Long Note');

  // The buyer has to sign up, and returns.
  const choose = async () => {
    await tabTo(ben, /Seat 12$/);
    await ben.keyboard.press('Space');
    await tabTo(ben, /^Hold 1 ticket/);
    await ben.keyboard.press('Enter');
  };
  await choose();
  await expect(ben.getByText('Sign in to hold these tickets')).toBeVisible();
  // The link to sign up is before the button that was pressed.
  for (let stop = 0; !/^Create an account$/.test((await focused(ben)).name); stop += 1) {
    expect(stop, 'the link to sign up is close').toBeLessThan(5);
    await ben.keyboard.press('Shift+Tab');
    await expectVisibleFocus(ben);
  }
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'Sign up');
  await tabTo(ben, /^E-mail address$/);
  await ben.keyboard.type('ben@example.org');
  await tabTo(ben, /^Password$/);

  // The invalid field gets the focus.
  await ben.keyboard.type('short');
  await ben.keyboard.press('Enter');
  await expect(ben.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(ben.getByLabel('Password')).toBeFocused();
  await ben.keyboard.press('Control+A');
  await ben.keyboard.type(PASSWORD);
  await tabTo(ben, /^Create account$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'The Long Note');

  await choose();
  await expectArrived(ben, 'Pay for your tickets');
  await tabTo(ben, /^Card number$/);
  await ben.keyboard.type('4242 4242 4242 4242');
  await tabTo(ben, /^Pay €19\.99$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'The tickets are yours');
  await expect(ben.getByText('You paid, and the tickets are yours.')).toBeVisible();

  // The navigation leads on.
  await tabTo(ben, /^My orders$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'My orders');
  await expect(ben.getByRole('navigation').getByRole('link', { name: 'My orders' })).toHaveAttribute('aria-current', 'page');
});

test('the password is changed by keyboard alone', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await ann.goto('/');
  await waitUntilHydrated(ann);
  await tabTo(ann, /ann@example\.org$/);
  await ann.keyboard.press('Enter');
  await expectArrived(ann, 'Your account');

  await tabTo(ann, /^Change password$/);
  await ann.keyboard.press('Enter');
  await tabTo(ann, /^Current password$/);
  await ann.keyboard.type(PASSWORD);
  await tabTo(ann, /^Show$/);
  await ann.keyboard.press('Enter');
  await expect(ann.getByLabel('Current password')).toHaveAttribute('type', 'text');
  await tabTo(ann, /^New password$/);
  await ann.keyboard.type('short');
  await ann.keyboard.press('Enter');
  await expect(ann.getByLabel('New password')).toHaveAttribute('aria-invalid', 'true');
  await expect(ann.getByLabel('New password')).toBeFocused();
  await ann.keyboard.press('Control+A');
  await ann.keyboard.type('lantern foxes at noon');
  await tabTo(ann, /^Change password$/);
  await ann.keyboard.press('Enter');
  await expect(ann.getByText('Your password is changed.')).toBeVisible();
});

test('going back moves the focus to the heading, another search does not', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await createShow(ann, 'There and Back', '1', '5');

  await tabTo(ann, /^Sell$/);
  await ann.keyboard.press('Enter');
  await expectArrived(ann, 'Sell tickets');
  await ann.goBack();
  await expect(ann.getByRole('heading', { level: 1, name: 'My sales' })).toBeFocused();

  // Another search is the same page.
  await ann.goto('/?search=nothing+fits');
  await waitUntilHydrated(ann);
  await expect(ann.getByRole('link', { name: 'Ticketing' })).toHaveAttribute('aria-current', 'page');
  await tabTo(ann, /^Ticketing$/);
  await ann.keyboard.press('Enter');
  await expect(ann.getByRole('link', { name: 'There and Back' })).toBeVisible();
  await expect(ann.getByRole('link', { name: 'Ticketing' })).toBeFocused();
  await expect(ann.getByRole('link', { name: 'There and Back' })).toHaveAttribute('href', show);
});
