//! What a trial refuses, as every client should.

use std::path::PathBuf;

use clap::Parser;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Trial, Where, callback::Callback, request::checked};

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    trial: Trial,
}

#[test]
fn a_trial_is_typed_with_its_place() {
    let typed =
        CommandLine::try_parse_from(["try", "mcp", "--issuer", "http://localhost:9000", "--no-browser"]).unwrap();
    let Trial::Mcp(place) = typed.trial else { panic!("not mcp") };
    assert!(place.no_browser);
    assert_eq!(place.mcp_url().unwrap(), "http://localhost:9001/mcp");
    assert!(CommandLine::try_parse_from(["try", "everything"]).is_err());
}

#[test]
fn an_issuer_without_a_port_needs_the_apps_address() {
    let mut place =
        Where { issuer: "https://auth.example.com".to_owned(), mcp_url: None, data: PathBuf::new(), no_browser: true };
    assert_eq!(place.mcp_url().unwrap_err().code(), 2);
    place.mcp_url = Some("https://app.example.com/mcp".to_owned());
    assert_eq!(place.mcp_url().unwrap(), "https://app.example.com/mcp");
}

#[test]
fn an_answer_that_is_not_ours_is_dropped() {
    let (state, issuer) = ("s1", "http://localhost:8080");
    let good = [("code", "c"), ("state", state), ("iss", issuer)];
    assert_eq!(checked(&good, state, issuer).unwrap(), "c");
    for (wrong, why) in [
        (vec![("code", "c"), ("state", "other"), ("iss", issuer)], "state"),
        (vec![("code", "c"), ("iss", issuer)], "state"),
        (vec![("code", "c"), ("state", state), ("state", state), ("iss", issuer)], "state"),
        (vec![("code", "c"), ("state", state)], "RFC 9207"),
        (vec![("code", "c"), ("state", state), ("iss", "http://evil.example")], "RFC 9207"),
        (vec![("error", "access_denied"), ("state", state), ("iss", issuer)], "access_denied"),
        (vec![("state", state), ("iss", issuer)], "neither"),
    ] {
        let refused = checked(&wrong, state, issuer).unwrap_err().to_string();
        assert!(refused.contains(why), "{wrong:?}: {refused}");
    }
}

async fn browse(address: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_callback_answers_once_and_ignores_what_browsers_ask_besides() {
    let callback = Callback::any_port().await.unwrap();
    let address = callback.redirect_uri().trim_start_matches("http://").trim_end_matches("/callback").to_owned();
    let waiting = tokio::spawn(callback.wait());
    assert!(browse(&address, "/favicon.ico").await.starts_with("HTTP/1.1 404"));
    let page = browse(&address, "/callback?code=a%20b&state=s&iss=http%3A%2F%2Flocalhost").await;
    assert!(page.starts_with("HTTP/1.1 200") && !page.contains("a b"), "{page}");
    let brought = waiting.await.unwrap().unwrap();
    assert_eq!(brought.first().map(|(name, value)| (name.as_str(), value.as_str())), Some(("code", "a b")));
    assert!(TcpStream::connect(&address).await.is_err(), "it still listens");
}
