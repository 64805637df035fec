//! Live feeds: server-sent events about the tickets of a show, or about a user's own tickets and orders. This distributes the events
//! of the bus; `streams` answers those who subscribe.

mod streams;

pub use streams::{of_show, of_tabs, of_user};

use crate::api::ApiError;
use crate::web::middleware::client_address::ClientAddress;
use crate::web::response_cache::ResponseCache;
use crate::web::slots::{Full, Slot, Slots};
use axum::response::sse::Event;
use metrics::Gauge;
use server::messaging::BusEvent;
use shared::orders::{OrderChanged, OrderUpdate};
use shared::tickets::{PassChanged, PassUpdate, TicketChanged, TicketUpdate};
use shared::{Envelope, Rejection, ShowId, Subject, UserId};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Each open feed holds a connection and a task.
const MAX_SUBSCRIBERS: usize = 2_000;
/// Half of the connections that an address may have: an office shares one, and must still be able to load pages.
const MAX_PER_ADDRESS: usize = 128;
/// A browser has one feed for all its tabs, and a user has a few browsers.
const MAX_PER_USER: usize = 16;
/// After how long a client that gets no slot may try again.
const RETRY_AFTER_SECONDS: u64 = 30;
/// How many messages a subscriber may lag behind before it must reload what it shows.
const CHANNEL_CAPACITY: usize = 256;

/// The subjects that feeds are made from.
pub const SUBJECTS: &[Subject] = &[Subject::TicketsChanged, Subject::TicketsPassChanged, Subject::OrdersChanged];

/// The data of an event that has none: browsers drop events without a `data` line.
const NO_DATA: &str = "{}";

/// What a subscriber follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Topic {
    Show(ShowId),
    User(UserId),
}

/// Distributes the events of the bus to all subscribers of this process.
pub struct Feed {
    /// A channel for each topic that somebody follows, so that a change costs only those whom it concerns.
    channels: Mutex<HashMap<Topic, broadcast::Sender<Arc<Message>>>>,
    by_address: Arc<Slots<IpAddr>>,
    by_user: Arc<Slots<UserId>>,
}

/// Serialised once, however many subscribers there are.
enum Message {
    Update {
        topics: Vec<Topic>,
        event: &'static str,
        id: String,
        json: String,
    },
    /// The bus lost events: every subscriber must reload what it shows.
    Missed,
}

impl Feed {
    /// Without `rate_limits`, only the total is limited.
    pub fn new(rate_limits: bool) -> Self {
        let limit = |limit| if rate_limits { limit } else { usize::MAX };
        Feed {
            channels: Mutex::default(),
            by_address: Slots::new(MAX_SUBSCRIBERS, limit(MAX_PER_ADDRESS)),
            by_user: Slots::new(MAX_SUBSCRIBERS, limit(MAX_PER_USER)),
        }
    }

    /// Counts a subscriber to so many topics, until what is returned is dropped. Each topic takes a slot: it has a channel.
    ///
    /// # Errors
    /// [`Rejection::TooManyRequests`] if the address or the user has too many feeds; [`ApiError::Unavailable`] if there are too many
    /// in total.
    fn subscribe(&self, address: ClientAddress, user: Option<UserId>, topics: usize) -> Result<Subscriber, ApiError> {
        let refused = |full| match full {
            Full::Key => ApiError::Rejected(Rejection::TooManyRequests { wait_seconds: RETRY_AFTER_SECONDS }),
            Full::Total => ApiError::Unavailable,
        };
        let slots = (0..topics).map(|_| self.by_address.take(address.network()));
        let of_address = slots.collect::<Result<_, _>>().map_err(refused)?;
        let of_user = user.map(|user| self.by_user.take(user)).transpose().map_err(refused)?;
        let open = metrics::gauge!("live_feeds_open");
        open.increment(1.0);
        Ok(Subscriber { _of_address: of_address, _of_user: of_user, open })
    }

    /// Passes the events of the bus on until the bus closes: to the cache first, since subscribers fetch what has changed.
    pub async fn run(self: Arc<Self>, mut events: broadcast::Receiver<BusEvent>, response_cache: Arc<ResponseCache>) {
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => BusEvent::Missed,
                // Nothing tells from now on what is outdated, but this process is about to stop.
                Err(RecvError::Closed) => return response_cache.invalidate_all(),
            };
            response_cache.apply(&event);
            let message = match event {
                BusEvent::Event(envelope) => update(&envelope),
                BusEvent::Missed => Some(Message::Missed),
            };
            if let Some(message) = message {
                self.send(Arc::new(message));
            }
        }
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<Topic, broadcast::Sender<Arc<Message>>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: Arc<Message>) {
        let channels = self.channels();
        let concerned: Vec<_> = match message.as_ref() {
            Message::Update { topics, .. } => topics.iter().filter_map(|topic| channels.get(topic)).collect(),
            Message::Missed => channels.values().collect(),
        };
        for channel in concerned {
            // It fails if the last subscriber has just left.
            let _ = channel.send(message.clone());
        }
    }

    fn follow(self: &Arc<Self>, topic: Topic) -> Subscription {
        let mut channels = self.channels();
        let channel = channels.entry(topic).or_insert_with(|| broadcast::Sender::new(CHANNEL_CAPACITY));
        Subscription { messages: Some(channel.subscribe()), feed: self.clone(), topic }
    }
}

