// Shows Stripe's card field. The card is entered into Stripe's frame, and the page only receives a token for it.
globalThis.ticketingStripe = (() => {
  const STRIPE_SCRIPT = 'https://js.stripe.com/v3/';
  // Without a message of its own the page shows one in the user's language.
  const NO_MESSAGE = '';
  let loading;
  let stripe;
  let elements;
  let element;

  /** Loads Stripe's script once; after a failure, the next call loads it again. */
  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = STRIPE_SCRIPT;
      script.onload = resolve;
      script.onerror = () => {
        loading = undefined;
        script.remove();
        reject(new Error(NO_MESSAGE));
      };
      document.head.append(script);
    });
    return loading;
  }

  /** Mounts the card field into the element of that id and removes any earlier field. */
  async function mount(id, key, amount, currency) {
    await load();
    const container = document.getElementById(id);
    // The user has left the page while the script was loading.
    if (!container) return;
    unmount();
    stripe ??= Stripe(key, { locale: window.pageLanguage });
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    elements = stripe.elements({
      mode: 'payment',
      amount,
      currency,
      captureMethod: 'manual',
      paymentMethodCreation: 'manual',
      paymentMethodTypes: ['card'],
      appearance: { theme: dark ? 'night' : 'stripe' },
    });
    element = elements.create('payment');
    element.mount(container);
  }

  /** Removes the card field and what was entered into it. */
  function unmount() {
    element?.destroy?.();
    element = undefined;
    elements = undefined;
  }

  /** Returns a token for the entered card and its last four digits. Errors have a message for the user, or none. */
  async function method() {
    if (!elements) throw new Error(NO_MESSAGE);
    const submitted = await elements.submit();
    if (submitted?.error) throw new Error(submitted.error.message);
    const created = await stripe.createPaymentMethod({ elements });
    if (created.error) throw new Error(created.error.message);
    return [created.paymentMethod.id, created.paymentMethod.card?.last4 ?? ''];
  }

  return { mount, unmount, method };
})();
