//! `/events`: resource servers hear of what happens to grants, as it happens.

use std::{net::SocketAddr, time::Duration};

use identity::admin::Act;
use serde_json::Value;

use crate::harness::{Answer, TestServer, browser::http, seed::act};

/// Whatever is told arrives within this time, or the test fails.
const LIMIT: Duration = Duration::from_secs(20);

/// One message as it came.
#[derive(Debug, Default, Clone)]
pub struct Message {
    pub id: u64,
    pub event: String,
    pub data: Value,
}

/// A stream that is read as a browser would (HTML §9.2.6).
pub struct Stream {
    response: reqwest::Response,
    buffer: String,
}

impl Stream {
    pub async fn open(server: &TestServer, address: SocketAddr, last: Option<&str>) -> Self {
        let request = http(address).get(server.url("/events")).basic_auth("demo-api", Some(&server.seeded.api_secret));
        let request = last.map_or(request.try_clone().unwrap(), |last| request.header("last-event-id", last));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, buffer: String::new() }
    }

    /// The next block, with or without data; nothing when the stream is over.
    pub async fn block(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let mut message = Message::default();
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("id", value)) => message.id = value.parse().unwrap(),
                        Some(("event", value)) => message.event = value.to_owned(),
                        Some(("data", value)) => message.data = serde_json::from_str(value).unwrap(),
                        other => assert_eq!(other, Some(("", "alive")), "{line}"),
                    }
                }
                self.buffer = rest.to_owned();
                return Some(message);
            }
            let chunk = tokio::time::timeout(LIMIT, self.response.chunk()).await.expect("nothing came");
            self.buffer.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    /// The next message with data.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            let message = self.block().await?;
            if !message.event.is_empty() {
                return Some(message);
            }
        }
    }

    /// The next of this kind.
    pub async fn next_of(&mut self, kind: &str) -> Message {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("the stream ended before {kind}"));
            if message.event == kind {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn a_revoked_grant_is_told_to_its_resource_by_every_process() {
    let server = TestServer::start().await;
    let other = server.second().await;
    let (mut here, mut there) =
        (Stream::open(&server, server.address, None).await, Stream::open(&server, other, None).await);
    let tokens = server.cli().connect(&server.signed_in().await).await;
    let seen = server.api().introspect(&tokens.access).await;
    server.cli().revoke(tokens.refresh.as_deref().unwrap()).await;
    for stream in [&mut here, &mut there] {
        let created = stream.next_of("grant.created").await;
        assert_eq!(created.data["grant_id"], seen["grant_id"]);
        let family = stream.next_of("family.revoked").await;
        assert_eq!(family.data["grant_id"], seen["grant_id"]);
        let revoked = stream.next_of("grant.revoked").await;
        assert_eq!((&revoked.data["grant_id"], &revoked.data["subject"]), (&seen["grant_id"], &seen["sub"]));
        assert_eq!((&revoked.data["project_id"], &revoked.data["position"]), (&seen["project"], &revoked.id.into()));
        assert_eq!(revoked.data["kind"], "grant.revoked");
        assert!(revoked.data["at"].is_u64());
        assert_eq!(revoked.id, family.id + 1, "places have no gaps");
    }
}

#[tokio::test]
async fn whoever_was_away_hears_what_was_missed_and_after_too_long_forgets_everything() {
    let server = TestServer::start_with(&[("EVENTS__RETENTION", "1h")]).await;
    let mut stream = Stream::open(&server, server.address, None).await;
    let begun = stream.block().await.unwrap();
    assert_eq!(begun.event, "", "a reader learns at once from where it hears");
    let browser = server.signed_in().await;
    let tokens = server.cli().connect(&browser).await;
    let first = stream.next_of("grant.created").await;
    drop(stream);
    server.cli().revoke(tokens.refresh.as_deref().unwrap()).await;
    let mut again = Stream::open(&server, server.address, Some(&first.id.to_string())).await;
    assert_eq!(again.next().await.unwrap().event, "family.revoked");
    let last = again.next().await.unwrap();
    assert_eq!(last.event, "grant.revoked");
    drop(again);

    for nonsense in ["99999999", "-1", "x"] {
        let mut anew = Stream::open(&server, server.address, Some(nonsense)).await;
        let reset = anew.next().await.unwrap();
        assert_eq!((reset.event.as_str(), reset.id), ("reset", last.id), "{nonsense}");
    }
    server.advance(Duration::from_secs(7200));
    server.authority.run_janitor_once(server.authority.now()).await.unwrap();
    let mut late = Stream::open(&server, server.address, Some(&first.id.to_string())).await;
    assert_eq!(late.next().await.unwrap().event, "reset", "what happened since is told no more");
    server.cli().connect(&browser).await;
    assert_eq!(late.next_of("grant.created").await.data["kind"], "grant.created", "and it goes on");
}

#[tokio::test]
async fn a_resource_hears_of_what_could_reach_it_and_of_nothing_else() {
    let server = TestServer::start().await;
    let other = Act::ResourceAdd {
        id: Some("other-api".into()),
        name: "Other".into(),
        identifier: "https://other.example.com/mcp".into(),
        scopes: vec!["notes:read=read:read notes".into()],
    };
    let secret = act(&server.authority, other).await["client_secret"].as_str().unwrap().to_owned();
    let response =
        server.http().get(server.url("/events")).basic_auth("other-api", Some(&secret)).send().await.unwrap();
    let mut strangers = Stream { response, buffer: String::new() };
    let mut own = Stream::open(&server, server.address, None).await;
    let browser = server.signed_in().await;
    server.cli().connect(&browser).await;
    let app = server.web_app();
    app.redeem(&app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await).await;
    act(&server.authority, Act::UserSetDisabled { user: "outsider@example.com".into(), disabled: true }).await;
    act(&server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }).await;
    act(&server.authority, Act::SigningKeyRotate {}).await;

    assert_eq!(own.next().await.unwrap().event, "grant.created");
    let disabled = own.next().await.unwrap();
    assert_eq!(
        (disabled.event.as_str(), &disabled.data["subject"]),
        ("user.disabled", &server.seeded.member.as_str().into())
    );
    assert_eq!(own.next().await.unwrap().event, "signing_key.rotated");
    let theirs = strangers.next().await.unwrap();
    assert_eq!(theirs.event, "signing_key.rotated", "{theirs:?}");
}

