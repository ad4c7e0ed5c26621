//! Under which address, through whom and over what the world reaches the server.

use super::{Findings, Purpose};
use crate::config::{
    AddressRange, Metrics, PublicUrl, Transport,
    sections::{Tls, Top},
};

pub(super) fn check_public_url(url: &PublicUrl, purpose: Purpose, found: &mut Findings) {
    match purpose {
        // OAuth 2.1 §1.5: every endpoint of an authorization server is https.
        Purpose::Serve => found.refuse(
            !url.is_https(),
            "public_url",
            "is not https",
            "Write an https:// address; plain http exists only in `lanyard dev`.",
        ),
        Purpose::Development => found.refuse(
            !url.is_loopback(),
            "public_url",
            "does not name this machine",
            "Write http://localhost and a port; the development server is open to this machine alone.",
        ),
    }
}

pub(super) fn check_listening(top: &Top, purpose: Purpose, found: &mut Findings) {
    found.refuse(top.listen.is_empty(), "listen", "names no address", "Write listen = [\"127.0.0.1:8443\"].");
    let beyond = top.listen.iter().find(|address| !address.ip().is_loopback());
    if let (Purpose::Development, Some(address)) = (purpose, beyond) {
        let wrong = format!("has {address}, which others can reach");
        found.refuse(true, "listen", wrong, "Listen on 127.0.0.1 or [::1]; `lanyard serve` is for everything else.");
    }
    // CVE-2026-20896: whoever trusts every proxy trusts every client.
    let everything = top.trusted_proxies.iter().any(AddressRange::is_everything);
    found.refuse(
        everything,
        "trusted_proxies",
        "names the whole internet",
        "Write the addresses of your proxies, such as [\"10.0.0.5\"].",
    );
}

/// Whoever reaches that listener reads how much is going on here.
pub(super) fn check_metrics(metrics: &Metrics, found: &mut Findings) {
    let beyond = metrics.listen.iter().find(|address| !address.ip().is_loopback());
    if let (Some(address), false) = (beyond, metrics.beyond_loopback) {
        found.refuse(
            true,
            "metrics.listen",
            format!("has {address}, which other machines can reach"),
            "Listen on 127.0.0.1, or write metrics.beyond_loopback = true if only your Prometheus gets there.",
        );
    }
}

pub(super) fn transport(tls: &Tls, top: &Top, purpose: Purpose, found: &mut Findings) -> Option<Transport> {
    let before = found.0.len();
    let transport = match (&tls.certificate, &tls.key, tls.behind_proxy) {
        (Some(certificate), Some(key), false) => {
            Some(Transport::Tls { certificate: certificate.clone(), key: key.clone() })
        }
        (None, None, true) => {
            let remedy = "Write the addresses of the proxies that speak TLS for the server, such as [\"10.0.0.5\"].";
            found.refuse(
                top.trusted_proxies.is_empty(),
                "trusted_proxies",
                "is empty, though tls.behind_proxy is true",
                remedy,
            );
            Some(Transport::BehindProxy)
        }
        (None, None, false) if purpose == Purpose::Development => Some(Transport::Loopback),
        (None, None, false) => {
            let remedy =
                "Write tls.certificate and tls.key, or tls.behind_proxy = true and the proxies in trusted_proxies.";
            found.refuse(true, "tls", "is missing, so nothing would encrypt the connections", remedy);
            None
        }
        (Some(_), None, false) => {
            found.refuse(true, "tls.key", "is missing beside tls.certificate", "Write the path of its private key.");
            None
        }
        (None, Some(_), false) => {
            found.refuse(true, "tls.certificate", "is missing beside tls.key", "Write the path of the certificate.");
            None
        }
        (_, _, true) => {
            let remedy = "Keep the certificate and key, or behind_proxy, not both.";
            found.refuse(true, "tls.behind_proxy", "is true beside a certificate of the server's own", remedy);
            None
        }
    };
    let http = purpose == Purpose::Development && !matches!(transport, Some(Transport::Loopback) | None);
    found.refuse(http, "tls", "is set", "Remove it: the development server speaks http on loopback.");
    transport.filter(|_| found.0.len() == before)
}
