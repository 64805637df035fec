// Replaces Stripe.js, which tests cannot load: the same API, a plain field instead of the iframe, and Stripe's test card numbers.
(() => {
  const METHODS = {
    4242424242424242: 'pm_card_visa',
    4000000000000002: 'pm_card_chargeDeclined',
    4000000000009995: 'pm_card_chargeDeclinedInsufficientFunds',
    4000000000000119: 'pm_card_chargeDeclinedProcessingError',
    4000002500003155: 'pm_card_authenticationRequired',
  };
  const INCOMPLETE = { type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' };
  const UNKNOWN = { type: 'validation_error', code: 'invalid_number', message: 'Your card number is invalid.' };

  function createElement() {
    const listeners = {};
    let input;
    const digits = () => (input ? input.value.replace(/\D/g, '') : '');
    const emit = (event, detail) => (listeners[event] ?? []).forEach((listener) => listener(detail));
    const element = {
      mount(target) {
        const place = typeof target === 'string' ? document.querySelector(target) : target;
        if (!place) throw new Error(`no element ${target} to mount into`);
        if (input) throw new Error('the element is mounted already');
        input = document.createElement('input');
        input.setAttribute('aria-label', 'Card number');
        input.autocomplete = 'off';
        input.inputMode = 'numeric';
        input.addEventListener('input', () => {
          emit('change', { elementType: 'payment', empty: !digits(), complete: digits() in METHODS, value: { type: 'card' } });
        });
        place.replaceChildren(input);
        // Like the original, it is ready only after the caller could subscribe.
        setTimeout(() => emit('ready', { elementType: 'payment' }));
      },
      on(event, listener) {
        (listeners[event] ??= []).push(listener);
        return element;
      },
      off: (event) => delete listeners[event],
      update() {},
      unmount() {
        input?.remove();
        input = undefined;
      },
      destroy: () => element.unmount(),
    };
    const problem = () => {
      if (!input || digits().length < 16) return INCOMPLETE;
      return digits() in METHODS ? undefined : UNKNOWN;
    };
    return { element, problem, method: () => METHODS[digits()] };
  }

  window.Stripe = (key) => {
    if (!/^pk_(test|live)_./.test(key ?? '')) throw new Error('Stripe() needs a publishable key');
    return {
      elements(options = {}) {
        const group = { options, submitted: false };
        group.create = () => (group.card = createElement()).element;
        group.update = (changes) => Object.assign(options, changes);
        group.submit = async () => {
          const error = group.card ? group.card.problem() : INCOMPLETE;
          group.submitted = !error;
          return error ? { error } : {};
        };
        return group;
      },
      async createPaymentMethod({ elements }) {
        if (!elements.submitted) throw new Error('elements.submit() must be called before createPaymentMethod()');
        const error = elements.card.problem();
        return error ? { error } : { paymentMethod: { id: elements.card.method(), type: 'card' } };
      },
    };
  };
})();
