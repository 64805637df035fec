//! A show's live feed, as the client hears it.

use shared::tickets::Ticket;
use shared::{Instant, ShowId};

/// What is heard on the feed.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only browsers listen"))]
pub enum Heard {
    /// The feed is (again) there: look at the list, then go on listening. With the server's clock, if it said it.
    Hello(Option<Instant>),
    /// A ticket is new, or not as it was.
    Ticket(Box<Ticket>),
}

/// Listens to a show's feed for as long as the page is there, and connects again whenever it breaks.
#[cfg(target_arch = "wasm32")]
pub async fn listen(show: ShowId, mut hear: impl FnMut(Heard)) {
    use futures_util::StreamExt;
    use std::time::Duration;

    let mut pause = Duration::from_millis(500);
    loop {
        let (sender, mut heard) = futures_channel::mpsc::unbounded();
        let _open = browser::open(&format!("/api/shows/{show}/live"), sender);
        while let Some(news) = heard.next().await {
            pause = Duration::from_millis(500);
            match news {
                Some(news) => hear(news),
                None => break,
            }
        }
        crate::clock::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// Only browsers listen; elsewhere the page is as fresh as its last look.
#[cfg(not(target_arch = "wasm32"))]
pub async fn listen(_: ShowId, _: impl FnMut(Heard)) {
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
        _hello: Closure<dyn FnMut(MessageEvent)>,
        _ticket: Closure<dyn FnMut(MessageEvent)>,
        _error: Closure<dyn FnMut(Event)>,
    }

    impl Drop for Open {
        fn drop(&mut self) {
            self.source.close();
        }
    }

    /// Opens a feed. Nothing is sent when it broke for good; what the browser mends by itself begins with `hello` again.
    pub fn open(path: &str, sender: UnboundedSender<Option<Heard>>) -> Option<Open> {
        let source = EventSource::new(path).ok()?;
        let (say_hello, say_ticket, say_error) = (sender.clone(), sender.clone(), sender);
        let hello = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let now = event.data().as_string().and_then(|text| text.parse().ok()).map(Instant::from_millis);
            let _ = say_hello.unbounded_send(Some(Heard::Hello(now)));
        });
        let ticket = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Ok(news) = serde_json::from_str::<TicketNews>(&text) {
                let _ = say_ticket.unbounded_send(Some(Heard::Ticket(Box::new(news.ticket))));
            }
        });
        let of = source.clone();
        let error = Closure::<dyn FnMut(Event)>::new(move |_| {
            if of.ready_state() == EventSource::CLOSED {
                let _ = say_error.unbounded_send(None);
            }
        });
        let listen = |name: &str, closure: &wasm_bindgen::JsValue| {
            let _ = source.add_event_listener_with_callback(name, closure.unchecked_ref());
        };
        listen("hello", hello.as_ref());
        listen("ticket", ticket.as_ref());
        listen("error", error.as_ref());
        Some(Open { source, _hello: hello, _ticket: ticket, _error: error })
    }
}
