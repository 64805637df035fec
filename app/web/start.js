window.startTicketing = () => {
  window.startTicketing = () => {};
  let worker;
  let start = () => {
    start = () => {};
    import("ADDRESS");
    setTimeout(() => worker?.terminate(), 5000);
  };
  if (!REHEARSED) return start();
  try {
    const page = [document.documentElement.lang, location.pathname + location.search, initial_dioxus_hydration_data];
    worker = new Worker("ADDRESS", { type: "module", name: page.join("\n") });
    worker.onmessage = worker.onerror = () => start();
    setTimeout(() => start(), 5000);
  } catch {
    start();
  }
};
try {
  new PerformanceObserver(() => startTicketing()).observe({ type: "paint", buffered: true });
} catch {}
setTimeout(() => startTicketing(), 1000);
