// Translators of browsers put <font> elements in the places of text nodes. The client goes on changing the text nodes, which nobody
// sees any more. So a text node returns to its place before the client changes it, and is translated anew.
{
  const replaced = new WeakMap(), CHANGES = ["remove", "replaceWith", "before", "after", "textContent"];
  const restore = (font) => {
    const texts = replaced.get(font);
    for (const text of texts) for (const change of CHANGES) delete text[change];
    if (!texts.some((text) => text.isConnected)) font.replaceWith(...texts);
  };
  const watch = (text, font) => {
    replaced.set(font, [...(replaced.get(font) ?? []), text]);
    for (const change of CHANGES.slice(0, 4)) {
      text[change] = (...nodes) => (restore(font), text[change](...nodes));
    }
    Object.defineProperty(text, "textContent", {
      configurable: true,
      get: () => text.data,
      set: (value) => (restore(font), (text.data = value)),
    });
  };
  new MutationObserver((records) => {
    const fonts = new Set(records.flatMap(({ addedNodes }) => [...addedNodes]).filter(({ nodeName }) => nodeName === "FONT"));
    if (!fonts.size) return;
    for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
      const font = [...addedNodes, previousSibling, nextSibling].find((node) => fonts.has(node));
      // A translation may itself be replaced by the next one.
      const texts = [...removedNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node] : replaced.get(node) ?? []));
      if (font) texts.filter((text) => !text.isConnected).forEach((text) => watch(text, font));
    }
  }).observe(document, { childList: true, subtree: true });
}
