//! What a plain form could not do, and the way back: where no script runs, there is no other place to say it.

use crate::components::{Heading, Notice, Tone};
use crate::i18n::t;
use crate::routes::FormErrorQuery;
use dioxus::prelude::*;

/// What did not work, and the way back.
#[component]
pub fn FormError(query: FormErrorQuery) -> Element {
    rsx! {
        Heading { title: t!("problem-other") }
        Notice { tone: Tone::Bad, {query.problem.words()} }
        p { class: "actions",
            a { class: "button", href: query.back.path(), {t!("go-back")} }
        }
    }
}
