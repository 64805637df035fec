//! The address that a request comes from, as far as it can be trusted.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request extension: the client's address, behind our own proxies too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What limits count by.
    pub fn network(self) -> IpAddr {
        network(self.0)
    }
}

/// The network of a client. Every customer of a provider has at least 2^64 addresses of IPv6, so limits count by that prefix.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// How addresses are found.
#[derive(Clone)]
pub struct ProxySettings {
    proxies: usize,
    has_warned: Arc<AtomicBool>,
}

impl ProxySettings {
    pub fn new(proxies: usize) -> Self {
        ProxySettings { proxies, has_warned: Arc::default() }
    }
}

/// Adds [`ClientAddress`] to a request.
pub async fn insert(State(settings): State<ProxySettings>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let headers = request.headers();
    if settings.proxies == 0
        && headers.contains_key("x-forwarded-for")
        && !settings.has_warned.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(
            peer = ?peer,
            "X-FORWARDED-FOR ARRIVES, BUT PROXIES IS UNSET: behind a proxy, all clients share the limits of its address; \
             set PROXIES to the number of proxies"
        );
    }
    if let Some(address) = forwarded_for(headers, settings.proxies).or(peer) {
        request.extensions_mut().insert(ClientAddress(address.to_canonical()));
    }
    next.run(request).await
}

/// The client of the first of our own proxies. Each proxy appends an address to the header; anybody can have written those before
/// the ones that ours appended, so they are ignored.
fn forwarded_for(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
    addresses.len().checked_sub(proxies).filter(|_| proxies > 0).and_then(|index| addresses[index].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_our_own_proxies_appended_are_trusted() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "10.0.0.9, 192.0.2.7".parse().expect("a header"));
        headers.append("x-forwarded-for", "10.1.1.1".parse().expect("a header"));

        let address = |proxies| forwarded_for(&headers, proxies).map(|address| address.to_string());

        assert_eq!(address(0), None);
        assert_eq!(address(1).as_deref(), Some("10.1.1.1"));
        assert_eq!(address(2).as_deref(), Some("192.0.2.7"));
        assert_eq!(address(4), None);
    }

    #[test]
    fn addresses_of_one_network_count_as_one_client() {
        let network = |text: &str| network(text.parse().expect("an address")).to_string();

        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
