//! The tickets that a user has acquired, and the code of each.

use crate::api::passes::{get_pass, get_pass_code, list_passes, resell_pass};
use crate::client::context::CurrentUser;
use crate::client::device;
use crate::client::feed;
use crate::client::focus::focus_first_error;
use crate::client::hydration::use_hydrated;
use crate::client::request_key::use_request_key;
use crate::components::{
    ActionError, Cover, EmptyState, Field, Heading, Notice, Problem, SeatLabel, SellerProceeds, ShowHeader, ShowPlace,
    ShowTime, SignInPrompt, StateBadge, Tone,
};
use crate::error::ApiError;
use crate::i18n::{amount, money, parse_amount, t};
use crate::model::pass_code::PassCode;
use crate::model::unique::unique_by;
use crate::pages::gift::Gift;
use crate::routes;
use dioxus::prelude::*;
use shared::tickets::Pass;

/// The white around a QR code that scanners need, in modules.
const QUIET_ZONE: usize = 4;

#[component]
pub fn Passes() -> Element {
    let current = use_context::<CurrentUser>();
    if current.0.read().is_none() {
        return rsx! {
            Heading { title: t!("nav-passes") }
            SignInPrompt { back: routes::passes(), reason: t!("sign-in-for-passes") }
        };
    }
    rsx! {
        Heading { title: t!("nav-passes") }
        PassList {}
    }
}

