//! Starts the client after the first paint: a page is readable without it, and it weighs forty times as much as the page.

use crate::i18n::Language;

/// The script waits for the first paint, or one second where there is none, as in a background tab. A worker then prewarms the
/// client (see `client/prewarm.rs`). If there are no workers, or prewarming takes longer than five seconds, the client
/// starts cold. The worker lives on for a while, because the compiled code is dropped with it. Debug builds do not prewarm:
/// it only delays their start.
const SCRIPT: &str = concat!(include_str!("bootstrap.js"), include_str!("translated_texts.js"));

/// The start and the end of the framework's tag that loads the client at once; the client's address is between them.
const MODULE_TAG: (&str, &str) = ("<script type=\"module\" async src=\"", "\"></script>");

/// Replaces the tag that loads the client at once by the script that starts it after the first paint. Returns the page, and the
/// script if there is one.
pub fn start_after_paint(page: String, language: Language) -> (String, Option<String>) {
    let (opening, closing) = MODULE_TAG;
    let found = page.split_once(opening).and_then(|(before, rest)| {
        let (address, after) = rest.split_once(closing)?;
        // The address moves into a string of the script, which no character of these can end.
        let plain = address.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte));
        plain.then_some((before, address, after))
    });
    let Some((before, address, after)) = found else { return (page, None) };
    let prewarm = if cfg!(debug_assertions) { "false" } else { "true" };
    let script = SCRIPT.replace("ADDRESS", address).replace("PREWARM", prewarm).replace("LANGUAGE", language.tag());
    (format!("{before}<script>{script}</script>{after}"), Some(script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_loaded_after_the_first_paint() {
        let tag = "<p></p><script type=\"module\" async src=\"/./assets/a-1.js\"></script></body>";

        let (page, script) = start_after_paint(tag.to_owned(), Language::German);

        assert!(script.is_some_and(|script| page.contains(&script)), "{page}");
        assert!(page.starts_with("<p></p><script>window.startTicketing = "), "{page}");
        assert!(page.contains("window.pageLanguage = \"de\";"), "{page}");
        assert!(page.contains("import(\"/./assets/a-1.js\")") && page.ends_with("\n</script></body>"), "{page}");
        assert!(
            !["async src", "ADDRESS", "PREWARM", "LANGUAGE"].iter().any(|placeholder| page.contains(placeholder)),
            "{page}"
        );
    }

    #[test]
    fn a_page_without_a_client_stays_as_it_is() {
        let odd = "<script type=\"module\" async src=\"/a\\\"\"></script>";
        for page in ["<p></p>", odd] {
            assert_eq!(start_after_paint(page.to_owned(), Language::English), (page.to_owned(), None));
        }
    }
}
