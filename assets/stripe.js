// Talks to Stripe's own script: a card is typed into Stripe's frame, and only a token that stands for it comes out.
globalThis.ticketingStripe = (() => {
  const SOURCE = 'https://js.stripe.com/v3/';
  // Without words: the page says it in the reader's language.
  const AWAY = '';
  let loading;
  let stripe;
  let elements;
  let element;

  /** Loads Stripe's script: once, however many fields are shown; again, if it could not be had. */
  function load() {
    loading ??= new Promise((done, fail) => {
      const script = document.createElement('script');
      script.src = SOURCE;
      script.onload = done;
      script.onerror = () => {
        loading = undefined;
        script.remove();
        fail(new Error(AWAY));
      };
      document.head.append(script);
    });
    return loading;
  }

  /** Puts the card field into the element of that id, in the place of any other. */
  async function mount(id, key, amount, currency) {
    await load();
    const place = document.getElementById(id);
    // The person went to another page meanwhile.
    if (!place) return;
    unmount();
    stripe ??= Stripe(key, { locale: document.documentElement.lang });
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
    element.mount(place);
  }

  /** Takes the field away, and what was typed into it. */
  function unmount() {
    element?.destroy?.();
    element = undefined;
    elements = undefined;
  }

  /** The token for what was typed, and the card's last four digits. What it throws is for people to read. */
  async function method() {
    if (!elements) throw new Error(AWAY);
    const checked = await elements.submit();
    if (checked?.error) throw new Error(checked.error.message);
    const made = await stripe.createPaymentMethod({ elements });
    if (made.error) throw new Error(made.error.message);
    return [made.paymentMethod.id, made.paymentMethod.card?.last4 ?? ''];
  }

  return { mount, unmount, method };
})();
