//! Mail: what is told leaves by a mail server, once, encrypted, to one address; and the inbox of a development server.

use std::time::Duration;

use crate::harness::{
    TestServer,
    smtp::{Encryption, MailServer, Manner, Taken},
};

/// A server that uses this mail server.
async fn with(mail: &MailServer) -> TestServer {
    let settings = mail.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    TestServer::start_with(&settings).await
}

/// The member's connection is used again with a stale token: that is told.
async fn happen(server: &TestServer) {
    let client = server.cli();
    let first = client.connect(&server.signed_in().await).await;
    let second = client.refresh(&first).await;
    assert!(server.api().accepts(&second.access).await);
    server.advance(Duration::from_secs(120));
    assert_eq!(client.try_refresh(first.refresh.as_deref().unwrap()).await.status, 400);
    server.authority.mail_queue().ring();
}

/// Time passes, and what is due then is delivered.
async fn deliver_after(server: &TestServer, by: Duration) {
    server.advance(by);
    while server.postman.as_ref().unwrap().deliver_next().await.unwrap() {}
}

fn only(taken: &[Taken]) -> &Taken {
    assert_eq!(taken.len(), 1, "{taken:?}");
    &taken[0]
}

#[tokio::test]
async fn a_mail_leaves_encrypted_signed_in_and_to_exactly_the_stored_address() {
    for encryption in [Encryption::FromTheFirstByte, Encryption::Offered] {
        let mail = MailServer::start(encryption, Manner::Takes).await;
        let server = with(&mail).await;
        happen(&server).await;
        deliver_after(&server, Duration::ZERO).await;
        let taken = mail.taken();
        let taken = only(&taken);
        assert!(taken.encrypted && taken.signed_in);
        assert_eq!(taken.recipients, ["RCPT TO:<member@example.com>"]);
        assert_eq!(taken.from, "MAIL FROM:<no-reply@id.example.com>");
        let header = |name: &str| taken.text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        assert_eq!(header("To: "), "To: member@example.com");
        assert_eq!(header("From: "), "From: Lanyard <no-reply@id.example.com>");
        assert_eq!(header("Auto-Submitted: "), "Auto-Submitted: auto-generated");
        assert!(header("Message-ID: ").ends_with("@id.example.com>"), "{}", taken.text);
        assert!(taken.text.contains("multipart/alternative") && taken.text.contains("text/html"));
        deliver_after(&server, Duration::from_secs(3600)).await;
        assert_eq!(mail.attempts(), 1);
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_clear() {
    let mail = MailServer::start(Encryption::NotOffered, Manner::Takes).await;
    let server = with(&mail).await;
    happen(&server).await;
    deliver_after(&server, Duration::ZERO).await;
    assert_eq!(mail.attempts(), 0, "it waits for a better day");
}

#[tokio::test]
async fn another_authority_s_certificate_is_not_believed() {
    let (mail, other) = (
        MailServer::start(Encryption::FromTheFirstByte, Manner::Takes).await,
        MailServer::start(Encryption::FromTheFirstByte, Manner::Takes).await,
    );
    let mut settings = mail.settings();
    settings.retain(|(name, _)| *name != "MAIL__CA");
    settings.push(("MAIL__CA", other.ca.display().to_string()));
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = TestServer::start_with(&settings).await;
    happen(&server).await;
    deliver_after(&server, Duration::ZERO).await;
    assert_eq!(mail.attempts(), 0);
}

#[tokio::test]
async fn a_refusal_for_the_time_being_is_tried_again_later_and_not_at_once() {
    for manner in [Manner::NotNow(2), Manner::NotNowAfterTheText(2)] {
        let mail = MailServer::start(Encryption::FromTheFirstByte, manner).await;
        let server = with(&mail).await;
        happen(&server).await;
        // Nothing before its time: a minute, then two more.
        for (wait, attempts) in [(0, 1), (59, 1), (1, 2), (119, 2), (1, 3), (7200, 3)] {
            deliver_after(&server, Duration::from_secs(wait)).await;
            assert_eq!(mail.attempts(), attempts);
            assert_eq!(mail.taken().len(), usize::from(attempts == 3));
        }
    }
}

#[tokio::test]
async fn what_is_refused_for_good_or_of_unknown_fate_is_never_tried_again() {
    for manner in [Manner::RefusesTheRecipient, Manner::VanishesAfterTheText] {
        let mail = MailServer::start(Encryption::FromTheFirstByte, manner).await;
        let server = with(&mail).await;
        happen(&server).await;
        for _ in 0..5 {
            deliver_after(&server, Duration::from_secs(600)).await;
            assert_eq!((mail.attempts(), mail.taken().len()), (1, 0));
        }
    }
}

#[tokio::test]
async fn a_development_server_shows_its_mail_and_lets_a_script_wait() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let empty = browser.get("/dev/mail").await;
    assert!(empty.status.is_success() && empty.body.contains("Nothing was sent yet"));
    assert_eq!(browser.get("/dev/mail/next?to=member@example.com").await.status, 204);
    let (next, ()) = tokio::join!(browser.get("/dev/mail/next?to=member@example.com&wait=20"), happen(&server));
    assert_eq!(next.status, 200, "{}", next.body);
    let mail = next.json();
    assert_eq!((mail["to"].as_str(), mail["kind"].as_str()), (Some("member@example.com"), Some("connection_reused")));
    assert_eq!(mail["link"], format!("{}/connections", server.issuer).as_str());
    assert!(mail["text"].as_str().unwrap().contains("Demo CLI"));
    assert_eq!(browser.get("/dev/mail/next?to=member@example.com").await.status, 204, "each is given once");
    assert!(browser.get("/dev/mail").await.body.contains("Demo CLI"), "and stays on the page");
    for wrong in ["to=nobody", "wait=long", "wait=-1", "to=a@example.com&to=b@example.com"] {
        assert_eq!(browser.get(&format!("/dev/mail/next?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn without_the_inbox_there_is_no_such_page() {
    let mail = MailServer::start(Encryption::FromTheFirstByte, Manner::Takes).await;
    for server in [with(&mail).await, TestServer::start_with(&[("MAIL__DEVELOPMENT_INBOX", "false")]).await] {
        for path in ["/dev/mail", "/dev/mail/next"] {
            assert_eq!(server.browser().get(path).await.status, 404, "{path}");
        }
        assert!(server.inbox.is_none());
    }
}
