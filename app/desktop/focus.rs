//! Scripts that move the focus. The pages run outside the web view, so only script can move it there.

/// A fragment link focuses its target. In a browser the address does this; a window has none.
pub const FOLLOW_FRAGMENT_LINKS: &str = r##"addEventListener("click", event => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    document.getElementById(link.hash.slice(1))?.focus();
})"##;

/// After a navigation: scroll to the top and focus the new heading, which makes screen readers read it. While the page is
/// loading, its container holds the focus. A user who has moved the focus meanwhile keeps it.
pub const FOCUS_NEXT_PAGE: &str = r#"
    const container = document.querySelector("main");
    const before = document.querySelector("main h1");
    scrollTo(0, 0);
    container?.focus({ preventScroll: true });
    for (let polls = 0; polls < 200; polls++) {
        await new Promise(done => setTimeout(done, 50));
        if (document.activeElement !== container) return;
        const heading = document.querySelector("main h1");
        if (!heading || heading === before) continue;
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
        return;
    }
"#;
