//! A message above a form or a page, announced by screen readers.

use dioxus::prelude::*;

/// The kind of a message.
#[derive(Clone, Copy, PartialEq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
}

/// A message that screen readers announce when it appears.
#[component]
pub fn Notice(tone: Tone, children: Element) -> Element {
    let (class, role) = match tone {
        Tone::Plain => ("notice", "status"),
        Tone::Good => ("notice good", "status"),
        Tone::Bad => ("notice bad", "alert"),
    };
    rsx! {
        div { class, role, {children} }
    }
}
