//! Servers as child processes: started, watched, ended.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::child;

/// How long a server may take to do what it was started for.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a process may take to end by itself.
const ENDS_TIMEOUT: Duration = Duration::from_secs(30);
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A port that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Whether somebody listens on a port.
pub fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Whether a process of ours says that it is ready.
pub fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut start = [0; 12];
    let asked = stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .and_then(|()| stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n"))
        .and_then(|()| stream.read_exact(&mut start));
    asked.is_ok() && start.ends_with(b" 200")
}

/// Waits until something is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) -> Result<()> {
    let started = child::now();
    while !is_so() {
        if started.elapsed() > TIMEOUT {
            bail!("not within {}: {what}", child::spoken(TIMEOUT));
        }
        thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// Keeps the terminal's Ctrl-C from a child: whoever started it ends it, in the right order.
pub fn apart(command: &mut Command) {
    command.process_group(0);
}

/// Sends a signal.
pub fn signal(child: &Child, name: &str) {
    let _ = child::answer("kill", &[&format!("-{name}"), &child.id().to_string()]);
}

/// Asks a process to end, and waits for that; kills it if it takes too long. Says whether it ended by itself.
pub fn end(child: &mut Child) -> bool {
    signal(child, "TERM");
    let started = child::now();
    while started.elapsed() < ENDS_TIMEOUT {
        if let Ok(Some(_)) = child.try_wait() {
            return true;
        }
        thread::sleep(LOOK_EVERY);
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}
