//! Client-id documents: CIMD-02 … CIMD-09. What the fetcher itself refuses stands beside it.

use std::{sync::Arc, time::Duration};

use model::{Client, ClientOrigin};
use protocol::{ClientIdUrl, ErrorCode, OAuthError};
use serde_json::{Value, json};

use crate::{
    assertions::put,
    harness::{World, client},
    https_server::{Answer, HttpsServer},
};

struct Hosted {
    world: World,
    server: HttpsServer,
    url: ClientIdUrl,
}

impl Hosted {
    async fn start() -> Self {
        let server = HttpsServer::start(Answer::Silence).await;
        let ca = server.ca.clone();
        let world = World::with(|settings| {
            settings.documents.development_ca = Some(ca.into_bytes());
            settings.documents.timeout = Duration::from_secs(1);
        })
        .await;
        let url = ClientIdUrl::parse(&server.url("/client.json")).unwrap();
        Self { world, server, url }
    }

    fn says(&self, changes: &Value, headers: &str) {
        let mut document = json!({
            "client_id": self.url.as_str(), "client_name": "Assistant", "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.server.answer(Answer::json(&document, headers));
    }

    async fn client(&self) -> Result<Arc<Client>, OAuthError> {
        let found = self.world.authority.client_document(&self.url, self.world.authority.now()).await;
        found.map(|(client, _)| client).map_err(identity::Error::into_oauth)
    }
}

#[tokio::test]
async fn a_document_becomes_a_client_and_is_kept_while_fresh() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({ "scope": "issues:read issues:write openid" }), "cache-control: max-age=600\r\n");
    let client = hosted.client().await.unwrap();
    assert_eq!(
        (client.id.as_str(), client.name.as_str(), client.origin),
        (hosted.url.as_str(), "Assistant", ClientOrigin::Document)
    );
    assert_eq!(client.metadata.scope.as_ref().unwrap().to_string(), "issues:read openid", "what writes is left out");
    assert!(!client.first_party && !client.is_proven());
    hosted.says(&json!({ "client_name": "Renamed" }), "");
    hosted.world.advance(599);
    assert_eq!(hosted.client().await.unwrap().name, "Assistant");
    assert_eq!(hosted.server.connections(), 1);
    hosted.world.advance(1);
    let renamed = hosted.client().await.unwrap();
    assert_eq!(renamed.name, "Renamed");
    assert_ne!(renamed.consent_fingerprint(), client.consent_fingerprint(), "consent will be asked again");
    assert_eq!((renamed.created_at, hosted.server.connections()), (client.created_at, 2));
}

#[tokio::test]
async fn cache_headers_count_within_bounds() {
    for (headers, kept) in
        [("cache-control: no-store\r\n", 300), ("cache-control: max-age=31536000\r\n", 86400), ("", 3600)]
    {
        let hosted = Hosted::start().await;
        hosted.says(&json!({}), headers);
        hosted.client().await.unwrap();
        hosted.world.advance(kept - 1);
        hosted.client().await.unwrap();
        assert_eq!(hosted.server.connections(), 1, "{headers}");
        hosted.world.advance(1);
        hosted.client().await.unwrap();
        assert_eq!(hosted.server.connections(), 2, "{headers}");
    }
}

#[tokio::test]
async fn failures_are_never_kept_and_the_last_good_one_is() {
    let hosted = Hosted::start().await;
    let broken = [
        Answer::text("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
        Answer::json(&"not json", ""),
        Answer::json(
            &json!({ "client_id": "https://elsewhere.example/c", "client_name": "x", "redirect_uris": ["https://a.example/"] }),
            "",
        ),
        Answer::json(&json!({ "client_id": hosted.url.as_str(), "redirect_uris": ["https://a.example/"] }), ""),
        Answer::json(&json!({ "client_id": hosted.url.as_str(), "client_name": "x" }), ""),
        Answer::json(
            &json!({ "client_id": hosted.url.as_str(), "client_name": "x", "redirect_uris": ["https://a.example/"],
                    "token_endpoint_auth_method": "client_secret_post" }),
            "",
        ),
    ];
    for answer in &broken {
        hosted.server.answer(answer.clone());
        assert_eq!(hosted.client().await.unwrap_err().code, ErrorCode::InvalidClient, "{answer:?}");
    }
    assert_eq!(hosted.server.connections(), broken.len());
    hosted.says(&json!({}), "");
    let good = hosted.client().await.unwrap();
    for answer in &broken {
        hosted.world.advance(2 * 86400);
        hosted.server.answer(answer.clone());
        assert_eq!(hosted.client().await.unwrap().name, good.name, "{answer:?}");
    }
    hosted.says(&json!({ "client_name": "Renamed" }), "");
    assert_eq!(hosted.client().await.unwrap().name, "Renamed");
}

#[tokio::test]
async fn many_who_want_one_document_cause_one_fetch() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({}), "");
    let now = hosted.world.authority.now();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (authority, url) = (hosted.world.authority.clone(), hosted.url.clone());
            tokio::spawn(async move { authority.client_document(&url, now).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(hosted.server.connections(), 1);
}

#[tokio::test]
async fn a_host_is_not_asked_without_end() {
    let hosted = Hosted::start().await;
    hosted.server.answer(Answer::text("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"));
    for _ in 0..30 {
        assert_eq!(hosted.client().await.unwrap_err().code, ErrorCode::InvalidClient);
    }
    assert_eq!(hosted.client().await.unwrap_err().code, ErrorCode::TemporarilyUnavailable);
    assert_eq!(hosted.server.connections(), 30);
    hosted.world.advance(60);
    hosted.says(&json!({}), "");
    assert!(hosted.client().await.is_ok());
}

#[tokio::test]
async fn a_client_that_an_operator_disabled_stays_so() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({}), "");
    hosted.client().await.unwrap();
    let act = identity::admin::Act::ClientSetDisabled { client: hosted.url.to_string(), disabled: true };
    hosted.world.authority.act(act, hosted.world.authority.now()).await.unwrap();
    assert_eq!(hosted.client().await.unwrap_err().code, ErrorCode::InvalidClient);
    assert_eq!(hosted.server.connections(), 1, "it is not even fetched");
}

#[tokio::test]
async fn an_operators_client_of_that_name_is_the_operators() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({ "client_name": "Taken over" }), "");
    put(&hosted.world, client(hosted.url.as_str(), hosted.world.authority.now())).await;
    assert_eq!(hosted.client().await.unwrap().origin, ClientOrigin::Operator);
    assert_eq!(hosted.server.connections(), 0);
}

#[tokio::test]
async fn outside_of_development_this_computer_is_never_asked() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({}), "");
    let world = World::new().await;
    let refused = world.authority.client_document(&hosted.url, world.authority.now()).await.unwrap_err().into_oauth();
    assert_eq!(refused.code, ErrorCode::InvalidClient);
    assert!(refused.detail.contains("this computer"), "{}", refused.detail);
    assert_eq!(hosted.server.connections(), 0);

    let world = World::with(|settings| settings.registration.documents = false).await;
    assert!(world.authority.client_document(&hosted.url, world.authority.now()).await.is_err());
    assert!(!world.authority.server_metadata().await.unwrap().client_id_metadata_document_supported);
}