#[component]
fn PassList() -> Element {
    let fetched = use_server_future(|| list_passes(None))?;
    let mut newest = use_signal(|| None::<Vec<Pass>>);
    let mut older = use_signal(Vec::<Pass>::new);
    let mut next = use_signal(|| None::<Option<String>>);
    feed::use_live_updates(move |()| {
        spawn(async move {
            if let Ok(page) = list_passes(None).await {
                newest.set(Some(page.items));
            }
        });
    });
    match fetched() {
        Some(Ok(page)) => {
            let first = newest().unwrap_or(page.items);
            let cursor = next().unwrap_or(page.next);
            let has_more = cursor.is_some();
            let passes = unique_by(first.into_iter().chain(older()), |pass| pass.id);
            let show_more = move |_| {
                let cursor = cursor.clone();
                async move {
                    if let Ok(page) = list_passes(cursor).await {
                        older.with_mut(|known| known.extend(page.items));
                        next.set(Some(page.next));
                    }
                }
            };
            rsx! {
                KeptPasses { passes, complete: !has_more }
                if has_more {
                    p { class: "pager",
                        button { class: "quiet", onclick: show_more, {t!("show-more")} }
                    }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error, heading: false }
        },
        None => rsx! {},
    }
}

/// The passes, which this device keeps for when there is no network. `complete`: there are no others.
#[component]
fn KeptPasses(passes: Vec<Pass>, complete: bool) -> Element {
    let paths: Vec<String> = passes.iter().map(|pass| routes::pass(pass.id)).chain([routes::passes()]).collect();
    use_effect(use_reactive!(|(paths, complete)| device::keep_pages(paths, complete)));
    rsx! {
        if passes.is_empty() {
            EmptyState { title: t!("no-passes"),
                Link { class: "button", to: routes::home(), {t!("find-a-show")} }
            }
        } else {
            ul { class: "tickets stubs",
                for pass in passes {
                    PassItem { key: "{pass.id}", pass }
                }
            }
        }
    }
}

#[component]
fn PassItem(pass: Pass) -> Element {
    let to = routes::pass(pass.id);
    rsx! {
        li { class: "offer",
            div { class: "stub",
                Cover { show: pass.show.clone() }
            }
            span { class: "about",
                Link { to: to.clone(), bdi { "{pass.show.title}" } }
                br {}
                span { class: "hint",
                    " "
                    ShowTime { show: pass.show.clone() }
                }
                br {}
                SeatLabel { seat: pass.seat.clone() }
            }
            if let Some(listing) = &pass.listing {
                StateBadge { state: listing.state }
                strong { class: "price", {money(listing.price)} }
            }
            // Not a link of the router: without a network, only the page itself is on this device.
            a { class: "button", href: to, {t!("show-code")} }
        }
    }
}

#[component]
pub fn PassPage(id: String) -> Element {
    let path = routes::pass(&id);
    let mut fetched = use_server_future(use_reactive!(|(id,)| get_pass(id)))?;
    feed::use_live_updates(move |()| fetched.restart());
    let mut known = use_signal(|| None::<Pass>);
    use_effect(move || {
        if let Some(Ok(pass)) = fetched() {
            known.set(Some(pass));
            device::keep_pages(vec![path.clone()], false);
        }
    });
    use_effect(device::keep_awake);
    use_drop(device::let_sleep);
    // Without a network, a code that is on the page stays there.
    let shown = match (fetched(), known()) {
        (Some(Err(ApiError::Failed | ApiError::Unavailable)), Some(pass)) => Some(Ok(pass)),
        (newest, _) => newest,
    };
    match shown {
        Some(Ok(pass)) => {
            let show = pass.show.clone();
            rsx! {
                ShowHeader { show: show.clone(), title: show.title.to_string(),
                    p { class: "lead",
                        ShowTime { show: show.clone(), with_zone: true }
                    }
                    p { class: "place",
                        ShowPlace { show: show.clone() }
                    }
                }
                section { class: "panel pass",
                    h2 {
                        SeatLabel { seat: pass.seat.clone() }
                    }
                    if show.cancelled {
                        Notice { tone: Tone::Bad, {t!("cancelled-show")} " " {t!("cancelled-show-money")} }
                    } else {
                        Code { id: pass.id.to_string() }
                    }
                }
                if let Some(admission) = &pass.admission {
                    Notice { tone: Tone::Plain, {t!("pass-used", gate = admission.gate.as_str())} }
                } else if !show.cancelled {
                    if pass.transfer.is_none() {
                        Resale { pass: pass.clone(), on_change: move |()| fetched.restart() }
                    }
                    Gift { pass, on_change: move |()| fetched.restart() }
                }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error }
        },
        None => rsx! {},
    }
}

/// The code on white, in either theme: scanners need it.
#[component]
fn Code(id: String) -> Element {
    let fetched = use_server_future(use_reactive!(|(id,)| get_pass_code(id)))?;
    match fetched() {
        Some(Ok(PassCode { path, modules, .. })) => {
            let side = modules + 2 * QUIET_ZONE;
            let view_box = format!("-{QUIET_ZONE} -{QUIET_ZONE} {side} {side}");
            rsx! {
                svg { class: "qr", view_box, role: "img", "aria-label": t!("pass-code"), "shape-rendering": "crispEdges",
                    path { d: path }
                }
                p { class: "hint", {t!("pass-code-hint")} }
            }
        }
        Some(Err(error)) => rsx! {
            Problem { error, heading: false }
        },
        None => rsx! {},
    }
}

/// Sells the pass, or says how far its sale is.
#[component]
fn Resale(pass: Pass, on_change: EventHandler<()>) -> Element {
    if pass.refund_requested {
        return rsx! {
            Notice { tone: Tone::Plain, {t!("error-refund-under-way")} }
        };
    }
    match pass.listing {
        Some(listing) => rsx! {
            section { class: "panel narrow",
                h2 { {t!("resell-title")} }
                p {
                    StateBadge { state: listing.state }
                    " "
                    {money(listing.price)}
                }
                p { class: "hint", {t!("resell-hint")} }
                p { class: "actions",
                    Link { class: "button quiet", to: routes::ticket(listing.ticket_id), {t!("resell-change")} }
                }
            }
        },
        None => rsx! {
            ResaleForm { pass, on_change }
        },
    }
}

#[component]
fn ResaleForm(pass: Pass, on_change: EventHandler<()>) -> Element {
    let (id, currency) = (pass.id, pass.show.currency);
    let price = use_signal(|| amount(pass.face_value));
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<ApiError>);
    // Only the client can send it.
    let (key, hydrated) = (use_request_key(), use_hydrated());
    let submit = move |event: FormEvent| {
        event.prevent_default();
        async move {
            if busy() {
                return;
            }
            busy.set(true);
            let result = match parse_amount("price", &price(), currency) {
                Ok(price) => key.send(&(id, price), resell_pass(id.to_string(), price)).await,
                Err(invalid) => Err(invalid.into()),
            };
            busy.set(false);
            match result {
                Ok(_) => on_change.call(()),
                Err(failure) => {
                    error.set(Some(failure));
                    focus_first_error();
                }
            }
        }
    };
    let price_error = error.read().as_ref().and_then(|error: &ApiError| error.field_message("price"));
    let form_error = error().filter(|_| price_error.is_none());
    let hint = pass.price_cap.map(|most| t!("resell-cap", most = money(most))).unwrap_or_default();
    rsx! {
        section { class: "panel narrow",
            h2 { {t!("resell-title")} }
            p { class: "hint", {t!("resell-hint")} }
            if let Some(error) = form_error {
                ActionError { error }
            }
            form { class: "stack", method: "post", novalidate: true, onsubmit: submit,
                Field { name: "price", label: t!("price-in", currency = currency.code()), value: price, hint, error: price_error, inputmode: "decimal" }
                SellerProceeds { price_input: price(), currency }
                div { class: "actions",
                    button { r#type: "submit", disabled: busy() || !hydrated, {t!("resell")} }
                }
            }
        }
    }
}
