//! Clients that stall, flood or lie: each loses its own connection, and everybody else is served.

use crate::harness::site::Site;
use reqwest::{Client, Method, StatusCode};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Far above the timeouts that the tests set, for slow machines.
const TIMEOUT: Duration = Duration::from_secs(20);
/// More than the limit for one address, and more than the files that a process may have open by default.
const FLOOD: usize = 1_100;
/// The default of `CONNECTIONS_PER_ADDRESS`.
const CONNECTIONS_PER_ADDRESS: usize = 256;

fn address(site: &Site) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, site.port()))
}

async fn connect(site: &Site) -> TcpStream {
    TcpStream::connect(address(site)).await.expect("the site accepts connections")
}

/// Waits until the site closes the connection. Returns what it sent before.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut sent = Vec::new();
    // A reset closes a connection, too.
    let closed = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut sent)).await;
    assert!(closed.is_ok(), "the connection is still open after {TIMEOUT:?}");
    String::from_utf8_lossy(&sent).into_owned()
}

async fn assert_serves(site: &Site) {
    let response = site.anonymous().send(Method::GET, "/api/shows", None).await.expect("the site responds");
    assert_eq!(response.status, StatusCode::OK);
}

async fn impatient_site() -> Site {
    Site::with(&[("CONNECTION_TIMEOUT_SECONDS", "1")]).await
}

#[tokio::test]
async fn a_connection_that_sends_no_whole_request_is_closed_while_others_are_served() {
    let site = impatient_site().await;
    let starts = [
        ("nothing", ""),
        ("half a header", "GET / HTTP/1.1\r\nhost: localh"),
        ("half a preface of HTTP/2", "PRI * HTTP/2.0\r\n"),
        (
            "half a body of a call",
            "POST /api/auth/sign-in HTTP/1.1\r\nhost: x\r\nx-request-client: t\r\ncontent-length: 100\r\n\r\n{",
        ),
        (
            "half a body of a form",
            "POST /forms/sign-in HTTP/1.1\r\nhost: x\r\nx-request-client: t\r\ncontent-length: 100\r\n\r\na",
        ),
        ("nothing after a request", "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"),
    ];
    let mut streams = Vec::new();
    for (name, start) in starts {
        let mut stream = connect(&site).await;
        stream.write_all(start.as_bytes()).await.expect("the connection is open");
        streams.push((name, stream));
    }

    assert_serves(&site).await;
    for (name, mut stream) in streams {
        let sent = read_to_end(&mut stream).await;

        assert!(!name.contains("body") || sent.starts_with("HTTP/1.1 408 "), "{name}: {sent}");
        assert!(name != "nothing after a request" || sent.starts_with("HTTP/1.1 200 "), "{sent}");
    }
    assert_serves(&site).await;
}

#[tokio::test]
async fn a_header_or_a_body_that_trickles_is_closed() {
    let site = impatient_site().await;
    for start in [
        "GET / HTTP/1.1\r\nx-a: ",
        "POST /forms/sign-in HTTP/1.1\r\nhost: x\r\nx-request-client: t\r\ncontent-length: 1000\r\n\r\n",
    ] {
        let mut stream = connect(&site).await;
        stream.write_all(start.as_bytes()).await.expect("the connection is open");

        // Each byte arrives in time, the whole never does.
        let trickle = async {
            while stream.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        assert!(tokio::time::timeout(TIMEOUT, trickle).await.is_ok(), "{start}: the connection is still open");
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_disconnected_while_others_are_served() {
    let site = impatient_site().await;
    let socket = TcpSocket::new_v4().expect("a socket can be created");
    socket.set_recv_buffer_size(4096).expect("the option is valid");
    let mut stream = socket.connect(address(&site)).await.expect("the site accepts connections");

    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let flood = async { while stream.write_all(request).await.is_ok() {} };
    let (flooded, ()) = tokio::join!(tokio::time::timeout(TIMEOUT, flood), assert_serves(&site));

    assert!(flooded.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn a_feed_stays_open_while_nothing_happens() {
    let site = impatient_site().await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("Quiet").await;
    let url = format!("{}/api/shows/{show}/live", site.url());
    let mut feed = reqwest::get(url).await.expect("the site responds");

    // The heartbeat comes every ten seconds.
    let mut text = String::new();
    while !text.contains("event: beat") {
        let chunk = tokio::time::timeout(TIMEOUT, feed.chunk()).await.expect("there is a heartbeat");
        let chunk = chunk.expect("the feed is open").expect("the feed does not end");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let site = Site::new().await;
    let long = format!("GET / HTTP/1.1\r\nx-long: {}\r\n\r\n", "a".repeat(64 * 1024));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x-many: a\r\n".repeat(1_000));
    for request in [long, many] {
        let mut stream = connect(&site).await;
        // The site may close the connection before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;

        let sent = read_to_end(&mut stream).await;

        assert!(sent.is_empty() || sent.starts_with("HTTP/1.1 431 "), "{sent}");
    }
}

#[tokio::test]
async fn one_address_cannot_take_the_connections_of_another() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let mut streams = Vec::new();
    for _ in 0..FLOOD {
        streams.push(connect(&site).await);
    }

    let other = Client::builder().local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2))).timeout(TIMEOUT).build();
    let other = other.expect("the options are valid");
    let response = other.get(format!("{}/api/shows", site.url())).send().await.expect("another address is served");
    assert_eq!(response.status(), StatusCode::OK);
    let mut open = 0;
    for mut stream in streams {
        let mut byte = [0];
        // The site says nothing on those that it keeps; the answer to the last refused one is long there.
        if tokio::time::timeout(Duration::from_millis(20), stream.read(&mut byte)).await.is_err() {
            open += 1;
        }
    }
    assert!(open <= CONNECTIONS_PER_ADDRESS, "{open} connections of one address stay open");
}

#[tokio::test]
async fn above_the_total_the_probes_are_answered_and_others_are_told_to_come_back() {
    let site = Site::with(&[("CONNECTIONS", "8")]).await;
    let get = async |path: &str| {
        let response = Client::new().get(format!("{}{path}", site.url())).send().await.expect("the site responds");
        (response.status(), response.headers().contains_key("retry-after"))
    };
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(connect(&site).await);
    }
    // The request that waited for the site to start may still hold a slot, which is free once its connection is closed.
    while get("/api/shows").await.0 == StatusCode::OK && streams.len() < 12 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        streams.push(connect(&site).await);
    }

    assert_eq!(get("/health/live").await, (StatusCode::OK, false));
    assert_eq!(get("/api/shows").await, (StatusCode::SERVICE_UNAVAILABLE, true));
    drop(streams);
    let free = async {
        while get("/api/shows").await.0 != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    assert!(tokio::time::timeout(TIMEOUT, free).await.is_ok(), "the slots are not free again");
}
