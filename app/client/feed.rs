//! Live updates from the server, as server-sent events.

use crate::client::clock;
use dioxus::prelude::*;
use shared::Instant;
use shared::tickets::Ticket;
use std::time::Duration;

/// An event on a feed.
#[cfg_attr(not(any(target_arch = "wasm32", feature = "desktop")), expect(dead_code, reason = "only clients subscribe"))]
pub enum FeedUpdate {
    /// The feed is connected, possibly again, so updates may have been missed. Carries the server's clock, if it was sent.
    Hello(Option<Instant>),
    /// A ticket was added or changed.
    Ticket(Box<Ticket>),
    /// An order was added or changed.
    Order,
    /// Nothing changed; the connection works.
    Heartbeat,
}

/// Updates within this time cause one reload: a seller who lists fifty tickets causes fifty updates.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Calls `reload` when the user's own orders or tickets change, until the component is unmounted. It is also called once the
/// feed is connected, and after each interruption.
pub fn use_live_updates(reload: impl FnMut(()) + 'static) {
    let reload = use_callback(reload);
    let mut scheduled = use_signal(|| false);
    let schedule = use_callback(move |update| {
        if !matches!(update, FeedUpdate::Heartbeat) && !scheduled.replace(true) {
            spawn(async move {
                clock::sleep(DEBOUNCE).await;
                scheduled.set(false);
                reload.call(());
            });
        }
    });
    use_effect(move || {
        spawn(subscribe("/api/live".to_owned(), move |update| schedule.call(update)));
    });
}

/// Reads a feed until the calling task is cancelled, and reconnects whenever it breaks or falls silent.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
pub async fn subscribe(path: String, mut on_update: impl FnMut(FeedUpdate)) {
    #[cfg(target_arch = "wasm32")]
    use browser::Feed;
    #[cfg(not(target_arch = "wasm32"))]
    use native::Feed;

    const MIN_RECONNECT_DELAY: Duration = Duration::from_millis(500);
    /// Short enough that a client is up to date two seconds after its network is back.
    const MAX_RECONNECT_DELAY: Duration = Duration::from_secs(1);
    let mut delay = MIN_RECONNECT_DELAY;
    loop {
        if let Some(mut feed) = Feed::open(&path).await {
            while let Some(update) = feed.next().await {
                delay = MIN_RECONNECT_DELAY;
                on_update(update);
            }
        }
        clock::sleep(delay).await;
        delay = (delay * 2).min(MAX_RECONNECT_DELAY);
    }
}

/// The server renders pages once and subscribes to nothing.
#[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
pub async fn subscribe(_: String, _: impl FnMut(FeedUpdate)) {
    std::future::pending().await
}

/// Parses an event. Unknown kinds and malformed data count as heartbeats, so that a newer server does not break the client.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
fn parse(kind: &str, data: &str) -> FeedUpdate {
    match kind {
        "hello" => FeedUpdate::Hello(data.parse().ok().map(Instant::from_millis)),
        "ticket" => match serde_json::from_str::<shared::tickets::TicketUpdate>(data) {
            Ok(update) => FeedUpdate::Ticket(Box::new(update.ticket)),
            Err(_) => FeedUpdate::Heartbeat,
        },
        "order" => FeedUpdate::Order,
        _ => FeedUpdate::Heartbeat,
    }
}

#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
mod native {
    use super::{FeedUpdate, parse};
    use dioxus::fullstack::{ClientRequest, FromResponse, Method, ServerEvents};
    use std::collections::BTreeMap;

    /// A feed over the HTTP client that the server functions use.
    pub struct Feed(ServerEvents<()>);

    impl Feed {
        /// `None` if the server is not reached or does not have this feed.
        pub async fn open(path: &str) -> Option<Feed> {
            let no_query = BTreeMap::<&str, &str>::new();
            let request = ClientRequest::new(Method::GET, path.to_owned(), &no_query);
            let response = request.send_empty_body().await.ok()?;
            ServerEvents::from_response(response).await.ok().map(Feed)
        }

        /// The next update; `None` once the connection is broken.
        pub async fn next(&mut self) -> Option<FeedUpdate> {
            let event = self.0.next_event().await?.ok()?;
            Some(parse(&event.event_type, &event.data))
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::{FeedUpdate, parse};
    use crate::client::clock;
    use futures_channel::mpsc::{UnboundedReceiver, unbounded};
    use futures_util::StreamExt;
    use futures_util::future::{Either, select};
    use std::time::Duration;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    /// The server sends a heartbeat every ten seconds. A lost network may cause no error event.
    const SILENCE_TIMEOUT: Duration = Duration::from_secs(25);

    /// A feed, closed when it is dropped.
    pub struct Feed {
        source: EventSource,
        /// `None` in the channel means closed for good. After a reconnect by the browser itself, `hello` comes again.
        updates: UnboundedReceiver<Option<FeedUpdate>>,
        _on_message: Vec<Closure<dyn FnMut(MessageEvent)>>,
        _on_error: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Feed {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    impl Feed {
        /// `None` if the browser refuses the address.
        pub async fn open(path: &str) -> Option<Feed> {
            let source = EventSource::new(path).ok()?;
            let (sender, updates) = unbounded();
            let on_message = ["hello", "ticket", "order", "beat"].map(|kind| {
                let sender = sender.clone();
                let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                    let _ = sender.unbounded_send(Some(parse(kind, &event.data().as_string().unwrap_or_default())));
                });
                let _ = source.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
                closure
            });
            let failed_source = source.clone();
            let on_error = Closure::<dyn FnMut(Event)>::new(move |_| {
                if failed_source.ready_state() == EventSource::CLOSED {
                    let _ = sender.unbounded_send(None);
                }
            });
            let _ = source.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
            Some(Feed { source, updates, _on_message: on_message.into(), _on_error: on_error })
        }

        /// The next update; `None` once the connection is broken or silent.
        pub async fn next(&mut self) -> Option<FeedUpdate> {
            match select(self.updates.next(), Box::pin(clock::sleep(SILENCE_TIMEOUT))).await {
                Either::Left((update, _)) => update.flatten(),
                Either::Right(_) => None,
            }
        }
    }
}

#[cfg(all(test, feature = "desktop"))]
mod tests {
    use super::*;

    #[test]
    fn known_events_are_parsed_and_unknown_ones_are_heartbeats() {
        let server_time = |update| match update {
            FeedUpdate::Hello(time) => time,
            _ => None,
        };
        assert_eq!(server_time(parse("hello", "1700000000000")), Some(Instant::from_millis(1_700_000_000_000)));
        assert_eq!(server_time(parse("hello", "")), None);
        assert!(matches!(parse("order", "{}"), FeedUpdate::Order));
        for (kind, data) in [("ticket", "{}"), ("weather", "1700000000000")] {
            assert!(matches!(parse(kind, data), FeedUpdate::Heartbeat), "{kind}");
        }
    }
}
