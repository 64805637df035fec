//! One address for several web processes: each connection goes to the next one that says it is ready. What an ingress
//! does in a cluster, as far as a developer needs it.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::processes;

/// How often each process is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// What a client hears while no process is ready.
const NOBODY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The address, for as long as this value lives.
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
    /// Listens on `port`, or on a free one if that is 0, for processes on these ports.
    pub fn start(port: u16, ports: Vec<u16>) -> Result<Balancer> {
        let listener = TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("port {port} is not free"))?;
        let port = listener.local_addr()?.port();
        let ready = ports.iter().map(|_| AtomicBool::new(false)).collect();
        let backends = Arc::new(Backends { ports, ready, next: AtomicUsize::new(0) });
        for index in 0..backends.ports.len() {
            let backends = Arc::downgrade(&backends);
            thread::spawn(move || ask(&backends, index));
        }
        let weak = Arc::downgrade(&backends);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Some(backends) = weak.upgrade() else { return };
                thread::spawn(move || serve(client, &backends));
            }
        });
        Ok(Balancer { port, _backends: backends })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn ask(backends: &Weak<Backends>, index: usize) {
    while let Some(backends) = backends.upgrade() {
        backends.ready[index].store(processes::is_ready(backends.ports[index]), Ordering::Relaxed);
        drop(backends);
        thread::sleep(ASK_EVERY);
    }
}

fn serve(mut client: TcpStream, backends: &Backends) {
    let count = backends.ports.len();
    let first = backends.next.fetch_add(1, Ordering::Relaxed);
    let mut order = (first..first + count).map(|index| index % count);
    let connected = order.find_map(|index| {
        let ready = backends.ready[index].load(Ordering::Relaxed);
        ready.then(|| TcpStream::connect(("127.0.0.1", backends.ports[index])).ok()).flatten()
    });
    let Some(server) = connected else {
        let _ = client.write_all(NOBODY);
        return;
    };
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let (Ok(to_server), Ok(from_client)) = (server.try_clone(), client.try_clone()) else { return };
    let upwards = thread::spawn(move || pass(from_client, to_server));
    pass(server, client);
    let _ = upwards.join();
}

/// Passes on what comes until it ends, and then that it has ended.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
