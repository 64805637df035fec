//! Live updates from the server, as server-sent events.

#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
use crate::client::backoff::Backoff;
use crate::client::clock;
use dioxus::prelude::*;
use shared::Instant;
use shared::tickets::Ticket;
use std::time::Duration;

/// An event on a feed.
#[cfg_attr(not(any(target_arch = "wasm32", feature = "desktop")), expect(dead_code, reason = "only clients subscribe"))]
pub enum FeedUpdate {
    /// The feed is connected, possibly again, or cannot be: updates may have been missed. Carries the server's clock, if it was sent.
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

/// Reads a feed until the calling task is cancelled, and reconnects whenever it breaks or falls silent. Where there is no feed for
/// long, a `Hello` now and then takes its place.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
pub async fn subscribe(path: String, mut on_update: impl FnMut(FeedUpdate)) {
    #[cfg(target_arch = "wasm32")]
    use browser::Feed;
    #[cfg(not(target_arch = "wasm32"))]
    use native::Feed;

    let mut backoff = Backoff::default();
    loop {
        let end = match Feed::open(&path).await {
            Ok(mut feed) => loop {
                match feed.next().await {
                    Ok(update) => {
                        backoff.reset();
                        on_update(update);
                    }
                    Err(end) => break end,
                }
            },
            Err(end) => end,
        };
        let (delay, poll) = backoff.next(end, clock::random());
        clock::sleep(delay).await;
        if poll {
            on_update(FeedUpdate::Hello(None));
        }
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
    use crate::client::backoff::End;
    use dioxus::fullstack::{ClientRequest, FromResponse, Method, ServerEvents};
    use std::collections::BTreeMap;

    /// A feed over the HTTP client that the server functions use.
    pub struct Feed(ServerEvents<()>);

    impl Feed {
        pub async fn open(path: &str) -> Result<Feed, End> {
            let no_query = BTreeMap::<&str, &str>::new();
            let request = ClientRequest::new(Method::GET, path.to_owned(), &no_query);
            let response = request.send_empty_body().await.map_err(|_| End::Broken)?;
            ServerEvents::from_response(response).await.map(Feed).map_err(|_| End::Refused)
        }

        pub async fn next(&mut self) -> Result<FeedUpdate, End> {
            let event = self.0.next_event().await.and_then(Result::ok).ok_or(End::Broken)?;
            Ok(parse(&event.event_type, &event.data))
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::{FeedUpdate, parse};
    use crate::client::backoff::End;
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
        updates: UnboundedReceiver<Result<FeedUpdate, End>>,
        _on_message: Vec<Closure<dyn FnMut(MessageEvent)>>,
        _on_error: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Feed {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    impl Feed {
        pub async fn open(path: &str) -> Result<Feed, End> {
            let source = EventSource::new(path).map_err(|_| End::Refused)?;
            let (sender, updates) = unbounded();
            let on_message = ["hello", "ticket", "order", "beat"].map(|kind| {
                let sender = sender.clone();
                let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                    let _ = sender.unbounded_send(Ok(parse(kind, &event.data().as_string().unwrap_or_default())));
                });
                let _ = source.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
                closure
            });
            let failed_source = source.clone();
            let on_error = Closure::<dyn FnMut(Event)>::new(move |_| {
                // A browser that would reconnect by itself does so at a fixed rate, for ever.
                let refused = failed_source.ready_state() == EventSource::CLOSED;
                let _ = sender.unbounded_send(Err(if refused { End::Refused } else { End::Broken }));
            });
            let _ = source.add_event_listener_with_callback("error", on_error.as_ref().unchecked_ref());
            Ok(Feed { source, updates, _on_message: on_message.into(), _on_error: on_error })
        }

        pub async fn next(&mut self) -> Result<FeedUpdate, End> {
            match select(self.updates.next(), Box::pin(clock::sleep(SILENCE_TIMEOUT))).await {
                Either::Left((update, _)) => update.unwrap_or(Err(End::Broken)),
                Either::Right(_) => Err(End::Broken),
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
