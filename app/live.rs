//! Live feeds, as the client hears them.

use crate::clock;
use dioxus::prelude::*;
use shared::Instant;
use shared::tickets::Ticket;
use std::time::Duration;

/// What is heard on a feed.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only browsers listen"))]
pub enum Heard {
    /// The feed is (again) there: look at what it is about, then go on listening. With the server's clock, if it said it.
    Hello(Option<Instant>),
    /// A ticket is new, or not as it was.
    Ticket(Box<Ticket>),
    /// An order is new, or not as it was.
    Order,
    /// Nothing new, but the feed is there.
    Beat,
}

/// How long news is gathered before it is looked at: who lists fifty tickets looks once.
const GATHER: Duration = Duration::from_millis(100);

/// Calls when something of a person's own orders or tickets has changed, for as long as the component is there: also at the
/// beginning, and whenever news may have been missed.
pub fn use_own_news(changed: impl FnMut(()) + 'static) {
    let changed = use_callback(changed);
    let mut gathering = use_signal(|| false);
    let hear = use_callback(move |heard| {
        if !matches!(heard, Heard::Beat) && !gathering.replace(true) {
            spawn(async move {
                clock::sleep(GATHER).await;
                gathering.set(false);
                changed.call(());
            });
        }
    });
    use_effect(move || {
        spawn(listen("/api/live".to_owned(), move |heard| hear.call(heard)));
    });
}

/// Listens to a feed for as long as the page is there, and connects again whenever it breaks or falls silent.
#[cfg(target_arch = "wasm32")]
pub async fn listen(path: String, mut hear: impl FnMut(Heard)) {
    use futures_util::StreamExt;
    use futures_util::future::{Either, select};
    /// The server says something every ten seconds. A network that has gone may tell nobody.
    const SILENCE: Duration = Duration::from_secs(25);
    const SHORT: Duration = Duration::from_millis(500);
    let mut pause = SHORT;
    loop {
        let (sender, mut heard) = futures_channel::mpsc::unbounded();
        let open = browser::open(&path, sender);
        while let Either::Left((Some(Some(news)), _)) = select(heard.next(), Box::pin(clock::sleep(SILENCE))).await {
            pause = SHORT;
            hear(news);
        }
        drop(open);
        clock::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// Only browsers listen; elsewhere the page is as fresh as its last look.
#[cfg(not(target_arch = "wasm32"))]
pub async fn listen(_: String, _: impl FnMut(Heard)) {
    std::future::pending().await
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::Heard;
    use futures_channel::mpsc::UnboundedSender;
    use shared::Instant;
    use shared::tickets::TicketNews;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    /// A connection, closed when it is dropped.
    pub struct Open {
        source: EventSource,
        _hearing: Vec<Closure<dyn FnMut(MessageEvent)>>,
        _error: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Open {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    /// What an event of that kind says; nothing, if it cannot be read.
    fn read(kind: &str, text: &str) -> Option<Heard> {
        match kind {
            "hello" => Some(Heard::Hello(text.parse().ok().map(Instant::from_millis))),
            "ticket" => Some(Heard::Ticket(Box::new(serde_json::from_str::<TicketNews>(text).ok()?.ticket))),
            "order" => Some(Heard::Order),
            _ => Some(Heard::Beat),
        }
    }

    /// Opens a feed. Nothing is sent when it broke for good; what the browser mends by itself begins with `hello` again.
    pub fn open(path: &str, sender: UnboundedSender<Option<Heard>>) -> Option<Open> {
        let source = EventSource::new(path).ok()?;
        let hearing = ["hello", "ticket", "order", "beat"].map(|kind| {
            let sender = sender.clone();
            let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(heard) = read(kind, &event.data().as_string().unwrap_or_default()) {
                    let _ = sender.unbounded_send(Some(heard));
                }
            });
            let _ = source.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
            closure
        });
        let of = source.clone();
        let error = Closure::<dyn FnMut(Event)>::new(move |_| {
            if of.ready_state() == EventSource::CLOSED {
                let _ = sender.unbounded_send(None);
            }
        });
        let _ = source.add_event_listener_with_callback("error", error.as_ref().unchecked_ref());
        Some(Open { source, _hearing: hearing.into(), _error: error })
    }
}
