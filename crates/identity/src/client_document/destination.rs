//! Where a URL may lead, judged by the URL alone; the addresses of a name are judged when it is resolved.

use std::net::IpAddr;

use url::{Host, Url};

/// Where a fetch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// A name on the public internet, by https on its own port.
    Public,
    /// This computer, which only a development setting allows.
    Loopback,
}

impl Destination {
    /// Judges a URL; the refusal says why, for the log.
    pub(super) fn of(url: &Url, development: bool) -> Result<Self, &'static str> {
        if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
            return Err("not a plain https URL");
        }
        match url.host().ok_or("no host")? {
            Host::Domain("localhost") => this_computer(development),
            Host::Ipv4(address) => literal(address.into(), development),
            Host::Ipv6(address) => literal(address.into(), development),
            // One label, or a dot at the end, is resolved by rules of the local network.
            Host::Domain(name) if !name.contains('.') || name.ends_with('.') => Err("not a full public name"),
            Host::Domain(_) if url.port().is_some() => Err("another port than that of https"),
            Host::Domain(_) => Ok(Self::Public),
        }
    }
}

/// Whether somebody may be told of events there, by the URL alone.
pub(crate) fn may_be_told(url: &Url, development: bool) -> Result<(), &'static str> {
    Destination::of(url, development).map(drop)
}

/// The HTTP client asks no resolver about literals, so none may pass here.
fn literal(address: IpAddr, development: bool) -> Result<Destination, &'static str> {
    if address.is_loopback() { this_computer(development) } else { Err("an address instead of a name") }
}

fn this_computer(development: bool) -> Result<Destination, &'static str> {
    if development { Ok(Destination::Loopback) } else { Err("this computer") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str, development: bool) -> Result<Destination, &'static str> {
        Destination::of(&Url::parse(url).unwrap(), development)
    }

    #[test]
    fn names_of_the_public_internet_only() {
        assert_eq!(of("https://claude.ai/oauth/x", false), Ok(Destination::Public));
        assert_eq!(of("https://claude.ai:443/oauth/x", false), Ok(Destination::Public));
        for url in [
            "http://claude.ai/x",
            "https://claude.ai:8443/x",
            "https://u@claude.ai/x",
            "https://localhost/x",
            "https://intranet/x",
            "https://claude.ai./x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://017700000001/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://169.254.169.254/x",
            "https://8.8.8.8/x",
            "https://[2606:4700::1]/x",
        ] {
            assert!(of(url, false).is_err(), "{url}");
        }
    }

    #[test]
    fn development_opens_this_computer_and_nothing_else() {
        for url in ["https://localhost:8443/x", "https://127.0.0.1:9/x", "https://[::1]:9/x"] {
            assert_eq!(of(url, true), Ok(Destination::Loopback), "{url}");
        }
        for url in [
            "http://localhost/x",
            "https://10.0.0.1/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://intranet/x",
            "https://claude.ai:8443/x",
        ] {
            assert!(of(url, true).is_err(), "{url}");
        }
    }
}
