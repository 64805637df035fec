//! Where the focus goes. In a browser the client moves it; here only script in the web view can.

use dioxus::prelude::document;

/// A link to a place on the same page moves the focus there: a window has no address for the place to be in.
pub const WITHIN_PAGE: &str = r##"addEventListener("click", event => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    document.getElementById(link.hash.slice(1))?.focus();
})"##;

/// Another page begins at its top, and takes the focus to its heading, which is read by that. It may come only with what is
/// fetched; until then the focus waits close by, and whoever has gone on meanwhile is not called back.
pub const TURNED: &str = r#"
    const waiting = document.querySelector("main");
    const before = document.querySelector("main h1");
    scrollTo(0, 0);
    waiting?.focus({ preventScroll: true });
    for (let tries = 0; tries < 200; tries++) {
        await new Promise(done => setTimeout(done, 50));
        if (document.activeElement !== waiting) return;
        const heading = document.querySelector("main h1");
        if (!heading || heading === before) continue;
        heading.tabIndex = -1;
        heading.focus({ preventScroll: true });
        return;
    }
"#;

/// What was wrong is on the page only after it was rendered.
const FIRST_ERROR: &str = r#"
    await new Promise(done => setTimeout(done, 50));
    document.querySelector("main [aria-invalid=true]")?.focus();
"#;

/// Moves the focus to the first field that is wrong.
pub fn focus_first_error() {
    document::eval(FIRST_ERROR);
}