#[tokio::test]
async fn whoever_is_no_resource_hears_nothing() {
    let server = TestServer::start().await;
    let (http, url) = (server.http(), server.url("/events"));
    assert_eq!(Answer::of(http.get(&url)).await.status, 401);
    let wrong = Answer::of(http.get(&url).basic_auth("demo-api", Some("wrong"))).await;
    assert!(wrong.status == 401 && wrong.header("www-authenticate").starts_with("Basic "));
    assert_eq!(Answer::of(http.get(&url).basic_auth("demo-app", Some(&server.seeded.app_secret))).await.status, 401);
    let query = format!("{url}?client_id=demo-api&client_secret={}", server.seeded.api_secret);
    assert_eq!(Answer::of(http.get(query)).await.status, 400);
}

#[tokio::test]
async fn a_changed_resource_proves_anew_who_it_is() {
    let server = TestServer::start().await;
    let mut stream = Stream::open(&server, server.address, None).await;
    act(&server.authority, Act::ResourceNewSecret { resource: "demo-api".into() }).await;
    assert_eq!(stream.next().await.unwrap().event, "resource.changed");
    assert!(stream.block().await.is_none(), "the old secret does not listen on");
}

#[tokio::test]
async fn streams_are_bounded_and_end_when_the_server_does() {
    let server = TestServer::start_with(&[("EVENTS__STREAMS_PER_RESOURCE", "2")]).await;
    let mut first = Stream::open(&server, server.address, None).await;
    let second = Stream::open(&server, server.address, None).await;
    let request = || server.http().get(server.url("/events")).basic_auth("demo-api", Some(&server.seeded.api_secret));
    let refused = Answer::of(request()).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "1"));
    assert!(server.metrics.text().unwrap().contains("\nlanyard_event_streams 2\n"));
    drop(second);
    let opened = async {
        while Answer::of(request()).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, opened).await.expect("its place was not given back");
    server.authority.close_streams();
    while first.block().await.is_some() {}
    assert_eq!(
        Answer::of(request()).await.body.matches("id:").count(),
        1,
        "what comes later is told where it is, and ends"
    );
}
