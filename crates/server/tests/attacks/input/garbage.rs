//! V-29: bodies of every kind, as every kind, at every address.

use std::fmt::Write as _;

use reqwest::Method;

use crate::{
    harness::{TestServer, browser::http},
    routes::ROUTES,
};

/// Bodies that nobody should send.
fn bodies() -> Vec<Vec<u8>> {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut many = String::new();
    for at in 0..5000 {
        let _ = write!(many, "p{at}=x&");
    }
    vec![
        Vec::new(),
        b"\0".to_vec(),
        b"\xff\xfe\xfd".to_vec(),
        b"a=%ff%fe&b=%c3%28&%ff=x".to_vec(),
        b"%&%%&=&&==&%zz=%q&+&;".to_vec(),
        b"grant_type=%00&token=%00&email=%00&csrf=%00&decision=%00".to_vec(),
        "grant_type=\u{202e}\u{feff}🦀&token=🦀".as_bytes().to_vec(),
        b"{}".to_vec(),
        b"{\"redirect_uris\":[\"https://a.example/\"],\"redirect_uris\":1}".to_vec(),
        b"[[[[[[".to_vec(),
        b"{\"redirect_uris\": 1e400}".to_vec(),
        b"null".to_vec(),
        b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>".to_vec(),
        b"--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx\r\n--x--\r\n".to_vec(),
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0],
        deep.into_bytes(),
        many.into_bytes(),
        vec![b'a'; 64 * 1024 + 1],
    ]
}

const TYPES: [Option<&str>; 9] = [
    None,
    Some("application/x-www-form-urlencoded"),
    Some("application/x-www-form-urlencoded; charset=utf-16"),
    Some("application/json"),
    Some("application/json; charset=latin1"),
    Some("multipart/form-data; boundary=x"),
    Some("multipart/form-data"),
    Some("text/xml"),
    Some("\"nonsense; ="),
];

#[tokio::test]
async fn v29_no_body_of_any_kind_makes_any_address_fail() {
    let unlimited = "100000/1m";
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", unlimited)]).await;
    let tokens = server.cli().connect(&server.signed_in().await).await;
    let http = http(server.address);
    for route in ROUTES {
        let url = server.url(&route.path.replace("{id}", "x").replace("{name}", "x"));
        for (number, body) in bodies().iter().enumerate() {
            // Each body as each kind at least once over the routes, and every route with each body.
            for kind in TYPES {
                let mut request = http.request(Method::from_bytes(route.method.as_bytes()).unwrap(), &url);
                if let Some(kind) = kind {
                    request = request.header("content-type", kind);
                }
                if number % 3 == 0 {
                    request = request.header("content-encoding", "gzip");
                }
                // A connection that is closed while the body is being sent is a refusal too.
                if let Ok(answer) = request.body(body.clone()).send().await {
                    let status = answer.status();
                    assert!(
                        !status.is_server_error(),
                        "{} {} {kind:?} body {number}: {status}",
                        route.method,
                        route.path
                    );
                    let good = status.is_success() && route.method == "POST";
                    assert!(!good || route.path == "/register", "{} took body {number} as {kind:?}", route.path);
                }
            }
        }
    }
    assert!(server.api().accepts(&tokens.access).await, "nothing is lost");
    server.cli().refresh(&tokens).await;
}
