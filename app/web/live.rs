//! A show's live feed: server-sent events, one a change of a ticket.

use super::Site;
use crate::api::ApiError;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use server::Caller;
use server::messaging::News as Heard;
use shared::tickets::{GetShow, TicketChanged, TicketNews};
use shared::{Envelope, Instant, Rejection, ShowId, Subject};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// How many people may watch at once.
const MOST_WATCHERS: usize = 2_000;
/// How many changes a watcher may be behind before it must look at the whole list again.
const BEHIND: usize = 256;
/// After how long a browser that was cut off comes back.
const RECONNECT: Duration = Duration::from_millis(500);
/// How often a silent feed shows that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What is watched for those who watch.
pub const WATCHED: &[Subject] = &[Subject::TicketsChanged];

/// News of tickets, put into words once for all who watch.
pub struct Feed {
    news: broadcast::Sender<Arc<News>>,
    watchers: AtomicUsize,
}

struct News {
    show: ShowId,
    id: String,
    /// Nothing, if something was missed and everybody must look again.
    json: Option<String>,
}

impl Default for Feed {
    fn default() -> Self {
        Feed { news: broadcast::Sender::new(BEHIND), watchers: AtomicUsize::new(0) }
    }
}

impl Feed {
    /// Passes on what the services publish, for as long as they do.
    pub async fn run(self: Arc<Self>, mut events: broadcast::Receiver<Heard>) {
        loop {
            let news = match events.recv().await {
                Ok(Heard::Event(envelope)) if envelope.subject == Subject::TicketsChanged => news_of(&envelope),
                Ok(Heard::Event(_)) => None,
                Ok(Heard::Missed) | Err(RecvError::Lagged(_)) => {
                    Some(News { show: ShowId::new(Default::default()), id: String::new(), json: None })
                }
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
    let changed: TicketChanged = envelope.open().ok()?;
    let show = changed.ticket.show.id;
    let json = serde_json::to_string(&TicketNews { ticket: changed.ticket }).ok()?;
    Some(News { show, id: envelope.id.to_string(), json: Some(json) })
}

/// Counts a watcher for as long as it lives.
struct Watching(Arc<Feed>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Streams a show's news. It begins with `hello`: whoever hears that looks at the list, and then at the news.
pub async fn stream(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let show: ShowId = id.parse().map_err(|_| Rejection::NotFound)?;
    let caller = Caller::anonymous(site.environment.new_id());
    site.backend.ask(&caller, GetShow { id: show }).await?;
    let watching = Watching(site.feed.clone());
    if site.feed.watchers.fetch_add(1, Ordering::Relaxed) >= MOST_WATCHERS {
        return Err(ApiError::Unavailable);
    }
    let news = site.feed.news.subscribe();
    let environment = site.environment.clone();
    let stream = futures::stream::unfold((news, true, watching), move |(mut news, first, watching)| {
        let environment = environment.clone();
        async move {
            let heard = match first {
                true => None,
                false => next(&mut news, show).await?,
            };
            Some((Ok(heard.unwrap_or_else(|| hello(environment.now()))), (news, false, watching)))
        }
    });
    // Watchers are sent away when the process stops, so that their connections do not hold up the end.
    let mut stopped = site.stopped.clone();
    let stream = stream.take_until(Box::pin(async move { stopped.changed().await }));
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The next piece of news of a show; nothing within, if something was missed; nothing at all at the end.
async fn next(news: &mut broadcast::Receiver<Arc<News>>, show: ShowId) -> Option<Option<Event>> {
    loop {
        match news.recv().await.as_deref() {
            Ok(News { json: None, .. }) | Err(RecvError::Lagged(_)) => return Some(None),
            Ok(News { show: of, id, json: Some(json) }) if *of == show => {
                return Some(Some(Event::default().event("ticket").id(id).data(json)));
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
