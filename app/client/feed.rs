//! Live updates from the server, as server-sent events.

#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
use crate::client::backoff::Backoff;
use crate::client::clock;
use crate::client::context::use_user_id;
use dioxus::prelude::*;
use shared::tickets::Ticket;
use shared::{Instant, ShowId, UserId};
use std::time::Duration;

/// What a page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The tickets of a show.
    Show(ShowId),
    /// The user's own orders and tickets.
    User(UserId),
}

/// An event on a feed.
#[cfg_attr(not(any(target_arch = "wasm32", feature = "desktop")), expect(dead_code, reason = "only clients subscribe"))]
pub enum FeedUpdate {
    /// The feed is connected, possibly again, or cannot be: updates may have been missed. Carries the server's clock, if it was sent.
    Hello(Option<Instant>),
    /// A ticket was added or changed.
    Ticket(Box<Ticket>),
    /// An order, a ticket or a pass of the user was added or changed.
    Own,
    /// Nothing changed; the connection works.
    Heartbeat,
}

/// Updates within this time cause one reload: a seller who lists fifty tickets causes fifty updates.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// Calls `reload` when the user's own orders or tickets change, until the component is unmounted. It is also called once the
/// feed is connected, and after each interruption.
pub fn use_live_updates(reload: impl FnMut(()) + 'static) {
    let user = use_user_id();
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
        if let Some(user) = user {
            spawn(subscribe(Topic::User(user), move |update| schedule.call(update)));
        }
    });
}

