//! Live feeds: server-sent events of what changes of a show, or of what is a person's own.

use crate::api::ApiError;
use crate::web::{Session, Site};
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{FutureExt, Stream, StreamExt};
use server::Caller;
use server::messaging::BusEvent;
use shared::orders::{OrderChanged, OrderUpdate};
use shared::tickets::{GetShow, TicketChanged, TicketUpdate};
use shared::{Envelope, Instant, Rejection, ShowId, Subject, UserId};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many people may watch at once.
const MAX_WATCHERS: usize = 2_000;
/// How many changes a watcher may be behind before it must look at the whole list again.
const BEHIND: usize = 256;
/// After how long a browser that was cut off comes back.
const RECONNECT: Duration = Duration::from_millis(500);
/// How often a silent feed shows that it is there: a browser that hears nothing for longer takes it for cut off.
const BEAT: Duration = Duration::from_secs(10);
/// How long a feed lasts at most. Who is still there comes back at once, and is asked again who they are.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// What is watched for those who watch.
pub const WATCHED: &[Subject] = &[Subject::TicketsChanged, Subject::OrdersChanged];

/// Whom news is for.
#[derive(Clone, Copy, PartialEq)]
enum Topic {
    /// Everybody who looks at a show.
    Show(ShowId),
    /// The person whose it is.
    Person(UserId),
}

/// News, put into words once for all who watch.
pub struct Feed {
    news: broadcast::Sender<Arc<News>>,
    watchers: AtomicUsize,
}

enum News {
    Changed {
        topics: Vec<Topic>,
        kind: &'static str,
        id: String,
        json: String,
    },
    /// Something was missed, and everybody must look again.
    Missed,
}

impl Default for Feed {
    fn default() -> Self {
        Feed { news: broadcast::Sender::new(BEHIND), watchers: AtomicUsize::new(0) }
    }
}

impl Feed {
    /// Passes on what the services publish, for as long as they do.
    pub async fn run(self: Arc<Self>, mut events: broadcast::Receiver<BusEvent>) {
        loop {
            let news = match events.recv().await {
                Ok(BusEvent::Event(envelope)) => news_of(&envelope),
                Ok(BusEvent::Missed) | Err(RecvError::Lagged(_)) => Some(News::Missed),
                Err(RecvError::Closed) => return,
            };
            if let Some(news) = news {
                // Nobody may be watching.
                let _ = self.news.send(Arc::new(news));
            }
        }
    }
}

fn news_of(envelope: &Envelope) -> Option<News> {
    let id = envelope.id.to_string();
    match envelope.subject {
        Subject::TicketsChanged => {
            let TicketChanged { ticket, .. } = envelope.decode().ok()?;
            let topics = vec![Topic::Show(ticket.show.id), Topic::Person(ticket.seller_id)];
            let json = serde_json::to_string(&TicketUpdate { ticket }).ok()?;
            Some(News::Changed { topics, kind: "ticket", id, json })
        }
        Subject::OrdersChanged => {
            let order: OrderChanged = envelope.decode().ok()?;
            let topics = vec![Topic::Person(order.buyer_id)];
            let json = serde_json::to_string(&OrderUpdate { id: order.id, version: order.version }).ok()?;
            Some(News::Changed { topics, kind: "order", id, json })
        }
        _ => None,
    }
}

/// Counts a watcher for as long as it lives.
struct Watching(Arc<Feed>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Streams a show's news.
pub async fn of_show(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let show: ShowId = id.parse().map_err(|_| Rejection::NotFound)?;
    let caller = Caller::anonymous(site.environment.new_id());
    site.backend.call(&caller, GetShow { id: show }).await?;
    stream(site, Topic::Show(show))
}

/// Streams the news of a person's orders and tickets.
pub async fn of_person(
    State(site): State<Site>,
    session: Session,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let person = session.user()?.ok_or(Rejection::SignedOut)?.id;
    stream(site, Topic::Person(person))
}

/// Streams the news of a topic. It begins with `hello`: whoever hears that looks at the list, and then at the news.
fn stream(site: Site, topic: Topic) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let watching = Watching(site.feed.clone());
    if site.feed.watchers.fetch_add(1, Ordering::Relaxed) >= MAX_WATCHERS {
        return Err(ApiError::Unavailable);
    }
    let news = site.feed.news.subscribe();
    let environment = site.environment.clone();
    let stream = futures::stream::unfold((news, true, watching), move |(mut news, first, watching)| {
        let environment = environment.clone();
        async move {
            let heard = match first {
                true => None,
                false => next(&mut news, topic).await?,
            };
            Some((Ok(heard.unwrap_or_else(|| hello(environment.now()))), (news, false, watching)))
        }
    });
    // Watchers are sent away when the process stops, so that their connections do not hold up the end.
    let mut stopped = site.stopped.clone();
    let over = async move {
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    let beat = KeepAlive::new().interval(BEAT).event(Event::default().event("beat").data(""));
    Ok(Sse::new(stream.take_until(over.boxed())).keep_alive(beat))
}

/// The next piece of news of a topic; nothing within, if something was missed; nothing at all at the end.
async fn next(news: &mut broadcast::Receiver<Arc<News>>, topic: Topic) -> Option<Option<Event>> {
    loop {
        match news.recv().await.as_deref() {
            Ok(News::Missed) | Err(RecvError::Lagged(_)) => return Some(None),
            Ok(News::Changed { topics, kind, id, json }) if topics.contains(&topic) => {
                return Some(Some(Event::default().event(kind).id(id).data(json)));
            }
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Says that the list is to be looked at (again), and what time it is here, in milliseconds since the epoch. A browser that
/// is cut off comes back soon.
fn hello(now: Instant) -> Event {
    Event::default().event("hello").retry(RECONNECT).data(now.millis().to_string())
}
