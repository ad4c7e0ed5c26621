//! The fetcher against hostile servers and names. Connections to addresses that count as public are recorded and led to
//! loopback; nothing here dials any further.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use model::Timestamp;
use serde_json::json;
use url::Url;

use super::{
    address::is_public,
    fetch::{DocumentFetcher, FetchError, guarded},
    key_sets::Wanted,
    resolver::{CheckedNames, Looking},
};
use crate::{
    DocumentSettings, Settings,
    https_server::{Answer, HttpsServer},
};

const MOST: usize = 5 * 1024;

fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

fn settings(ca: Option<&str>) -> DocumentSettings {
    let development_ca = ca.map(|ca| ca.as_bytes().to_vec());
    DocumentSettings {
        development_ca,
        timeout: Duration::from_secs(1),
        ..Settings::new("https://issuer.example").documents
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// What was looked up and where connections went.
#[derive(Default)]
struct Record {
    names: Mutex<Vec<String>>,
    dialled: Mutex<Vec<IpAddr>>,
}

/// A fetcher outside of development whose names all lead to `addresses`, and whose connections all lead to `server`.
fn recorded(addresses: &[&str], server: &HttpsServer) -> (DocumentFetcher, Arc<Record>) {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    let record = Arc::new(Record::default());
    let (looked_up, dialled, port) = (Arc::clone(&record), Arc::clone(&record), server.port);
    let names = CheckedNames {
        may: is_public,
        lookup: Arc::new(move |name| -> Looking {
            looked_up.names.lock().unwrap().push(name);
            let addresses = addresses.clone();
            Box::pin(async move { Ok(addresses) })
        }),
        dial: Arc::new(move |address| {
            dialled.dialled.lock().unwrap().push(address);
            SocketAddr::from(([127, 0, 0, 1], port))
        }),
    };
    let settings = settings(None);
    let roots = reqwest::Certificate::from_pem_bundle(server.ca.as_bytes()).unwrap();
    let client = guarded(&settings, names).tls_certs_only(roots).build().unwrap();
    (DocumentFetcher::with(&settings, Some(client)).unwrap(), record)
}

#[tokio::test]
async fn a_public_name_is_looked_up_once_and_its_checked_address_dialled() {
    let server = HttpsServer::start(Answer::json(&json!({ "good": true }), "cache-control: max-age=60\r\n")).await;
    let (fetcher, record) = recorded(&["93.184.215.14"], &server);
    let body = fetcher.fetch(&url("https://good.example/c"), MOST, now()).await.unwrap();
    assert_eq!((body.bytes.as_slice(), body.cache), (br#"{"good":true}"#.as_slice(), Duration::from_secs(60)));
    assert_eq!(*record.names.lock().unwrap(), ["good.example"]);
    assert_eq!(*record.dialled.lock().unwrap(), ["93.184.215.14".parse::<IpAddr>().unwrap()]);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_never_dialled() {
    let server = HttpsServer::start(Answer::json(&json!({}), "")).await;
    let inside: [&[&str]; 9] = [
        &["127.0.0.1"],
        &["::1"],
        &["169.254.169.254"],
        &["10.1.2.3"],
        &["fd00::1"],
        &["0.0.0.0"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["93.184.215.14", "192.168.0.1"],
    ];
    for addresses in inside {
        let (fetcher, record) = recorded(addresses, &server);
        let refused = fetcher.fetch(&url("https://good.example/c"), MOST, now()).await;
        assert!(matches!(&refused, Err(FetchError::Failed(why)) if why.contains("may not be asked")), "{addresses:?}");
        assert!(record.dialled.lock().unwrap().is_empty(), "{addresses:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_is_no_public_name_is_not_even_looked_up() {
    let server = HttpsServer::start(Answer::json(&json!({}), "")).await;
    let (fetcher, record) = recorded(&["93.184.215.14"], &server);
    for text in [
        format!("https://127.0.0.1:{}/c", server.port),
        format!("https://localhost:{}/c", server.port),
        format!("https://[::1]:{}/c", server.port),
        format!("https://good.example:{}/c", server.port),
        "http://good.example/c".to_owned(),
        "https://0x7f000001/c".to_owned(),
        "https://017700000001/c".to_owned(),
        "https://2130706433/c".to_owned(),
        "https://93.184.215.14/c".to_owned(),
        "https://metadata/c".to_owned(),
    ] {
        let refused = fetcher.fetch(&url(&text), MOST, now()).await;
        assert!(matches!(refused, Err(FetchError::Refused(_))), "{text}");
    }
    assert!(record.names.lock().unwrap().is_empty());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn hostile_answers_end_soon_and_small() {
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{rest}\r\n");
    let body = r#"{"a":1}"#;
    let answers = [
        ("redirect", "302", Answer::text("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")),
        (
            "not there",
            "404",
            Answer::text(format!(
                "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{body}"
            )),
        ),
        (
            "not quite 200",
            "203",
            Answer::text(format!(
                "HTTP/1.1 203 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{body}"
            )),
        ),
        (
            "a page",
            "JSON",
            Answer::text(format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 7\r\n\r\n{body}")),
        ),
        ("no type", "JSON", Answer::text(format!("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{body}"))),
        ("a gzip bomb", "encoded", Answer::Endless(head("content-encoding: gzip\r\n").into_bytes())),
        ("a gigabyte, announced", "longer", Answer::Endless(head("content-length: 1073741824\r\n").into_bytes())),
        ("a gigabyte, unannounced", "longer", Answer::Endless(head("").into_bytes())),
        ("a byte too long", "longer", Answer::json(&format!("\"{}\"", "x".repeat(MOST - 1)), "")),
        ("slow-loris", "timed out", Answer::Trickle(head("content-length: 5000\r\n").into_bytes())),
        ("a slow head", "timed out", Answer::Trickle(b"HTTP/1.1 200 OK\r\nx-slow:".to_vec())),
        ("an endless head", "too large", Answer::Endless(b"HTTP/1.1 200 OK\r\nx-long:".to_vec())),
        ("silence", "timed out", Answer::Silence),
        ("not HTTP", "invalid HTTP", Answer::text("SSH-2.0-OpenSSH\r\n\r\n")),
        ("cut short", "end of file", Answer::text(head("content-length: 5000\r\n"))),
    ];
    for (what, why, answer) in answers {
        let server = HttpsServer::start(answer).await;
        let fetcher = DocumentFetcher::with(&settings(Some(&server.ca)), None).unwrap();
        let begun = Instant::now();
        let refused = fetcher.fetch(&url(&server.url("/c")), MOST, now()).await;
        // Of the client's limit and ours around it either may be the first.
        let is_so = |said: &str| said.contains(why) || (why == "timed out" && said.contains("took too long"));
        assert!(matches!(&refused, Err(FetchError::Failed(said)) if is_so(said)), "{what}: {:?}", refused.err());
        assert!(begun.elapsed() < Duration::from_secs(3), "{what} took {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(server.connections(), 1, "{what}");
        // What did not fit into the sockets' buffers was never sent.
        assert!(server.written() < 32 * 1024 * 1024, "{what}: {} bytes", server.written());
    }
}

#[tokio::test]
async fn a_document_of_just_the_right_size_is_read() {
    let text = format!("\"{}\"", "x".repeat(MOST - 2));
    let server = HttpsServer::start(Answer::json(&text, "")).await;
    let fetcher = DocumentFetcher::with(&settings(Some(&server.ca)), None).unwrap();
    assert_eq!(fetcher.fetch(&url(&server.url("/c")), MOST, now()).await.unwrap().bytes.len(), MOST);
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let (server, other) =
        (HttpsServer::start(Answer::json(&json!({}), "")).await, HttpsServer::start(Answer::Silence).await);
    let fetcher = DocumentFetcher::with(&settings(Some(&other.ca)), None).unwrap();
    assert!(matches!(fetcher.fetch(&url(&server.url("/c")), MOST, now()).await, Err(FetchError::Failed(_))));
}

#[test]
fn a_development_ca_must_be_one() {
    for odd in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(DocumentFetcher::with(&settings(Some(odd)), None).is_err(), "{odd}");
    }
}

#[tokio::test]
async fn key_sets_are_kept_for_a_short_time_and_failures_never() {
    let set = |kid: &str| Answer::json(&json!({ "keys": [{ "kid": kid }] }), "");
    let server = HttpsServer::start(Answer::text("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n")).await;
    let fetcher = DocumentFetcher::with(&settings(Some(&server.ca)), None).unwrap();
    let uri = server.url("/jwks");
    let kid = |set: Arc<serde_json::Value>| set["keys"][0]["kid"].as_str().unwrap().to_owned();
    let later = |seconds| now().plus(Duration::from_secs(seconds));

    let trouble = fetcher.key_set(&uri, Wanted::Recent, now()).await.unwrap_err();
    assert_eq!(trouble.code, protocol::ErrorCode::TemporarilyUnavailable);
    server.answer(set("one"));
    assert_eq!(kid(fetcher.key_set(&uri, Wanted::Recent, now()).await.unwrap()), "one");
    server.answer(set("two"));
    assert_eq!(kid(fetcher.key_set(&uri, Wanted::Recent, later(599)).await.unwrap()), "one");
    assert_eq!(kid(fetcher.key_set(&uri, Wanted::Newer, later(29)).await.unwrap()), "one");
    assert_eq!(server.connections(), 2);
    assert_eq!(kid(fetcher.key_set(&uri, Wanted::Newer, later(31)).await.unwrap()), "two");
    server.answer(set("three"));
    assert_eq!(kid(fetcher.key_set(&uri, Wanted::Recent, later(640)).await.unwrap()), "three");
    server.answer(Answer::json(&json!([]), ""));
    assert!(fetcher.key_set(&uri, Wanted::Recent, later(2000)).await.is_err());
    let never = fetcher.key_set("https://10.0.0.1/jwks", Wanted::Recent, now()).await.unwrap_err();
    assert_eq!(never.code, protocol::ErrorCode::InvalidClient, "that will not change by waiting");
}