/// Reads a feed until the calling task is cancelled, and reconnects whenever it breaks or falls silent. Where there is no feed for
/// long, a `Hello` now and then takes its place.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
pub async fn subscribe(topic: Topic, mut on_update: impl FnMut(FeedUpdate)) {
    #[cfg(target_arch = "wasm32")]
    use browser::Feed;
    #[cfg(not(target_arch = "wasm32"))]
    use native::Feed;

    let mut backoff = Backoff::default();
    loop {
        let end = match Feed::open(topic).await {
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
pub async fn subscribe(_: Topic, _: impl FnMut(FeedUpdate)) {
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
        "order" | "pass" | "own" => FeedUpdate::Own,
        _ => FeedUpdate::Heartbeat,
    }
}

#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
mod native {
    use super::{FeedUpdate, Topic, parse};
    use crate::client::backoff::End;
    use dioxus::fullstack::{ClientRequest, FromResponse, Method, ServerEvents};
    use std::collections::BTreeMap;

    /// A feed over the HTTP client that the server functions use.
    pub struct Feed(ServerEvents<()>);

    impl Feed {
        pub async fn open(topic: Topic) -> Result<Feed, End> {
            let path = match topic {
                Topic::Show(show) => format!("/api/shows/{show}/live"),
                Topic::User(_) => "/api/live".to_owned(),
            };
            let no_query = BTreeMap::<&str, &str>::new();
            let request = ClientRequest::new(Method::GET, path, &no_query);
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
    use super::{FeedUpdate, Topic, parse};
    use crate::client::backoff::End;
    use crate::client::clock;
    use dioxus::prelude::{Asset, AssetOptions, asset, manganis};
    use futures_channel::mpsc::{UnboundedReceiver, unbounded};
    use futures_util::StreamExt;
    use futures_util::future::{Either, select};
    use std::rc::Rc;
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{Document, Event, MessageEvent, MessagePort, SharedWorker, Worker};

    /// Connects to the server. All tabs of the browser share it.
    const WORKER: Asset = asset!("/assets/feed.js", AssetOptions::js().with_minify(false));

    /// The server sends a heartbeat every ten seconds. A lost network may cause no error event.
    const SILENCE_TIMEOUT: Duration = Duration::from_secs(25);

    /// The tab's part of the browser's feed, given back when it is dropped, and while nobody sees the tab.
    pub struct Feed {
        connection: Rc<Connection>,
        document: Document,
        updates: UnboundedReceiver<Result<FeedUpdate, End>>,
        _on_message: Closure<dyn FnMut(MessageEvent)>,
        _on_error: Closure<dyn FnMut(Event)>,
        on_visibility: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Feed {
        fn drop(&mut self) {
            let listener = self.on_visibility.as_ref().unchecked_ref();
            let _ = self.document.remove_event_listener_with_callback("visibilitychange", listener);
            self.connection.follow("");
            self.connection.close();
        }
    }

    impl Feed {
        pub async fn open(topic: Topic) -> Result<Feed, End> {
            let document = web_sys::window().and_then(|window| window.document()).ok_or(End::Refused)?;
            let connection = Rc::new(Connection::open().map_err(|_| End::Refused)?);
            let (sender, updates) = unbounded();
            let messages = sender.clone();
            let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let message = js_sys::Array::from(&event.data());
                let [kind, data] = [0, 1].map(|index| message.get(index).as_string().unwrap_or_default());
                let _ = messages.unbounded_send(match kind.as_str() {
                    "broken" => Err(End::Broken),
                    "refused" => Err(End::Refused),
                    kind => Ok(parse(kind, &data)),
                });
            });
            let errors = sender.clone();
            let on_error = Closure::<dyn FnMut(Event)>::new(move |_| {
                let _ = errors.unbounded_send(Err(End::Broken));
            });
            connection.listen(on_message.as_ref().unchecked_ref(), on_error.as_ref().unchecked_ref());
            let field = match topic {
                Topic::Show(show) => format!("shows={show}"),
                Topic::User(user) => format!("users={user}"),
            };
            let (followed, seen_in) = (connection.clone(), document.clone());
            // Runs before a tab is closed, too. No task of the tab would.
            let follow_if_seen = move || followed.follow(if seen_in.hidden() { "" } else { &field });
            follow_if_seen();
            let on_visibility = Closure::<dyn FnMut(Event)>::new(move |_| {
                follow_if_seen();
                // Begins the wait for the next update anew.
                let _ = sender.unbounded_send(Ok(FeedUpdate::Heartbeat));
            });
            let listener = on_visibility.as_ref().unchecked_ref();
            let _ = document.add_event_listener_with_callback("visibilitychange", listener);
            Ok(Feed { connection, document, updates, _on_message: on_message, _on_error: on_error, on_visibility })
        }

        pub async fn next(&mut self) -> Result<FeedUpdate, End> {
            loop {
                match select(self.updates.next(), Box::pin(clock::sleep(SILENCE_TIMEOUT))).await {
                    Either::Left((update, _)) => return update.unwrap_or(Err(End::Broken)),
                    Either::Right(_) if self.document.hidden() => {}
                    Either::Right(_) => return Err(End::Broken),
                }
            }
        }
    }

    /// The worker with the feed: the browser's, or the tab's own where browsers have no shared ones.
    enum Connection {
        Shared(SharedWorker, MessagePort),
        Own(Worker),
    }

    impl Connection {
        fn open() -> Result<Self, JsValue> {
            let script = WORKER.to_string();
            if let Ok(worker) = SharedWorker::new(&script) {
                let port = worker.port();
                return Ok(Connection::Shared(worker, port));
            }
            Worker::new(&script).map(Connection::Own)
        }

        fn listen(&self, on_message: &js_sys::Function, on_error: &js_sys::Function) {
            match self {
                Connection::Shared(worker, port) => {
                    worker.set_onerror(Some(on_error));
                    port.set_onmessage(Some(on_message));
                }
                Connection::Own(worker) => {
                    worker.set_onerror(Some(on_error));
                    worker.set_onmessage(Some(on_message));
                }
            }
        }

        /// Follows something, or nothing. It fails only for messages that cannot be copied.
        fn follow(&self, field: &str) {
            let _ = match self {
                Connection::Shared(_, port) => port.post_message(&field.into()),
                Connection::Own(worker) => worker.post_message(&field.into()),
            };
        }

        fn close(&self) {
            match self {
                Connection::Shared(worker, port) => {
                    worker.set_onerror(None);
                    port.set_onmessage(None);
                    port.close();
                }
                Connection::Own(worker) => {
                    worker.set_onerror(None);
                    worker.terminate();
                }
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
        assert!(matches!((parse("order", "{}"), parse("own", "")), (FeedUpdate::Own, FeedUpdate::Own)));
        for (kind, data) in [("ticket", "{}"), ("weather", "1700000000000")] {
            assert!(matches!(parse(kind, data), FeedUpdate::Heartbeat), "{kind}");
        }
    }
}
