//! Live feeds, as the clients hear them.

use crate::client::clock;
use dioxus::prelude::*;
use shared::Instant;
use shared::tickets::Ticket;
use std::time::Duration;

/// What is heard on a feed.
#[cfg_attr(not(any(target_arch = "wasm32", feature = "desktop")), expect(dead_code, reason = "only clients listen"))]
pub enum FeedUpdate {
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
        if !matches!(heard, FeedUpdate::Beat) && !gathering.replace(true) {
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
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
pub async fn listen(path: String, mut hear: impl FnMut(FeedUpdate)) {
    #[cfg(target_arch = "wasm32")]
    use browser::Feed;
    #[cfg(not(target_arch = "wasm32"))]
    use native::Feed;

    const SHORT: Duration = Duration::from_millis(500);
    /// Who was cut off has caught up two seconds after the network is back.
    const LONG: Duration = Duration::from_secs(1);
    let mut pause = SHORT;
    loop {
        if let Some(mut feed) = Feed::open(&path).await {
            while let Some(heard) = feed.next().await {
                pause = SHORT;
                hear(heard);
            }
        }
        clock::sleep(pause).await;
        pause = (pause * 2).min(LONG);
    }
}

/// Only clients listen; elsewhere the page is as fresh as its last look.
#[cfg(not(any(target_arch = "wasm32", feature = "desktop")))]
pub async fn listen(_: String, _: impl FnMut(FeedUpdate)) {
    std::future::pending().await
}

/// What an event of that kind says. One that is not known, or cannot be read, says that the feed is there.
#[cfg(any(target_arch = "wasm32", feature = "desktop"))]
fn read(kind: &str, text: &str) -> FeedUpdate {
    match kind {
        "hello" => FeedUpdate::Hello(text.parse().ok().map(Instant::from_millis)),
        "ticket" => match serde_json::from_str::<shared::tickets::TicketUpdate>(text) {
            Ok(news) => FeedUpdate::Ticket(Box::new(news.ticket)),
            Err(_) => FeedUpdate::Beat,
        },
        "order" => FeedUpdate::Order,
        _ => FeedUpdate::Beat,
    }
}

#[cfg(all(feature = "desktop", not(target_arch = "wasm32")))]
mod native {
    use super::{FeedUpdate, read};
    use dioxus::fullstack::{ClientRequest, FromResponse, Method, ServerEvents};
    use std::collections::BTreeMap;

    /// A feed over the connections that the calls take, too.
    pub struct Feed(ServerEvents<()>);

    impl Feed {
        /// Opens a feed; nothing, if the server is not reached, or has no such feed.
        pub async fn open(path: &str) -> Option<Feed> {
            let no_question = BTreeMap::<&str, &str>::new();
            let request = ClientRequest::new(Method::GET, path.to_owned(), &no_question);
            let answer = request.send_empty_body().await.ok()?;
            ServerEvents::from_response(answer).await.ok().map(Feed)
        }

        /// What it says next; nothing, once it broke.
        pub async fn next(&mut self) -> Option<FeedUpdate> {
            let event = self.0.next_event().await?.ok()?;
            Some(read(&event.event_type, &event.data))
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use super::{FeedUpdate, read};
    use crate::client::clock;
    use futures_channel::mpsc::{UnboundedReceiver, unbounded};
    use futures_util::StreamExt;
    use futures_util::future::{Either, select};
    use std::time::Duration;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    /// The server says something every ten seconds. A network that has gone may tell nobody.
    const SILENCE: Duration = Duration::from_secs(25);

    /// A feed, closed when it is dropped.
    pub struct Feed {
        source: EventSource,
        /// What was heard; nothing within, once it broke for good. What the browser mends by itself begins with `hello` again.
        heard: UnboundedReceiver<Option<FeedUpdate>>,
        _hearing: Vec<Closure<dyn FnMut(MessageEvent)>>,
        _error: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Feed {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    impl Feed {
        /// Opens a feed; nothing, if it cannot be.
        pub async fn open(path: &str) -> Option<Feed> {
            let source = EventSource::new(path).ok()?;
            let (sender, heard) = unbounded();
            let hearing = ["hello", "ticket", "order", "beat"].map(|kind| {
                let sender = sender.clone();
                let closure = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                    let _ = sender.unbounded_send(Some(read(kind, &event.data().as_string().unwrap_or_default())));
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
            Some(Feed { source, heard, _hearing: hearing.into(), _error: error })
        }

        /// What it says next; nothing, once it broke or fell silent.
        pub async fn next(&mut self) -> Option<FeedUpdate> {
            match select(self.heard.next(), Box::pin(clock::sleep(SILENCE))).await {
                Either::Left((heard, _)) => heard.flatten(),
                Either::Right(_) => None,
            }
        }
    }
}

#[cfg(all(test, feature = "desktop"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_feed_says_is_heard_and_what_it_may_say_one_day_is_not() {
        let at = |heard| match heard {
            FeedUpdate::Hello(at) => at,
            _ => None,
        };
        assert_eq!(at(read("hello", "1700000000000")), Some(Instant::from_millis(1_700_000_000_000)));
        assert_eq!(at(read("hello", "")), None);
        assert!(matches!(read("order", "{}"), FeedUpdate::Order));
        for (kind, text) in [("ticket", "{}"), ("weather", "1700000000000")] {
            assert!(matches!(read(kind, text), FeedUpdate::Beat), "{kind}");
        }
    }
}