/// Follows a topic until it is dropped.
struct Subscription {
    /// `None` only while it is dropped.
    messages: Option<broadcast::Receiver<Arc<Message>>>,
    feed: Arc<Feed>,
    topic: Topic,
}

impl Subscription {
    /// The next message; `None` when the feed closes.
    async fn next(&mut self) -> Option<Next> {
        match self.messages.as_mut()?.recv().await.as_deref() {
            Ok(Message::Update { event, id, json, .. }) => {
                Some(Next::Event(Event::default().event(event).id(id).data(json)))
            }
            Ok(Message::Missed) | Err(RecvError::Lagged(_)) => Some(Next::Missed),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next message for a browser whose tabs follow several topics. Of what is the user's own, tabs fetch what they show.
    async fn next_for_tabs(&mut self) -> Option<Next> {
        let next = self.next().await?;
        Some(match (self.topic, next) {
            (Topic::User(_), Next::Event(_)) => Next::Event(Event::default().event("own").data(NO_DATA)),
            (_, next) => next,
        })
    }
}

enum Next {
    Event(Event),
    /// Messages may be missing.
    Missed,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut channels = self.feed.channels();
        self.messages = None;
        if channels.get(&self.topic).is_some_and(|channel| channel.receiver_count() == 0) {
            channels.remove(&self.topic);
        }
    }
}

/// `None` for an event that feeds do not show, or that a newer version of this program published.
fn update(envelope: &Envelope) -> Option<Message> {
    let id = envelope.id.to_string();
    match envelope.subject {
        Subject::TicketsChanged => {
            let TicketChanged { ticket, .. } = envelope.decode().ok()?;
            let topics = vec![Topic::Show(ticket.show.id), Topic::User(ticket.seller_id)];
            let json = serde_json::to_string(&TicketUpdate { ticket }).ok()?;
            Some(Message::Update { topics, event: "ticket", id, json })
        }
        Subject::TicketsPassChanged => {
            let pass: PassChanged = envelope.decode().ok()?;
            let topics = [Some(pass.owner_id), pass.former_owner_id].into_iter().flatten().map(Topic::User).collect();
            let json = serde_json::to_string(&PassUpdate { id: pass.pass_id, version: pass.version }).ok()?;
            Some(Message::Update { topics, event: "pass", id, json })
        }
        Subject::OrdersChanged => {
            let order: OrderChanged = envelope.decode().ok()?;
            let topics = vec![Topic::User(order.buyer_id)];
            let json = serde_json::to_string(&OrderUpdate { id: order.id, version: order.version }).ok()?;
            Some(Message::Update { topics, event: "order", id, json })
        }
        _ => None,
    }
}

/// Counts as a subscriber until it is dropped.
struct Subscriber {
    _of_address: Vec<Slot<IpAddr>>,
    _of_user: Option<Slot<UserId>>,
    open: Gauge,
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use server::Environment;
    use shared::Instant;

    fn address(last: u8) -> ClientAddress {
        ClientAddress(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn a_change_reaches_those_who_follow_its_topics_and_nobody_else() {
        let (feed, environment) = (Arc::new(Feed::new(true)), Environment::simulated(1, Instant::from_millis(0)));
        let [first, second] = [environment.new_id(), environment.new_id()].map(|id| Topic::Show(ShowId::new(id)));
        let (mut concerned, mut other) = (feed.follow(first), feed.follow(second));
        let update = |topics| Message::Update { topics, event: "ticket", id: String::new(), json: String::new() };

        feed.send(Arc::new(update(vec![first])));
        assert!(matches!(concerned.next().now_or_never(), Some(Some(Next::Event(_)))));
        assert!(other.next().now_or_never().is_none());
        feed.send(Arc::new(Message::Missed));
        assert!(matches!(concerned.next().now_or_never(), Some(Some(Next::Missed))));
        assert!(matches!(other.next().now_or_never(), Some(Some(Next::Missed))));

        drop((concerned, other));
        assert!(feed.channels().is_empty(), "a topic that nobody follows costs nothing");
    }

    #[test]
    fn one_address_or_user_cannot_take_the_feeds_of_others() {
        let feed = Feed::new(true);
        let too_many = |result: Result<Subscriber, ApiError>| {
            matches!(result, Err(ApiError::Rejected(Rejection::TooManyRequests { .. })))
        };
        let environment = Environment::simulated(1, Instant::from_millis(0));
        let users = [environment.new_id(), environment.new_id()].map(UserId::new);

        let of_user: Vec<_> =
            (0..MAX_PER_USER).map_while(|_| feed.subscribe(address(1), Some(users[0]), 1).ok()).collect();
        assert_eq!(of_user.len(), MAX_PER_USER);
        assert!(too_many(feed.subscribe(address(2), Some(users[0]), 1)));
        assert!(feed.subscribe(address(2), Some(users[1]), 1).is_ok());

        let rest: Vec<_> =
            (MAX_PER_USER..MAX_PER_ADDRESS).map_while(|_| feed.subscribe(address(1), None, 1).ok()).collect();
        assert_eq!(rest.len(), MAX_PER_ADDRESS - MAX_PER_USER);
        assert!(too_many(feed.subscribe(address(1), None, 1)));
        assert!(feed.subscribe(address(2), None, 1).is_ok());

        drop((of_user, rest));
        assert!(too_many(feed.subscribe(address(1), None, MAX_PER_ADDRESS + 1)), "each topic takes a slot");
        assert!(feed.subscribe(address(1), Some(users[0]), 1).is_ok());
    }
}
