//! Live feeds: server-sent events about the tickets of a show, or about a user's own tickets and orders.

use crate::api::ApiError;
use crate::web::{Session, Site};
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{FutureExt, Stream, StreamExt};
use server::messaging::BusEvent;
use server::{Caller, tasks};
use shared::orders::{OrderChanged, OrderUpdate};
use shared::tickets::{GetShow, TicketChanged, TicketUpdate};
use shared::{Envelope, Instant, Rejection, ShowId, Subject, UserId};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Each open feed holds a connection and a task.
const MAX_SUBSCRIBERS: usize = 2_000;
/// How many messages a subscriber may lag behind before it must reload what it shows.
const CHANNEL_CAPACITY: usize = 256;
/// After how long a browser reconnects.
const RECONNECT_DELAY: Duration = Duration::from_millis(500);
/// Clients take a feed that is silent for longer than this for broken.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
/// After this a feed ends, and the client reconnects: a session that was ended or has expired is noticed then.
const MAX_DURATION: Duration = Duration::from_secs(15 * 60);

/// The subjects that feeds are made from.
pub const SUBJECTS: &[Subject] = &[Subject::TicketsChanged, Subject::OrdersChanged];

/// What a subscriber follows.
#[derive(Clone, Copy, PartialEq)]
enum Topic {
    Show(ShowId),
    User(UserId),
}

/// Distributes the events of the bus to all subscribers of this process.
pub struct Feed {
    messages: broadcast::Sender<Arc<Message>>,
    subscribers: AtomicUsize,
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

impl Default for Feed {
    fn default() -> Self {
        Feed { messages: broadcast::Sender::new(CHANNEL_CAPACITY), subscribers: AtomicUsize::new(0) }
    }
}

impl Feed {
    /// Passes the events of the bus on until the bus closes.
    pub async fn run(self: Arc<Self>, mut events: broadcast::Receiver<BusEvent>) {
        loop {
            let message = match events.recv().await {
                Ok(BusEvent::Event(envelope)) => update(&envelope),
                Ok(BusEvent::Missed) | Err(RecvError::Lagged(_)) => Some(Message::Missed),
                Err(RecvError::Closed) => return,
            };
            if let Some(message) = message {
                // It fails when there are no subscribers.
                let _ = self.messages.send(Arc::new(message));
            }
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
struct SubscriberGuard(Arc<Feed>);

impl SubscriberGuard {
    fn new(feed: Arc<Feed>) -> Result<Self, ApiError> {
        let others = feed.subscribers.fetch_add(1, Ordering::Relaxed);
        let guard = SubscriberGuard(feed);
        if others < MAX_SUBSCRIBERS { Ok(guard) } else { Err(ApiError::Unavailable) }
    }
}

impl Drop for SubscriberGuard {
    fn drop(&mut self) {
        self.0.subscribers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Streams the changes of a show's tickets.
///
/// # Errors
/// [`Rejection::NotFound`] if there is no such show; [`ApiError::Unavailable`] if there are too many subscribers.
pub async fn of_show(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let show: ShowId = id.parse().map_err(|_| Rejection::NotFound)?;
    let caller = Caller::anonymous(site.environment.new_id());
    site.backend.call(&caller, GetShow { id: show }).await?;
    stream(site, Topic::Show(show))
}

/// Streams the changes of the caller's own orders and tickets.
///
/// # Errors
/// [`Rejection::SignedOut`]; [`ApiError::Unavailable`] if there are too many subscribers.
pub async fn of_user(
    State(site): State<Site>,
    session: Session,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let user = session.user()?.ok_or(Rejection::SignedOut)?.id;
    stream(site, Topic::User(user))
}

/// Streams a topic. The stream subscribes first and then sends `hello`, at which the client loads what it shows: no change falls
/// between the two.
fn stream(site: Site, topic: Topic) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let guard = SubscriberGuard::new(site.feed.clone())?;
    let messages = site.feed.messages.subscribe();
    let environment = site.environment;
    let stream = futures::stream::unfold((messages, true, guard), move |(mut messages, first, guard)| {
        let environment = environment.clone();
        async move {
            let event = if first {
                hello(environment.now())
            } else {
                match next(&mut messages, topic).await? {
                    Next::Event(event) => event,
                    Next::Missed => hello(environment.now()),
                }
            };
            Some((Ok(event), (messages, false, guard)))
        }
    });
    // Feeds end when the process stops, or their connections would hold the shutdown up.
    let mut stopped = site.stopped;
    let end = async move {
        tokio::select! {
            _ = stopped.changed() => {}
            () = tasks::sleep(MAX_DURATION) => {}
        }
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_INTERVAL).event(Event::default().event("beat").data(""));
    Ok(Sse::new(stream.take_until(end.boxed())).keep_alive(heartbeat))
}

enum Next {
    Event(Event),
    Missed,
}

/// The next message of a topic; `None` when the feed closes.
async fn next(messages: &mut broadcast::Receiver<Arc<Message>>, topic: Topic) -> Option<Next> {
    loop {
        match messages.recv().await.as_deref() {
            Ok(Message::Missed) | Err(RecvError::Lagged(_)) => return Some(Next::Missed),
            Ok(Message::Update { topics, event, id, json }) if topics.contains(&topic) => {
                return Some(Next::Event(Event::default().event(event).id(id).data(json)));
            }
            Ok(Message::Update { .. }) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Tells the client to load what it shows (again), with the server's clock in milliseconds since the epoch.
fn hello(now: Instant) -> Event {
    Event::default().event("hello").retry(RECONNECT_DELAY).data(now.millis().to_string())
}
