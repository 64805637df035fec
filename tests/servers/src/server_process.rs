//! Servers as child processes: ports, readiness, signals, termination.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{format_duration, now, output_of};

/// How long a server may take to become ready.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a process may take to terminate after SIGTERM. Longer than the drain time of a web process.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a health check may take.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The ports that [`free_port`] chooses from: Linux uses those from 32768 for outgoing connections.
const FREE_PORTS: Range<u16> = 10_000..32_768;
static CHOSEN_PORTS: AtomicU32 = AtomicU32::new(0);

/// A TCP port that was free a moment ago and that this process has not chosen before. It lies below the range from which
/// the kernel takes the ports of outgoing connections, so that none of them can take it before the server listens.
pub fn free_port() -> Result<u16> {
    let offset = std::process::id().wrapping_mul(97);
    for _ in FREE_PORTS {
        let number = offset.wrapping_add(CHOSEN_PORTS.fetch_add(1, Ordering::Relaxed));
        let port = FREE_PORTS.start + u16::try_from(number % u32::from(FREE_PORTS.end - FREE_PORTS.start))?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port in {FREE_PORTS:?} is free")
}

/// Whether a process accepts connections on this port.
pub fn accepts_connections(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Whether the Ticketing process on this port answers `/health/ready` with 200.
pub fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut start = [0; 12];
    let answered = stream
        .set_read_timeout(Some(HEALTH_TIMEOUT))
        .and_then(|()| stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n"))
        .and_then(|()| stream.read_exact(&mut start));
    answered.is_ok() && start.ends_with(b" 200")
}

/// Polls a condition until it holds. Fails after [`START_TIMEOUT`].
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) -> Result<()> {
    let started = now();
    while !condition() {
        if started.elapsed() > START_TIMEOUT {
            bail!("timed out after {}: {what}", format_duration(START_TIMEOUT));
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(())
}

/// Puts a child into a process group of its own, so that the terminal's Ctrl-C does not reach it. Its owner terminates
/// it, in the right order.
pub fn detach_from_terminal(command: &mut Command) {
    command.process_group(0);
}

/// Sends a signal, such as `TERM` or `STOP`.
pub fn signal(child: &Child, name: &str) {
    let _ = output_of("kill", &[&format!("-{name}"), &child.id().to_string()]);
}

/// Sends SIGTERM and waits; kills the process after [`STOP_TIMEOUT`]. Returns whether it terminated in time.
pub fn terminate(child: &mut Child) -> bool {
    signal(child, "TERM");
    let started = now();
    while started.elapsed() < STOP_TIMEOUT {
        if let Ok(Some(_)) = child.try_wait() {
            return true;
        }
        thread::sleep(POLL_INTERVAL);
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}
