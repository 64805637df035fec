//! People who watch a show: open feeds that receive whatever is sent.

use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use futures::future::join_all;
use tokio::sync::oneshot;

use crate::client::runtime;
use crate::connection::Connection;
use crate::site::Site;
use crate::user::User;

/// How many feeds are opened at once.
const OPENED_AT_ONCE: usize = 100;

/// Open feeds, which a thread of their own reads.
pub struct Watchers {
    /// How many the site accepted.
    pub accepted: usize,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Watchers {
    /// Opens that many feeds of one path.
    pub fn open(site: &Site, path: &str, wanted: usize) -> Result<Watchers> {
        let (stop, stopped) = oneshot::channel();
        let (report, opened) = channel();
        let (addresses, request) = (site.addresses.clone(), User::default().get(path));
        let thread = thread::spawn(move || {
            let Ok(runtime) = runtime() else { return };
            runtime.block_on(watch(&addresses, &request, wanted, &report, stopped));
        });
        let accepted = opened.recv().context("the watchers could not start")?;
        Ok(Watchers { accepted, stop, thread })
    }

    /// Closes all feeds.
    pub fn close(self) {
        drop(self.stop);
        let _ = self.thread.join();
    }
}

async fn watch(
    addresses: &[std::net::SocketAddr],
    request: &[u8],
    wanted: usize,
    report: &Sender<usize>,
    stopped: oneshot::Receiver<()>,
) {
    let mut feeds = Vec::new();
    while feeds.len() < wanted {
        let count = OPENED_AT_ONCE.min(wanted - feeds.len());
        let opening = (0..count).map(async |index| {
            let mut feed = Connection::open(addresses[index % addresses.len()]).await.ok()?;
            (feed.subscribe(request).await.ok()? == 200).then_some(feed)
        });
        let opened: Vec<_> = join_all(opening).await.into_iter().flatten().collect();
        let all_accepted = opened.len() == count;
        feeds.extend(opened);
        if !all_accepted {
            break;
        }
    }
    let _ = report.send(feeds.len());
    tokio::select! {
        _ = join_all(feeds.iter_mut().map(Connection::drain)) => {}
        _ = stopped => {}
    }
}
