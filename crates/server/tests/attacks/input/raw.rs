//! Requests byte by byte: what no library would send.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{harness::TestServer, routes::ROUTES};

/// However slow the machine is, whoever waits longer than this waits for nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends these bytes and gives the status of the first answer; none if the connection was closed without one.
pub async fn status(server: &TestServer, request: &[u8]) -> Option<u16> {
    let exchange = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let (mut read, mut write) = stream.split();
        let mut answer = Vec::new();
        // It may be refused while it is still being sent.
        let sending = async {
            let _ = write.write_all(request).await;
            let _ = write.shutdown().await;
        };
        let reading = async {
            let mut some = [0; 4096];
            while answer.len() < 12 {
                match read.read(&mut some).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => answer.extend_from_slice(&some[..read]),
                }
            }
        };
        tokio::join!(sending, reading);
        let head = String::from_utf8_lossy(&answer).into_owned();
        head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok())
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("the server neither answers nor closes")
}

/// Refused, or not even answered; and the server answers the next one.
async fn is_refused(server: &TestServer, what: &str, request: &[u8]) {
    let status = status(server, request).await;
    assert!(status.is_none_or(|status| (400..500).contains(&status) || status == 505), "{what}: {status:?}");
    assert_eq!(server.http().get(server.url("/health/live")).send().await.unwrap().status(), 200, "after {what}");
}

#[tokio::test]
async fn v30_heads_of_a_megabyte_are_refused_at_every_address() {
    let server = TestServer::start().await;
    let (long, host) = ("a".repeat(1 << 20), format!("Host: localhost:{}", server.address.port()));
    let many: String = (0..20_000).map(|at| format!("X-{at}: some value that is sent\r\n")).collect();
    for route in ROUTES {
        let path = route.path.replace("{id}", "x").replace("{name}", "x");
        let line = format!("{} {path} HTTP/1.1\r\n{host}\r\nConnection: close\r\n", route.method);
        for header in [
            "Authorization: Bearer ",
            "Cookie: lanyard-session=",
            "Content-Type: ",
            "X-Forwarded-For: ",
            "X-Anything: ",
        ] {
            is_refused(&server, header, format!("{line}{header}{long}\r\n\r\n").as_bytes()).await;
        }
        is_refused(&server, "very many headers", format!("{line}{many}\r\n").as_bytes()).await;
    }
    let query = format!("GET /authorize?state={long} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n");
    is_refused(&server, "a long address", query.as_bytes()).await;
    let method = format!("{long} / HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n");
    is_refused(&server, "a long method", method.as_bytes()).await;
}

#[tokio::test]
async fn v29_what_is_no_http_is_refused_or_closed() {
    let server = TestServer::start().await;
    let host = format!("Host: localhost:{}", server.address.port());
    let form = "Content-Type: application/x-www-form-urlencoded";
    let cases: [(&str, Vec<u8>); 16] = [
        ("two lengths", format!("POST /token HTTP/1.1\r\n{host}\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde").into()),
        ("a negative length", format!("POST /token HTTP/1.1\r\n{host}\r\nContent-Length: -1\r\n\r\n").into()),
        ("a length with a sign", format!("POST /token HTTP/1.1\r\n{host}\r\nContent-Length: +3\r\n\r\nabc").into()),
        ("a length beyond numbers", format!("POST /token HTTP/1.1\r\n{host}\r\nContent-Length: 99999999999999999999\r\n\r\n").into()),
        (
            "a length and chunks",
            format!("POST /token HTTP/1.1\r\n{host}\r\n{form}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").into(),
        ),
        ("chunks of an odd kind", format!("POST /token HTTP/1.1\r\n{host}\r\nTransfer-Encoding: gzip, x\r\n\r\nabc").into()),
        ("a chunk beyond numbers", format!("POST /token HTTP/1.1\r\n{host}\r\n{form}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n").into()),
        ("a chunk that is none", format!("POST /token HTTP/1.1\r\n{host}\r\n{form}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").into()),
        ("a space before the colon", format!("GET /health/live HTTP/1.1\r\n{host}\r\nContent-Length : 0\r\n\r\n").into()),
        ("a folded header", format!("GET /health/live HTTP/1.1\r\n{host}\r\nX-Folded: a\r\n b\r\n\r\n").into()),
        ("a header of NULs", [b"GET /health/live HTTP/1.1\r\nX: \0\0\r\n".as_slice(), host.as_bytes(), b"\r\n\r\n"].concat()),
        ("no version", format!("GET /health/live\r\n{host}\r\n\r\n").into()),
        ("a version of its own", format!("GET /health/live HTTP/9.9\r\n{host}\r\n\r\n").into()),
        ("bytes", (0..=255).collect()),
        ("TLS", vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
        ("a path of bytes", [b"GET /\xff\xfe HTTP/1.1\r\n".as_slice(), host.as_bytes(), b"\r\nConnection: close\r\n\r\n"].concat()),
    ];
    for (what, request) in cases {
        is_refused(&server, what, &request).await;
    }
}

#[tokio::test]
async fn v29_headers_that_are_no_text_are_refused_wherever_they_are_read() {
    let server = TestServer::start().await;
    let host = format!("Host: localhost:{}", server.address.port());
    for route in ROUTES {
        let path = route.path.replace("{id}", "%ff%fe").replace("{name}", "%ff");
        for header in [
            "Authorization",
            "Cookie",
            "Content-Type",
            "X-Forwarded-For",
            "Origin",
            "User-Agent",
            "Accept",
            "Content-Encoding",
        ] {
            let mut request = format!(
                "{} {path} HTTP/1.1\r\n{host}\r\nConnection: close\r\nContent-Length: 0\r\n{header}: ",
                route.method
            )
            .into_bytes();
            request.extend_from_slice(b"\xff\xfe\xc3\x28 \xf0\x9f\xa6\x80; =\r\n\r\n");
            let status = status(&server, &request).await;
            assert!(status.is_none_or(|status| status < 500), "{} {path} {header}: {status:?}", route.method);
        }
    }
    assert_eq!(server.http().get(server.url("/health/live")).send().await.unwrap().status(), 200);
}
