//! One address for several web processes: each connection goes to the next process that is ready, like a Kubernetes
//! ingress as far as tests and developers need one.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::server_process::is_ready;

/// Interval between two health checks of a process.
const HEALTH_CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// The response while no process is ready.
const UNAVAILABLE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A running balancer. Its threads end after it is dropped.
pub struct Balancer {
    port: u16,
    _backends: Arc<Backends>,
}

struct Backends {
    ports: Vec<u16>,
    ready: Vec<AtomicBool>,
    next: AtomicUsize,
}

impl Balancer {
    /// Listens on `port`, or on a free port if that is 0, and forwards to `backends`.
    pub fn start(port: u16, backends: Vec<u16>) -> Result<Balancer> {
        let listener = TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("port {port} is in use"))?;
        let port = listener.local_addr()?.port();
        let ready = backends.iter().map(|_| AtomicBool::new(false)).collect();
        let backends = Arc::new(Backends { ports: backends, ready, next: AtomicUsize::new(0) });
        for index in 0..backends.ports.len() {
            let backends = Arc::downgrade(&backends);
            thread::spawn(move || check_health(&backends, index));
        }
        let weak = Arc::downgrade(&backends);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Some(backends) = weak.upgrade() else { return };
                thread::spawn(move || forward(client, &backends));
            }
        });
        Ok(Balancer { port, _backends: backends })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

fn check_health(backends: &Weak<Backends>, index: usize) {
    while let Some(backends) = backends.upgrade() {
        backends.ready[index].store(is_ready(backends.ports[index]), Ordering::Relaxed);
        drop(backends);
        thread::sleep(HEALTH_CHECK_INTERVAL);
    }
}

fn forward(mut client: TcpStream, backends: &Backends) {
    let count = backends.ports.len();
    let first = backends.next.fetch_add(1, Ordering::Relaxed);
    let mut order = (first..first + count).map(|index| index % count);
    let connected = order.find_map(|index| {
        let ready = backends.ready[index].load(Ordering::Relaxed);
        ready.then(|| TcpStream::connect(("127.0.0.1", backends.ports[index])).ok()).flatten()
    });
    let Some(server) = connected else {
        let _ = client.write_all(UNAVAILABLE);
        return;
    };
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let (Ok(to_server), Ok(from_client)) = (server.try_clone(), client.try_clone()) else { return };
    let upstream = thread::spawn(move || copy(from_client, to_server));
    copy(server, client);
    let _ = upstream.join();
}

/// Copies bytes until the source is closed, then closes that direction of the destination.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
