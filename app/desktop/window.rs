//! The window's content: the pages, or what is shown while the server does not respond or another one is chosen.

use super::focus::FOCUS_NEXT_PAGE;
use super::history::WindowHistory;
use super::http_client::http_client;
use super::server_address::ServerAddress;
use super::settings::{SERVER_VARIABLE, Settings};
use super::{deep_link, menu};
use crate::client::reload::{Reloads, reload};
use crate::components::{Field, Notice, Tone};
use crate::i18n::t;
use crate::site_map::Route;
use dioxus::desktop::window;
use dioxus::fullstack::GLOBAL_REQUEST_CLIENT;
use dioxus::fullstack::reqwest::Client;
use dioxus::history::provide_history_context;
use dioxus::prelude::*;
use std::io;
use std::process::Command;
use std::time::Duration;

const HEALTH_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether the server responds, with any status.
async fn responds(client: &Client, server: &ServerAddress) -> bool {
    client.get(format!("{server}/health/live")).timeout(HEALTH_TIMEOUT).send().await.is_ok()
}

/// The root component of the window.
#[component]
pub fn Window() -> Element {
    let settings = use_context::<Settings>();
    let reloads = use_context_provider(|| Reloads(Signal::new(0))).0;
    // The address in the form that chooses a server, while the form is open.
    let choosing = use_signal(|| settings.link_server.clone());
    let history = use_hook(|| {
        let document = document::document();
        let on_navigation = move || {
            document.eval(FOCUS_NEXT_PAGE.to_owned());
        };
        // The link's page is on the link's server, which the user may not choose.
        let first = if settings.link_server.is_some() { "/" } else { settings.path.as_str() };
        let history = WindowHistory::starting_at(first, on_navigation);
        provide_history_context(history.clone());
        history
    });
    menu::use_menu(settings.server.clone(), history, choosing);
    // The number of the reload that has reached the server. The pages are remounted once it changes.
    let reached = use_resource(move || {
        let current = reloads();
        let server = settings.server.clone();
        async move {
            let client = GLOBAL_REQUEST_CLIENT.get().expect("main sets the client before it opens the window");
            responds(client, &server).await.then_some(current)
        }
    });
    let busy = *reached.state().read() == UseResourceState::Pending;
    rsx! {
        if let Some(address) = choosing() {
            ServerForm { address, choosing }
        }
        // Hidden and not unmounted, so that the pages keep their input.
        div { hidden: choosing.read().is_some(),
            match reached() {
                // Dioxus honours `key` only in lists; the one-item list remounts the pages.
                Some(Some(reload)) => rsx! {
                    for reload in [reload] {
                        SuspenseBoundary { key: "{reload}", fallback: |_| rsx! { Loading {} },
                            Router::<Route> {}
                        }
                    }
                },
                Some(None) => rsx! {
                    NoServer { busy, choosing }
                },
                None => rsx! {
                    Loading {}
                },
            }
        }
    }
}

#[component]
fn Loading() -> Element {
    rsx! {
        main {
            p { class: "loading", role: "status", {t!("one-moment")} }
        }
    }
}

/// Takes the place of the pages while the server does not respond.
#[component]
fn NoServer(busy: bool, mut choosing: Signal<Option<ServerAddress>>) -> Element {
    let server = use_context::<Settings>().server;
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

/// Chooses a server and restarts the program with it.
#[component]
fn ServerForm(address: ServerAddress, mut choosing: Signal<Option<ServerAddress>>) -> Element {
    let settings = use_context::<Settings>();
    let from_link = address != settings.server;
    let input = use_signal(|| address.to_string());
    let mut busy = use_signal(|| false);
    let mut address_error = use_signal(|| None::<String>);
    let mut problem = use_signal(|| None::<String>);
    let submit = move |event: FormEvent| {
        event.prevent_default();
        let settings = settings.clone();
        async move {
            let server = match ServerAddress::parse(&input.peek()) {
                Ok(server) => server,
                Err(error) => return address_error.set(Some(error)),
            };
            if server == settings.server {
                return choosing.set(None);
            }
            if !busy() {
                busy.set(true);
                address_error.set(None);
                problem.set(switch_server(&settings, &server).await.err());
                busy.set(false);
            }
        }
    };
    rsx! {
        main {
            div { class: "narrow",
                h1 { {t!("window-choose")} }
                if from_link {
                    Notice { tone: Tone::Plain, {t!("window-leads-elsewhere")} }
                }
                p { {t!("window-signed-in")} }
                form { class: "stack", novalidate: true, onsubmit: submit,
                    if let Some(problem) = problem() {
                        Notice { tone: Tone::Bad, {problem} }
                    }
                    Field { name: "server", label: t!("window-address"), hint: t!("window-address-hint"), value: input, error: address_error(), inputmode: "url" }
                    div { class: "actions",
                        button { r#type: "submit", disabled: busy(), if busy() { {t!("one-moment")} } else { {t!("window-use")} } }
                        button { r#type: "button", class: "quiet", onclick: move |_| choosing.set(None), {t!("window-keep")} }
                    }
                }
            }
        }
    }
}

/// Remembers the server and restarts the program, if the server responds.
async fn switch_server(settings: &Settings, server: &ServerAddress) -> Result<(), String> {
    if !responds(&http_client(server, &settings.config_dir), server).await {
        return Err(t!("window-nobody"));
    }
    settings.config_dir.remember(server).map_err(|_| t!("window-not-kept"))?;
    // Opens the link's page if the user has chosen the link's server.
    let path = if settings.link_server.as_ref() == Some(server) { settings.path.as_str() } else { "/" };
    restart(path).map_err(|_| t!("window-not-started"))?;
    window().close();
    Ok(())
}

/// Starts the program again with the remembered server. The framework accepts one server per process.
fn restart(path: &str) -> io::Result<()> {
    let program = std::env::current_exe()?;
    Command::new(program).arg(deep_link::to(path)).env_remove(SERVER_VARIABLE).spawn().map(drop)
}
