// The program receives input events asynchronously and writes each value back into its field. A value that was typed lately
// is such an echo: ignore it, since the user may have typed on.
{
  const ECHO_TIMEOUT_MS = 1000;
  const property = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  const typed = new WeakMap();
  const typedLately = (field) => (typed.get(field) ?? []).filter(({ at }) => performance.now() - at < ECHO_TIMEOUT_MS);
  addEventListener("input", ({ target: field }) => {
    if (field instanceof HTMLInputElement) {
      typed.set(field, [...typedLately(field), { value: field.value, at: performance.now() }]);
    }
  }, true);
  Object.defineProperty(HTMLInputElement.prototype, "value", {
    ...property,
    set(value) {
      const pending = typedLately(this);
      const echo = pending.findIndex((one) => one.value === value);
      typed.set(this, pending.slice(echo + 1));
      if (echo < 0) property.set.call(this, value);
    },
  });
}
