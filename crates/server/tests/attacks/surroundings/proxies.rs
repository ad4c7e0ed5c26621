//! V-60, RL: whose budget a request uses up. `X-Forwarded-For` counts where a listed proxy wrote it, and nowhere else.

use crate::harness::{Answer, TestServer};

/// The classes: how to ask for something of each, and what its budget is called. All of these are refused with something else
/// than 429 as long as there is a budget.
const CLASSES: [Class; 4] = [
    ("POST", "/token", "RATE_LIMITS__TOKEN"),
    ("GET", "/security", "RATE_LIMITS__PAGE"),
    ("POST", "/sign-in", "RATE_LIMITS__SIGN_IN"),
    ("POST", "/register", "REGISTRATION__PER_ADDRESS"),
];

type Class = (&'static str, &'static str, &'static str);

/// A server where each client may ask three times for this class of things.
async fn server(class: Class, proxies: Option<&str>) -> TestServer {
    // Otherwise loopback, from where tests come, has no limit.
    let mut changes = vec![("RATE_LIMITS__EXEMPT", "192.0.2.1"), (class.2, "3/1h")];
    changes.extend(proxies.map(|proxies| ("TRUSTED_PROXIES", proxies)));
    TestServer::start_with(&changes).await
}

async fn ask(server: &TestServer, (method, path, _): Class, headers: &[(&str, String)]) -> u16 {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = server.http().request(method, server.url(path)).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value.as_str());
    }
    Answer::of(request).await.status.as_u16()
}

#[tokio::test]
async fn v60_no_header_buys_a_new_budget_from_a_peer_that_is_no_listed_proxy() {
    for trusted in [None, Some("10.0.0.0/8, 192.0.2.7")] {
        for class in CLASSES {
            let server = server(class, trusted).await;
            for at in 0..3 {
                assert_ne!(ask(&server, class, &[]).await, 429, "{class:?} {at}");
            }
            for at in 0..20 {
                let spoofed = format!("198.51.100.{at}");
                for name in ["x-forwarded-for", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP"] {
                    assert_eq!(ask(&server, class, &[(name, spoofed.clone())]).await, 429, "{class:?} {name}");
                }
                let forwarded = [("forwarded", format!("for={spoofed}")), ("via", spoofed.clone())];
                assert_eq!(ask(&server, class, &forwarded).await, 429, "{class:?} Forwarded");
                let inside = [("x-forwarded-for", format!("{spoofed}, 10.0.0.1"))];
                assert_eq!(ask(&server, class, &inside).await, 429, "{class:?} through a proxy that it names itself");
            }
        }
    }
}

#[tokio::test]
async fn v60_behind_a_listed_proxy_each_client_has_its_own_budget_and_cannot_rotate_it() {
    for class in CLASSES {
        let server = server(class, Some("127.0.0.0/8, ::1, 10.0.0.0/8")).await;
        for at in 0..20 {
            let client = [("x-forwarded-for", format!("203.0.113.{at}"))];
            assert_ne!(ask(&server, class, &client).await, 429, "{class:?} {at}: a client of its own");
        }
        // What the client wrote before the proxy did is hearsay; so is the rest of its own network in IPv6.
        for at in 0..6 {
            for (number, header) in [
                format!("198.51.100.{at}, 203.0.113.77"),
                format!("198.51.100.{at},203.0.113.78, 10.0.0.{at}"),
                format!("{at}.1.1.1, nonsense, 203.0.113.79:{}", 4000 + at),
                format!("2001:db8:7:1::{at}"),
            ]
            .into_iter()
            .enumerate()
            {
                let status = ask(&server, class, &[("x-forwarded-for", header.clone())]).await;
                assert_eq!(status == 429, at >= 3, "{class:?} form {number}, time {at}: {header}");
            }
        }
        // Several lines are one list, and the last one is the proxy's.
        for at in 0..6 {
            let lines =
                [("x-forwarded-for", format!("198.51.101.{at}")), ("x-forwarded-for", "203.0.113.80".to_owned())];
            assert_eq!(ask(&server, class, &lines).await == 429, at >= 3, "{class:?} two lines, time {at}");
        }
    }
}
