//! Whose request this is: the peer's address, or what a trusted proxy says of it. No other forwarding header is read:
//! scheme, host and port are the settings', whatever arrives.

use std::net::{IpAddr, SocketAddr};

use actix_web::{HttpMessage, http::header::HeaderMap};

use crate::config::AddressRange;

/// The address that a request is counted and logged under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What [`crate::telemetry::observe`] found for this request; the unspecified address where there is no peer (a
    /// Unix socket).
    #[must_use]
    pub fn of(request: &impl HttpMessage) -> Self {
        request.extensions().get::<Self>().copied().unwrap_or(Self(IpAddr::from([0, 0, 0, 0])))
    }

    /// Walks `X-Forwarded-For` from its end, where our own proxy wrote, for as long as the writer is trusted. The first
    /// address that is not a trusted proxy is the client; everything before it is hearsay.
    #[must_use]
    pub fn find(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[AddressRange]) -> Option<Self> {
        let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
        let mut nearest = peer?.ip().to_canonical();
        if !is_trusted(nearest) {
            return Some(Self(nearest));
        }
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").map(|line| line.to_str().unwrap_or("unreadable")).collect();
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = parse(entry.trim()) else { break };
            nearest = address;
            if !is_trusted(nearest) {
                break;
            }
        }
        Some(Self(nearest))
    }
}

/// An address, with or without a port or brackets.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.as_ref().map(IpAddr::to_canonical)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn found(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(line).unwrap());
        }
        let trusted: Vec<AddressRange> = trusted.iter().map(|range| range.parse().unwrap()).collect();
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        ClientAddress::find(Some(peer), &headers, &trusted).unwrap().0.to_string()
    }

    #[test]
    fn an_untrusted_peer_speaks_for_itself_alone() {
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
    }

    #[test]
    fn what_the_trusted_proxy_wrote_counts_and_nothing_before_it() {
        let trusted = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(found("10.0.0.1", &["198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.1", &["1.1.1.1, 198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &trusted), "198.51.100.1");
        assert_eq!(found("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &trusted), "198.51.100.1");
        assert_eq!(found("fd00::1", &["[2001:db8::5]:4000"], &trusted), "2001:db8::5");
        assert_eq!(found("10.0.0.1", &["198.51.100.1:80"], &trusted), "198.51.100.1");
        assert_eq!(found("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], &trusted), "198.51.100.1");
    }

    #[test]
    fn nonsense_ends_the_walk() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(found("10.0.0.1", &["198.51.100.1, unknown"], &trusted), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["198.51.100.1, , 10.0.0.2"], &trusted), "10.0.0.2");
        assert_eq!(found("10.0.0.1", &[""], &trusted), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &[], &trusted), "10.0.0.1");
    }
}
