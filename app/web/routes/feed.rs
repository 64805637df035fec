//! Live feeds: server-sent events about the tickets of a show, or about a user's own tickets and orders.

use crate::api::ApiError;
use crate::web::middleware::client_address::ClientAddress;
use crate::web::response_cache::ResponseCache;
use crate::web::slots::{Full, Slot, Slots};
use crate::web::{Session, Site};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{FutureExt, Stream, StreamExt};
use server::messaging::BusEvent;
use server::{Caller, Environment, tasks};
use shared::orders::{OrderChanged, OrderUpdate};
use shared::tickets::{GetShow, TicketChanged, TicketUpdate};
use shared::{Envelope, Rejection, ShowId, Subject, UserId};
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Each open feed holds a connection and a task.
const MAX_SUBSCRIBERS: usize = 2_000;
/// Half of the connections that an address may have: an office shares one, and must still be able to load pages.
const MAX_PER_ADDRESS: usize = 128;
/// Each open tab has one feed of its user.
const MAX_PER_USER: usize = 16;
/// After how long a client that gets no slot may try again.
const RETRY_AFTER_SECONDS: u64 = 30;
/// How many messages a subscriber may lag behind before it must reload what it shows.
const CHANNEL_CAPACITY: usize = 256;
/// After how long a browser reconnects, at least.
const MIN_RECONNECT_MILLIS: u64 = 500;
/// Added at random, so that the clients of a process that stops do not all reconnect at the same moment.
const RECONNECT_JITTER_MILLIS: u64 = 1_000;
/// Clients take a feed that is silent for longer than this for broken.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
/// After this a feed ends, and the client reconnects, perhaps to another process.
const MAX_DURATION: Duration = Duration::from_secs(15 * 60);

/// The subjects that feeds are made from.
pub const SUBJECTS: &[Subject] = &[Subject::TicketsChanged, Subject::OrdersChanged];

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

    /// Counts a subscriber, until what is returned is dropped.
    ///
    /// # Errors
    /// [`Rejection::TooManyRequests`] if the address or the user has too many feeds; [`ApiError::Unavailable`] if there are too many
    /// in total.
    fn subscribe(&self, address: ClientAddress, user: Option<UserId>) -> Result<Subscriber, ApiError> {
        let refused = |full| match full {
            Full::Key => ApiError::Rejected(Rejection::TooManyRequests { wait_seconds: RETRY_AFTER_SECONDS }),
            Full::Total => ApiError::Unavailable,
        };
        let of_address = self.by_address.take(address.network()).map_err(refused)?;
        let of_user = user.map(|user| self.by_user.take(user)).transpose().map_err(refused)?;
        Ok(Subscriber { _of_address: of_address, _of_user: of_user })
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
    _of_address: Slot<IpAddr>,
    _of_user: Option<Slot<UserId>>,
}

/// Streams the changes of a show's tickets.
///
/// # Errors
/// [`Rejection::NotFound`] if there is no such show; those of [`Feed::subscribe`].
pub async fn of_show(
    State(site): State<Site>,
    Extension(address): Extension<ClientAddress>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let show: ShowId = id.parse().map_err(|_| Rejection::NotFound)?;
    // Before the query: who has no slot costs nothing.
    let subscriber = site.feed.subscribe(address, None)?;
    let caller = Caller::anonymous(site.environment.new_id());
    site.backend.call(&caller, GetShow { id: show }).await?;
    Ok(stream(site, Topic::Show(show), subscriber, std::future::pending()))
}

/// Streams the changes of the caller's own orders and tickets, until the session ends.
///
/// # Errors
/// [`Rejection::SignedOut`]; those of [`Feed::subscribe`].
pub async fn of_user(
    State(site): State<Site>,
    Extension(address): Extension<ClientAddress>,
    session: Session,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let user = session.user()?.ok_or(Rejection::SignedOut)?.id;
    let subscriber = site.feed.subscribe(address, Some(user))?;
    let session_ended = async move {
        loop {
            tasks::sleep(HEARTBEAT_INTERVAL).await;
            if session.has_ended().await {
                return;
            }
        }
    };
    Ok(stream(site, Topic::User(user), subscriber, session_ended))
}

/// Streams a topic until `ended`. The stream subscribes first and then sends `hello`, at which the client loads what it shows: no
/// change falls between the two.
fn stream(
    site: Site,
    topic: Topic,
    subscriber: Subscriber,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let subscription = site.feed.follow(topic);
    let environment = site.environment;
    let stream =
        futures::stream::unfold((subscription, true, subscriber), move |(mut subscription, first, subscriber)| {
            let environment = environment.clone();
            async move {
                let event = if first {
                    hello(&environment)
                } else {
                    match subscription.next().await? {
                        Next::Event(event) => event,
                        Next::Missed => hello(&environment),
                    }
                };
                Some((Ok(event), (subscription, false, subscriber)))
            }
        });
    // Feeds end when the process stops, or their connections would hold the shutdown up.
    let mut stopped = site.stopped;
    let end = async move {
        tokio::select! {
            _ = stopped.changed() => {}
            () = tasks::sleep(MAX_DURATION) => {}
            () = ended => {}
        }
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_INTERVAL).event(Event::default().event("beat").data(""));
    Sse::new(stream.take_until(end.boxed())).keep_alive(heartbeat)
}

enum Next {
    Event(Event),
    Missed,
}

/// Tells the client to load what it shows (again), with the server's clock in milliseconds since the epoch.
fn hello(environment: &Environment) -> Event {
    let random = u64::from(u16::from_be_bytes(environment.random_bytes()));
    let jitter = (random * RECONNECT_JITTER_MILLIS) >> u16::BITS;
    let delay = Duration::from_millis(MIN_RECONNECT_MILLIS + jitter);
    Event::default().event("hello").retry(delay).data(environment.now().millis().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
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
            (0..MAX_PER_USER).map_while(|_| feed.subscribe(address(1), Some(users[0])).ok()).collect();
        assert_eq!(of_user.len(), MAX_PER_USER);
        assert!(too_many(feed.subscribe(address(2), Some(users[0]))));
        assert!(feed.subscribe(address(2), Some(users[1])).is_ok());

        let rest: Vec<_> =
            (MAX_PER_USER..MAX_PER_ADDRESS).map_while(|_| feed.subscribe(address(1), None).ok()).collect();
        assert_eq!(rest.len(), MAX_PER_ADDRESS - MAX_PER_USER);
        assert!(too_many(feed.subscribe(address(1), None)));
        assert!(feed.subscribe(address(2), None).is_ok());

        drop((of_user, rest));
        assert!(feed.subscribe(address(1), Some(users[0])).is_ok());
    }
}
