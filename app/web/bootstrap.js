window.startTicketing = () => {
  window.startTicketing = () => {};
  const blocks = [...document.querySelectorAll("script[type='application/cbor']")];
  if (blocks.length) window.initial_dioxus_hydration_data = btoa(blocks.map((block) => atob(block.textContent)).join(""));
  const TIMEOUT_MS = 5000, TERMINATE_DELAY_MS = 5000;
  let worker;
  let start = () => {
    start = () => {};
    import("ADDRESS");
    setTimeout(() => worker?.terminate(), TERMINATE_DELAY_MS);
  };
  if (!PREWARM) return start();
  try {
    const page = [pageLanguage, location.pathname + location.search, initial_dioxus_hydration_data];
    worker = new Worker("ADDRESS", { type: "module", name: page.join("\n") });
    worker.onmessage = worker.onerror = () => start();
    setTimeout(() => start(), TIMEOUT_MS);
  } catch {
    start();
  }
};
// The attribute `lang` of the page is no answer: translators change it.
window.pageLanguage = "LANGUAGE";
try {
  new PerformanceObserver(() => startTicketing()).observe({ type: "paint", buffered: true });
} catch {}
setTimeout(() => startTicketing(), 1000);
