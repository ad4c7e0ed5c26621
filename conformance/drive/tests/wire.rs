//! The wire against a peer that is told what to say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;

use drive::{Connection, Error};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Answers the first bytes that arrive with these texts, one write each, says no more, and hands its side back.
async fn peer(says: &'static [&'static str]) -> (SocketAddr, JoinHandle<TcpStream>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let side = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1024];
        let _ = stream.read(&mut asked).await.unwrap();
        for text in says {
            stream.write_all(text.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
        stream.shutdown().await.unwrap();
        stream
    });
    (address, side)
}

#[tokio::test]
async fn an_answer_is_read_however_it_is_cut() {
    let says = &["HTTP/1.1 200 OK\r\nContent-", "Length: 25\r\nX-One: a\r\n", "\r\n{\"access_token\"", ": \"abc.d\"}"];
    let (address, _side) = peer(says).await;
    let mut connection = Connection::open(address).await.unwrap();
    let answer = connection.ask(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "{\"access_token\": \"abc.d\"}"));
}

#[tokio::test]
async fn answers_that_come_together_are_told_apart() {
    let says = &[
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\noneHTTP/1.1 503 No\r\ncontent-length: 3\r\nretry-after: 1\r\n\r\ntwo",
    ];
    let (address, _side) = peer(says).await;
    let mut connection = Connection::open(address).await.unwrap();
    connection.send(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!(connection.receive().await.unwrap().body, b"one");
    let second = connection.receive().await.unwrap();
    assert_eq!((second.status, second.header("Retry-After"), second.body), (503, Some("1"), &b"two"[..]));
}

#[tokio::test]
async fn chunks_are_put_together() {
    let says = &[
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nWi",
        "ki\r\n5;x=1\r\npedia\r\n0\r\n\r\n",
        "HTTP/1.1 204 No\r\n\r\n",
    ];
    let (address, _side) = peer(says).await;
    let mut connection = Connection::open(address).await.unwrap();
    assert_eq!(connection.ask(b"x").await.unwrap().body, b"Wikipedia");
    assert_eq!(connection.receive().await.unwrap().status, 204);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let (address, side) = peer(&["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"]).await;
    let mut connection = Connection::open(address).await.unwrap();
    connection.send(b"x").await.unwrap();
    drop(side.await.unwrap());
    assert!(matches!(connection.receive().await, Err(Error::Closed)));
}

#[tokio::test]
async fn breaking_off_is_a_reset() {
    let (address, side) = peer(&[]).await;
    let mut connection = Connection::open(address).await.unwrap();
    connection.send(b"x").await.unwrap();
    let mut stream = side.await.unwrap();
    connection.reset().unwrap();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_member_is_found_by_its_whole_name() {
    let says = &[
        "HTTP/1.1 200 OK\r\ncontent-length: 66\r\n\r\n{\"my_refresh_token\":\"no\",\"x\":\"token\",\"token\" : \"yes\",\"odd\":\"a\\\"b\"}",
    ];
    let (address, _side) = peer(says).await;
    let mut connection = Connection::open(address).await.unwrap();
    let answer = connection.ask(b"x").await.unwrap();
    assert_eq!(answer.member("token"), Some("yes"));
    assert_eq!(answer.member("refresh_token"), None);
    assert_eq!(answer.member("odd"), None);
}
