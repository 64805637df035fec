//! The token of a mailed link: taken from the address where there is script, typed where there is none.

use crate::client::address::take_fragment;
use crate::components::Field;
use crate::i18n::t;
use dioxus::prelude::*;

/// The token of the link that led to this page, which may still have to be typed.
#[derive(Clone, Copy, PartialEq)]
pub struct LinkToken {
    pub value: Signal<String>,
    is_known: Signal<bool>,
}

/// Takes the token from the address.
pub fn use_link_token() -> LinkToken {
    let token = LinkToken { value: use_signal(String::new), is_known: use_signal(|| false) };
    use_effect(move || {
        let LinkToken { mut value, mut is_known } = token;
        if let Some(fragment) = take_fragment() {
            value.set(fragment);
            is_known.set(true);
        }
    });
    token
}

/// The field of the token, hidden once the token is known.
#[component]
pub fn LinkTokenField(token: LinkToken) -> Element {
    if (token.is_known)() {
        return rsx! {
            input { r#type: "hidden", name: "token", value: "{token.value}" }
        };
    }
    rsx! {
        Field { name: "token", label: t!("link-code"), value: token.value, autocomplete: "one-time-code" }
    }
}
