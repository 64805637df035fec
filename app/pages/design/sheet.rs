//! Colours and type, then the components in the order of the style sheet.

use super::samples;
use crate::client::context::CurrentUser;
use crate::components::{
    Cover, EmptyState, Field, Heading, Notice, PasswordField, Select, ShowCard, Skeleton, StateBadge, Tone,
};
use crate::pages::order::Countdown;
use crate::pages::show::TicketItem;
use dioxus::prelude::*;
use shared::TicketId;
use shared::tickets::{Category, TicketState};

/// The colour variables of the style sheet. Each has a class `of-<name>` for its swatch.
const COLOURS: [&str; 18] = [
    "paper",
    "card",
    "line",
    "edge",
    "ink",
    "ink-soft",
    "call",
    "call-ink",
    "call-soft",
    "tick",
    "link",
    "stage",
    "good",
    "good-soft",
    "bad",
    "bad-soft",
    "held",
    "held-soft",
];

#[component]
pub fn Sheet() -> Element {
    // Some components depend on the signed-in user.
    use_context_provider(|| CurrentUser(Signal::new(Some(samples::user()))));
    rsx! {
        Heading { title: "Design" }
        p { class: "lead", "Every component in every state. Look at it in both colour schemes, at 320 px, and from right to left." }
        Colours {}
        Type {}
        Buttons {}
        Fields {}
        Messages {}
        Covers {}
        Shows {}
        Offers {}
        Time {}
        Waiting {}
    }
}

#[component]
fn Colours() -> Element {
    rsx! {
        h2 { "Colours" }
        ul { class: "swatches",
            for name in COLOURS {
                li { key: "{name}",
                    span { class: "swatch of-{name}" }
                    "{name}"
                }
            }
        }
    }
}

#[component]
fn Type() -> Element {
    rsx! {
        h2 { "Type" }
        div { class: "panel",
            p { class: "display", "Display" }
            p { class: "big-price", "€42.50" }
            p { class: "lead", "Lead: what a page is about, in a sentence." }
            p { "Text: what people read. " a { href: "/design", "A link in it" } " is underlined." }
            p { class: "hint", "Hint: what helps and can be skipped." }
        }
    }
}

#[component]
fn Buttons() -> Element {
    rsx! {
        h2 { "Buttons" }
        div { class: "actions",
            button { "Primary" }
            button { class: "quiet", "Quiet" }
            button { class: "danger", "Danger" }
            button { class: "link", "Link" }
            button { disabled: true, "Disabled" }
            a { class: "button", href: "/design", "A link as a button" }
        }
    }
}

#[component]
fn Fields() -> Element {
    let text = |start: &str| use_signal(|| start.to_owned());
    let (plain, hinted, wrong) = (text("Berlin"), text(""), text("soon"));
    let (chosen, secret) = (text("EUR"), text("foxes at noon"));
    let options = ["EUR", "USD"].map(|code| (code.to_owned(), code.to_owned())).to_vec();
    rsx! {
        h2 { "Fields" }
        form { class: "stack panel narrow",
            Field { name: "plain", label: "Plain", value: plain }
            Field { name: "hinted", label: "With a hint", value: hinted, hint: "As it stands on the ticket." }
            Field { name: "wrong", label: "Wrong", value: wrong, error: Some("an amount looks like 49.90".to_owned()) }
            Select { name: "chosen", label: "Choice", value: chosen, options }
            PasswordField { name: "secret", label: "A new password", value: secret, new: true }
        }
    }
}

#[component]
fn Messages() -> Element {
    let states = [TicketState::OnSale, TicketState::Held, TicketState::Sold, TicketState::Withdrawn];
    rsx! {
        h2 { "Notices and badges" }
        Notice { tone: Tone::Plain, "Something to know." }
        Notice { tone: Tone::Good, "It worked." }
        Notice { tone: Tone::Bad, "Something must be done." }
        p { class: "actions",
            span { class: "badge", "Yours" }
            for state in states {
                StateBadge { state }
            }
        }
        EmptyState { title: "Nothing is here",
            p { "What can be done about it, and a way to do it." }
            p { class: "actions",
                button { class: "quiet", "Do it" }
            }
        }
    }
}

#[component]
fn Covers() -> Element {
    rsx! {
        h2 { "Covers" }
        for (group , category) in Category::ALL.into_iter().enumerate() {
            section { key: "{category.name()}",
                p { class: "hint", {category.name()} }
                ul { class: "swatches",
                    for number in 0..6 {
                        li { class: "stub", key: "{number}",
                            Cover { show: samples::show(group * 6 + number + 100, category, "Cover") }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Shows() -> Element {
    rsx! {
        h2 { "Shows" }
        ul { class: "shows",
            for listing in samples::listings() {
                ShowCard { key: "{listing.show.id}", listing }
            }
        }
    }
}

#[component]
fn Offers() -> Element {
    let selection = use_signal(Vec::<TicketId>::new);
    let tickets = use_hook(samples::tickets);
    rsx! {
        // The bar is sticky within its section, so it needs one of its own.
        section {
            h2 { "Tickets" }
            ul { class: "tickets seats",
                for ticket in tickets {
                    TicketItem { key: "{ticket.id}", ticket, selection, server_ahead_millis: Some(0), own_order: None }
                }
            }
            div { class: "bar",
                p { class: "sum",
                    "Total "
                    strong { "€85.00" }
                    span { class: "hint", " all in, no fees on top" }
                }
                button { "Hold 2 tickets and pay" }
            }
        }
    }
}

#[component]
fn Time() -> Element {
    rsx! {
        h2 { "Time" }
        Countdown { seconds: 52, extended: false }
        Countdown { seconds: 14, extended: false }
        Countdown { seconds: 95, extended: true }
    }
}

#[component]
fn Waiting() -> Element {
    rsx! {
        h2 { "Waiting" }
        Skeleton {}
    }
}
