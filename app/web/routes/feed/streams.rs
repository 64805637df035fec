//! The feeds that clients subscribe to.

use super::{Feed, NO_DATA, Next, Subscriber, Subscription, Topic};
use crate::api::ApiError;
use crate::web::middleware::client_address::ClientAddress;
use crate::web::{Session, Site};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, Stream, StreamExt};
use serde::Deserialize;
use server::{Caller, Environment, tasks};
use shared::tickets::GetShow;
use shared::{Rejection, ShowId, UserId};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// The most shows that the tabs of one browser follow. Only tabs that are seen follow anything.
const MAX_SHOWS: usize = 32;
/// After how long a browser reconnects, at least.
const MIN_RECONNECT_MILLIS: u64 = 500;
/// Added at random, so that the clients of a process that stops do not all reconnect at the same moment.
const RECONNECT_JITTER_MILLIS: u64 = 1_000;
/// Clients take a feed that is silent for longer than this for broken.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
/// After this a feed ends, and the client reconnects, perhaps to another process.
const MAX_DURATION: Duration = Duration::from_secs(15 * 60);

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
    let subscriber = site.feed.subscribe(address, None, 1)?;
    let caller = Caller::anonymous(site.environment.new_id());
    site.backend.call(&caller, GetShow { id: show }).await?;
    let messages = follow(&site.feed, Topic::Show(show));
    Ok(stream(site, messages, subscriber, std::future::pending()))
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
    let subscriber = site.feed.subscribe(address, Some(user), 1)?;
    let messages = follow(&site.feed, Topic::User(user));
    Ok(stream(site, messages, subscriber, end_of(session)))
}

/// What the tabs of a browser show: ids, separated by commas.
#[derive(Deserialize)]
pub struct Tabs {
    #[serde(default)]
    shows: String,
    /// For whom they show orders or sales. A tab may still show what belongs to who was signed in before.
    #[serde(default)]
    users: String,
}

/// Streams all that the tabs of a browser follow over one connection: the changes of several shows as `ticket`, and those of the
/// caller's own orders and tickets as `own`, until the session ends.
///
/// # Errors
/// [`Rejection::SignedOut`] if it would be a feed of nothing; those of [`Feed::subscribe`].
pub async fn of_tabs(
    State(site): State<Site>,
    Extension(address): Extension<ClientAddress>,
    session: Session,
    Query(tabs): Query<Tabs>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let shows: BTreeSet<ShowId> = tabs.shows.split(',').filter_map(|id| id.parse().ok()).take(MAX_SHOWS).collect();
    let signed_in = session.user().ok().flatten().map(|user| user.id);
    let user = signed_in.filter(|id| tabs.users.split(',').any(|user| user.parse::<UserId>() == Ok(*id)));
    if shows.is_empty() && user.is_none() {
        return Err(Rejection::SignedOut.into());
    }
    let subscriber = site.feed.subscribe(address, user, shows.len() + usize::from(user.is_some()))?;
    let topics = shows.into_iter().map(Topic::Show).chain(user.map(Topic::User));
    let followed = topics.map(|topic| {
        let subscription = site.feed.follow(topic);
        stream::unfold(subscription, async |mut subscription| Some((subscription.next_for_tabs().await?, subscription)))
            .boxed()
    });
    let messages = stream::select_all(followed.collect::<Vec<_>>()).boxed();
    let ended = async move {
        match user {
            Some(_) => end_of(session).await,
            None => std::future::pending().await,
        }
    };
    Ok(stream(site, messages, subscriber, ended))
}

/// Waits until the session ends.
async fn end_of(session: Session) {
    loop {
        tasks::sleep(HEARTBEAT_INTERVAL).await;
        if session.has_ended().await {
            return;
        }
    }
}

fn follow(feed: &Arc<Feed>, topic: Topic) -> BoxStream<'static, Next> {
    let next = async |mut subscription: Subscription| Some((subscription.next().await?, subscription));
    stream::unfold(feed.follow(topic), next).boxed()
}

/// Streams messages until `ended`. They are subscribed to before `hello` is sent, at which the client loads what it shows: no change
/// falls between the two.
fn stream(
    site: Site,
    messages: BoxStream<'static, Next>,
    subscriber: Subscriber,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let environment = site.environment;
    let messages = stream::iter([Next::Missed]).chain(messages).map(move |next| {
        // The subscriber counts until the stream is dropped.
        let _ = &subscriber;
        Ok(match next {
            Next::Event(event) => event,
            Next::Missed => hello(&environment),
        })
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
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_INTERVAL).event(Event::default().event("beat").data(NO_DATA));
    Sse::new(messages.take_until(end.boxed())).keep_alive(heartbeat)
}

/// Tells the client to load what it shows (again), with the server's clock in milliseconds since the epoch.
fn hello(environment: &Environment) -> Event {
    let random = u64::from(u16::from_be_bytes(environment.random_bytes()));
    let jitter = (random * RECONNECT_JITTER_MILLIS) >> u16::BITS;
    let delay = Duration::from_millis(MIN_RECONNECT_MILLIS + jitter);
    Event::default().event("hello").retry(delay).data(environment.now().millis().to_string())
}
