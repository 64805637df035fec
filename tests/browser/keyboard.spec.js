// A purchase by somebody who has a keyboard only.
import { alive, announce, expect, PASSWORD, signUp, test } from './site.js';

/** What has the focus, and how that is seen. */
async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    // A link that is spread over the card that it stands in shows its focus around the card.
    const around = element.closest('.card') ?? element;
    const style = getComputedStyle(around);
    const box = element.getBoundingClientRect();
    return {
      tag: element.tagName.toLowerCase(),
      // In a field for a date the browser itself marks the part that has the focus, which nobody else can see.
      inParts: /^(date|time|datetime-local)$/.test(element.type ?? ''),
      name: element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent.trim(),
      outline: style.outlineStyle,
      width: parseFloat(style.outlineWidth),
      visible: element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.width > 0 && box.height > 0
        && box.bottom > 0 && box.right > 0 && box.top < window.innerHeight && box.left < window.innerWidth,
    };
  });
}

/** What has the focus must be seen, and that it has it. */
async function expectSeen(page) {
  const now = await focused(page);
  expect(now.visible, `${now.tag} "${now.name}" is seen`).toBe(true);
  if (now.inParts) return;
  expect(now.outline, `the focus is seen on ${now.tag} "${now.name}"`).not.toBe('none');
  expect(now.width, `the focus is seen on ${now.tag} "${now.name}"`).toBeGreaterThanOrEqual(2);
}

/** Tabs until something of that name has the focus; every stop on the way must be seen. */
async function tabTo(page, name) {
  const stops = [];
  for (let stop = 0; stop < 60; stop += 1) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    // The page's end leads once around through the browser.
    if (now.tag !== 'body') await expectSeen(page);
    if (name.test(now.name)) return;
    stops.push(now.name);
  }
  throw new Error(`no stop is called ${name}, only ${stops.join(' | ')}`);
}

/** Another page has been reached, and took the focus along to its heading. */
async function expectArrived(page, heading) {
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeFocused();
  await expectSeen(page);
}

test('tickets are found, held and paid by keyboard alone', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  await announce(ann, 'The Long Note', '12-13', '19.99');

  const ben = await open('ben');
  await ben.goto('/');
  await alive(ben);
  // What is loaded first leaves the focus where the browser puts it, so the first stop leads past the navigation.
  expect((await focused(ben)).tag).toBe('body');
  await tabTo(ben, /^Skip to the content$/);
  await ben.keyboard.press('Enter');
  await expect(ben.getByRole('main')).toBeFocused();
  await tabTo(ben, /^The Long Note$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'The Long Note');

  // He is asked to sign up, and comes back.
  const choose = async () => {
    await tabTo(ben, /Seat 12$/);
    await ben.keyboard.press('Space');
    await tabTo(ben, /^Hold 1 ticket/);
    await ben.keyboard.press('Enter');
  };
  await choose();
  await expect(ben.getByText('Sign in to hold these tickets')).toBeVisible();
  // The way to an account stands before the button that was pressed.
  for (let stop = 0; !/^Create an account$/.test((await focused(ben)).name); stop += 1) {
    expect(stop, 'the way to an account is close by').toBeLessThan(5);
    await ben.keyboard.press('Shift+Tab');
    await expectSeen(ben);
  }
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'Sign up');
  await tabTo(ben, /^E-mail address$/);
  await ben.keyboard.type('ben@example.org');
  await tabTo(ben, /^Password$/);

  // What is wrong gets the focus.
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

  // The way on is where it is looked for.
  await tabTo(ben, /^My orders$/);
  await ben.keyboard.press('Enter');
  await expectArrived(ben, 'My orders');
  await expect(ben.getByRole('navigation').getByRole('link', { name: 'My orders' })).toHaveAttribute('aria-current', 'page');
});

test('the way back takes the focus along, another question does not', async ({ open }) => {
  const ann = await open('ann');
  await signUp(ann, 'ann');
  const show = await announce(ann, 'There and Back', '1', '5');

  await tabTo(ann, /^Sell$/);
  await ann.keyboard.press('Enter');
  await expectArrived(ann, 'Sell tickets');
  await ann.goBack();
  await expect(ann.getByRole('heading', { level: 1, name: 'My sales' })).toBeFocused();

  // The shows of another question are the same page.
  await ann.goto('/?search=nothing+fits');
  await alive(ann);
  await expect(ann.getByRole('link', { name: 'Ticketing' })).toHaveAttribute('aria-current', 'page');
  await tabTo(ann, /^Ticketing$/);
  await ann.keyboard.press('Enter');
  await expect(ann.getByRole('link', { name: 'There and Back' })).toBeVisible();
  await expect(ann.getByRole('link', { name: 'Ticketing' })).toBeFocused();
  await expect(ann.getByRole('link', { name: 'There and Back' })).toHaveAttribute('href', show);
});
