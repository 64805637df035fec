//! When the client starts: once the page is seen. Nothing of it is needed for that, and it is forty times as heavy.

/// How the inline script begins that starts the client.
pub const BEGINNING: &str = "window.startTicketing = ";

/// That script. It waits for the first paint; a page that nobody sees, in a window behind others, starts a second later. First
/// a worker warms the client up (see `client/prewarm.rs`): where none is to be had, or it takes longer than five seconds, the client
/// starts cold. The worker is kept a while, with what it has had compiled. A debug build only takes longer by that.
const SCRIPT: &str = include_str!("bootstrap.js");

/// The framework's tag around the address of the client.
const TAG: (&str, &str) = ("<script type=\"module\" async src=\"", "\"></script>");

/// Puts the script that starts the client in the place of the tag that loads it at once.
pub fn after_paint(page: String) -> String {
    let (opening, closing) = TAG;
    let found = page.split_once(opening).and_then(|(before, rest)| {
        let (address, after) = rest.split_once(closing)?;
        // It stands in a script from now on: what an address of ours is made of cannot end its text.
        let plain = address.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte));
        plain.then(|| (before.to_owned(), address.to_owned(), after.to_owned()))
    });
    let Some((before, address, after)) = found else { return page };
    let warm_up = if cfg!(debug_assertions) { "false" } else { "true" };
    let script = SCRIPT.replace("ADDRESS", &address).replace("WARM_UP", warm_up);
    format!("{before}<script>{script}</script>{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_loaded_once_the_page_is_seen() {
        let page =
            after_paint("<p></p><script type=\"module\" async src=\"/./assets/a-1.js\"></script></body>".to_owned());

        assert!(page.starts_with("<p></p><script>window.startTicketing = "), "{page}");
        assert!(page.contains("import(\"/./assets/a-1.js\")") && page.ends_with("\n</script></body>"), "{page}");
        assert!(!["async src", "ADDRESS", "WARM_UP"].iter().any(|left| page.contains(left)), "{page}");
    }

    #[test]
    fn a_page_without_a_client_stays_as_it_is() {
        let odd = "<script type=\"module\" async src=\"/a\\\"\"></script>";
        for page in ["<p></p>", odd] {
            assert_eq!(after_paint(page.to_owned()), page);
        }
    }
}
