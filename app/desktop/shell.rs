//! What is around the pages in the window: whether the server is there, and which one it is.

use super::address::Server;
use super::pages::Pages;
use super::{Start, focus, links, menu};
use crate::components::{Field, Notice, Tone};
use crate::i18n::t;
use crate::routes::Route;
use dioxus::desktop::window;
use dioxus::fullstack::GLOBAL_REQUEST_CLIENT;
use dioxus::fullstack::reqwest::Client;
use dioxus::history::provide_history_context;
use dioxus::prelude::*;
use std::io;
use std::process::Command;
use std::time::Duration;

/// How long a server may take to say that it is there.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the page was looked at anew.
#[derive(Clone, Copy)]
struct Looks(Signal<usize>);

/// Looks at the page again, and whether the server is there.
pub fn reload() {
    if let Some(Looks(mut looks)) = try_consume_context() {
        looks += 1;
    }
}

/// Opens an address in the person's browser.
pub fn open_outside(url: &str) {
    if let Err(error) = webbrowser::open(url) {
        tracing::warn!(%error, "no browser could be opened");
    }
}

/// Whether a server answers, whatever it says.
async fn answers(client: &Client, server: &Server) -> bool {
    client.get(format!("{server}/health/live")).timeout(ANSWER_TIMEOUT).send().await.is_ok()
}

/// Everything in the window.
#[component]
pub fn Window() -> Element {
    let start = use_context::<Start>();
    let looks = use_context_provider(|| Looks(Signal::new(0))).0;
    let choosing = use_signal(|| start.other.clone());
    let pages = use_hook(|| {
        let document = document::document();
        let turned = move || {
            document.eval(focus::TURNED.to_owned());
        };
        // The page of another server is none of this one's.
        let first = if start.other.is_some() { "/" } else { start.path.as_str() };
        let pages = Pages::at(first, turned);
        provide_history_context(pages.clone());
        pages
    });
    menu::use_menu(start.server.clone(), pages, choosing);
    // Which look found the server there. The pages begin anew with it, and not before.
    let reached = use_resource(move || {
        let look = looks();
        let server = start.server.clone();
        async move {
            let client = GLOBAL_REQUEST_CLIENT.get().expect("it was made before the window");
            answers(client, &server).await.then_some(look)
        }
    });
    let busy = *reached.state().read() == UseResourceState::Pending;
    rsx! {
        if let Some(named) = choosing() {
            Choose { named, choosing }
        }
        // What was typed into a page stays there while one looks at something else.
        div { hidden: choosing.read().is_some(),
            match reached() {
                // A list of one: only in lists does a new key begin anew.
                Some(Some(look)) => rsx! {
                    for look in [look] {
                        SuspenseBoundary { key: "{look}", fallback: |_| rsx! { Looking {} },
                            Router::<Route> {}
                        }
                    }
                },
                Some(None) => rsx! {
                    NoServer { busy, choosing }
                },
                None => rsx! {
                    Looking {}
                },
            }
        }
    }
}

#[component]
fn Looking() -> Element {
    rsx! {
        main {
            p { class: "loading", role: "status", {t!("one-moment")} }
        }
    }
}

/// What there is to see while the server does not answer.
#[component]
fn NoServer(busy: bool, mut choosing: Signal<Option<Server>>) -> Element {
    let server = use_context::<Start>().server;
    rsx! {
        document::Title { {t!("page-title", title = t!("window-no-server"))} }
        main {
            section { class: "empty", role: "alert",
                h1 { {t!("window-no-server")} }
                p { strong { "{server}" } }
                p { {t!("window-no-server-words")} }
                p { class: "actions",
                    button { disabled: busy, onclick: move |_| reload(), if busy { {t!("one-moment")} } else { {t!("try-again")} } }
                    button { class: "quiet", onclick: move |_| choosing.set(Some(server.clone())), {t!("window-other-server")} }
                }
            }
        }
    }
}

/// Asks for the address of a server, and begins anew there. The one that is named stands there already.
#[component]
fn Choose(named: Server, mut choosing: Signal<Option<Server>>) -> Element {
    let start = use_context::<Start>();
    // Only a link names another one.
    let leads_elsewhere = named != start.server;
    let address = use_signal(|| named.to_string());
    let mut busy = use_signal(|| false);
    let mut about = use_signal(|| None::<String>);
    let mut problem = use_signal(|| None::<String>);
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let start = start.clone();
        async move {
            let server = match Server::parse(&address.peek()) {
                Ok(server) => server,
                Err(wrong) => return about.set(Some(wrong)),
            };
            if server == start.server {
                return choosing.set(None);
            }
            if !busy() {
                busy.set(true);
                about.set(None);
                problem.set(go_to(&start, &server).await.err());
                busy.set(false);
            }
        }
    };
    rsx! {
        main {
            div { class: "narrow",
                h1 { {t!("window-choose")} }
                if leads_elsewhere {
                    Notice { tone: Tone::Plain, {t!("window-leads-elsewhere")} }
                }
                p { {t!("window-signed-in")} }
                form { class: "stack", novalidate: true, onsubmit: submit,
                    if let Some(problem) = problem() {
                        Notice { tone: Tone::Bad, {problem} }
                    }
                    Field { name: "server", label: t!("window-address"), hint: t!("window-address-hint"), value: address, error: about(), inputmode: "url" }
                    div { class: "actions",
                        button { r#type: "submit", disabled: busy(), if busy() { {t!("one-moment")} } else { {t!("window-use")} } }
                        button { r#type: "button", class: "quiet", onclick: move |_| choosing.set(None), {t!("window-keep")} }
                    }
                }
            }
        }
    }
}

/// Begins anew at another server, where there is one.
async fn go_to(start: &Start, server: &Server) -> Result<(), String> {
    if !answers(&super::client(server, &start.folder), server).await {
        return Err(t!("window-nobody"));
    }
    start.folder.remember(server).map_err(|_| t!("window-not-kept"))?;
    // The page is the one that the link named, if it was a link that led there.
    let path = if start.other.as_ref() == Some(server) { start.path.as_str() } else { "/" };
    begin_anew(path).map_err(|_| t!("window-not-started"))?;
    window().close();
    Ok(())
}

/// Starts this program once more, at the server that is remembered: the framework takes one for the life of a process.
fn begin_anew(path: &str) -> io::Result<()> {
    let program = std::env::current_exe()?;
    Command::new(program).arg(links::to(path)).env_remove(super::VARIABLE).spawn().map(drop)
}
