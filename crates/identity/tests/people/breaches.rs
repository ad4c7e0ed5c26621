//! Passwords that were stolen elsewhere, asked of a stand-in for Pwned Passwords.

use identity::account::{PasswordRefusal, SignUpRefusal};
use serde_json::json;

use crate::{
    https_server::{Answer, HttpsServer},
    stand::{PASSWORD, Stand},
};

/// Of [`PASSWORD`], in SHA-1: what is told, and what is not.
const TOLD: &str = "98DEC";
const KEPT: &str = "C62ECE399A22ED30D490EF333BE7FDE7385";

fn range(body: &str) -> Answer {
    let length = body.len();
    Answer::text(format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}"))
}

async fn stand(server: &HttpsServer) -> Stand {
    let (ranges, ca) = (server.url("/range/"), server.ca.clone().into_bytes());
    Stand::with(|settings| {
        settings.password.breaches = Some(ranges.parse().unwrap());
        settings.documents.development_ca = Some(ca);
        settings.documents.timeout = std::time::Duration::from_secs(2);
    })
    .await
}

#[tokio::test]
async fn a_stolen_password_is_refused_and_only_five_digits_are_told() {
    let other = "0".repeat(35);
    let server = HttpsServer::start(range(&format!("{other}:12\r\n{KEPT}:3\r\n"))).await;
    let stand = stand(&server).await;
    let refused = stand.sign_up("ada@example.com", PASSWORD, None).await.map(|new| new.user.id);
    assert_eq!(refused, Err(SignUpRefusal::Password(PasswordRefusal::Breached)));
    let by_operator = json!({"email": "bob@example.com", "name": null, "password": PASSWORD, "email_verified": true});
    assert!(stand.refused(json!({"user_add": by_operator})).await.contains("stolen"));

    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        let head = head.to_lowercase();
        assert!(head.starts_with(&format!("get /range/{} http/1.1\r\n", TOLD.to_lowercase())), "{head}");
        assert!(head.contains("\r\nadd-padding: true\r\n"), "{head}");
        assert!(!head.contains(&KEPT[..6].to_lowercase()) && !head.contains("cookie"), "{head}");
    }
    server.answer(range(&format!("{other}:12\r\n{KEPT}:0\r\n")));
    assert!(stand.sign_up("ada@example.com", PASSWORD, None).await.is_ok(), "a line that only pads");
    assert_eq!(server.connections(), 3, "a password that is guessed soon is not even asked about");
    assert!(stand.sign_up("eve@example.com", "aaaaaaaaaaaaaaaa", None).await.is_err());
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_service_that_does_not_answer_well_keeps_nobody_out() {
    let server = HttpsServer::start(Answer::Silence).await;
    let stand = stand(&server).await;
    let listed = format!("{KEPT}:3\r\n");
    for (number, answer) in [
        Answer::Silence,
        Answer::text("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"),
        Answer::text("HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n"),
        Answer::text(format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n{listed}")),
        Answer::Endless(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec()),
        range("<p>Sign in to the hotel's network"),
        range(""),
        Answer::text("not HTTP at all\r\n\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{answer:?}").chars().take(80).collect::<String>();
        server.answer(answer);
        let asked = server.connections();
        let signed_up = stand.sign_up(&format!("p{number}@example.com"), PASSWORD, None).await;
        assert!(signed_up.is_ok(), "{what}");
        assert!(server.connections() > asked, "{what}: nobody was asked");
    }
}
