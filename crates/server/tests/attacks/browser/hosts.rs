//! V-44: nothing that a request says of host, scheme or port changes what we say of ourselves, and pages exist under the
//! public address alone.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::flow::allow;
use crate::harness::TestServer;

struct Raw {
    status: u16,
    head: String,
    body: String,
}

/// A request byte by byte.
async fn raw(server: &TestServer, line: &str, headers: &[&str], body: &str) -> Raw {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!("{line}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Raw { status, head: head.to_lowercase(), body: body.to_owned() }
}

const LIES: [&str; 6] = [
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 444",
    "X-Forwarded-Prefix: /evil",
    "X-Original-Host: evil.example",
    "Forwarded: host=evil.example;proto=https;for=1.2.3.4",
];

const METADATA: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

#[tokio::test]
async fn v44_the_metadata_are_the_same_bytes_whatever_host_is_named() {
    let server = TestServer::start().await;
    let host = format!("localhost:{}", server.address.port());
    for path in METADATA {
        let good = raw(&server, &format!("GET {path} HTTP/1.1"), &[&format!("Host: {host}")], "").await;
        assert_eq!(good.status, 200);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&good.body).unwrap()["issuer"], server.issuer.as_str());
        let lines = [
            format!("GET {path} HTTP/1.1"),
            format!("GET http://evil.example{path} HTTP/1.1"),
            format!("GET https://{host}{path} HTTP/1.1"),
        ];
        for line in &lines {
            for named in [&host, "evil.example", "127.0.0.1", "LOCALHOST", "localhost:1", "evil.example:443"] {
                let named = format!("Host: {named}");
                let answer = raw(&server, line, &[&[named.as_str()], &LIES[..]].concat(), "").await;
                assert_eq!((answer.status, answer.body), (200, good.body.clone()), "{line} {named}");
            }
        }
        let two = raw(&server, &lines[0], &[&format!("Host: {host}"), "Host: evil.example"], "").await;
        assert!(two.status == 400 || two.body == good.body, "two hosts: {} {}", two.status, two.body);
    }
}

#[tokio::test]
async fn v44_pages_and_cookies_exist_under_the_public_address_alone() {
    let server = TestServer::start().await;
    let host = format!("localhost:{}", server.address.port());
    let own = format!("Host: {host}");
    let cases: [(&str, Vec<&str>); 9] = [
        ("", vec!["Host: evil.example"]),
        ("", vec!["Host: 127.0.0.1"]),
        ("", vec!["Host: localhost"]),
        ("", vec!["Host: localhost:1"]),
        ("", vec!["Host: "]),
        ("", vec!["Host: evil.example", "X-Forwarded-Host: localhost"]),
        ("http://evil.example", vec![&own]),
        ("", vec![&own, "Host: evil.example"]),
        ("", vec!["Host: evil.example", &own]),
    ];
    let cli = server.cli().authorize(&[]);
    for path in ["/", "/sign-in", "/sign-up", "/sign-out", "/connections", "/consent/x", "/security", cli.as_str()] {
        for (origin, headers) in &cases {
            let answer = raw(&server, &format!("GET {origin}{path} HTTP/1.1"), headers, "").await;
            assert!(
                answer.status == 421 || (answer.status == 400 && headers.len() == 2),
                "{path} {origin} {headers:?}: {}",
                answer.status
            );
            assert!(
                !answer.head.contains("set-cookie") && !answer.head.contains("\r\nlocation:"),
                "{path} {headers:?}: {}",
                answer.head
            );
            assert!(!answer.body.contains("evil.example"), "{path} {headers:?}");
        }
    }
    for path in ["/sign-in", "/theme", "/consent/x", "/authorize"] {
        let form = ["Host: evil.example", "Content-Type: application/x-www-form-urlencoded"];
        assert_eq!(raw(&server, &format!("POST {path} HTTP/1.1"), &form, "x=1").await.status, 421, "{path}");
    }
    assert_eq!(raw(&server, "GET /sign-in HTTP/1.1", &[&own], "").await.status, 200);
    assert_eq!(raw(&server, &format!("GET http://{host}/sign-in HTTP/1.1"), &[&own], "").await.status, 200);
}

#[tokio::test]
async fn v44_what_knows_no_cookie_answers_on_any_host() {
    let server = TestServer::start().await;
    let evil = "Host: evil.example";
    for path in ["/health/live", "/health/ready", "/jwks"] {
        assert_eq!(raw(&server, &format!("GET {path} HTTP/1.1"), &[evil], "").await.status, 200, "{path}");
    }
    let form = [evil, "Content-Type: application/x-www-form-urlencoded"];
    let refused =
        raw(&server, "POST /token HTTP/1.1", &form, "grant_type=authorization_code&client_id=demo-cli&code=x").await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("invalid_"), "{}", refused.body);
}

#[tokio::test]
async fn v44_answers_and_redirects_name_the_configured_issuer() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let lies: Vec<(&str, &str)> = LIES.iter().map(|lie| lie.split_once(": ").unwrap()).collect();
    let begun = browser.get_with(&app.authorize(&[("scope", "openid issues:read offline_access")]), &lies).await;
    let location = begun.location().unwrap();
    assert!(location.starts_with("/consent/"), "{location}");
    let shown = browser.get_with(&location, &lies).await;
    assert!(!shown.body.contains("evil.example") && !shown.header("content-security-policy").contains("evil"));
    for cookie in shown.headers.get_all("set-cookie") {
        assert!(!cookie.to_str().unwrap().contains("evil"));
    }
    let answer = allow(&browser, location.trim_start_matches("/consent/"), &server.seeded.apollo).await;
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()));
    let tokens = app.redeem(&answer).await;
    assert_eq!(super::flow::claims(tokens.id.as_deref().unwrap())["iss"], server.issuer.as_str());
}
