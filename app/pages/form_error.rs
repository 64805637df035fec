//! Reports the failure of a plain form. Without script there is no other place to show it.

use crate::components::{Heading, Notice, Tone};
use crate::i18n::t;
use crate::routes::FormErrorQuery;
use dioxus::prelude::*;

#[component]
pub fn FormError(query: FormErrorQuery) -> Element {
    rsx! {
        Heading { title: t!("problem-other") }
        Notice { tone: Tone::Bad, {query.problem.message()} }
        p { class: "actions",
            a { class: "button", href: query.back.path(), {t!("go-back")} }
        }
    }
}
