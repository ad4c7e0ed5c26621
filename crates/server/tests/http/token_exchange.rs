//! Token exchange (RFC 8693): a resource server hands on less than it was handed, and nothing else.

use std::time::Duration;

use identity::admin::Act;
use serde_json::Value;

use crate::harness::{
    Answer, TestServer,
    browser::encode,
    seed::{RESOURCE, act, text},
};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const NOTES: &str = "https://notes.example.com/mcp";
const SEARCH: &str = "https://search.example.com/mcp";

/// A server with resources that understand some scopes of the demo API, and their secrets.
struct Stand {
    server: TestServer,
    notes: String,
    search: String,
}

impl Stand {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let add = async |id: &str, identifier: &str, scopes: &[&str]| {
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let (id, name, identifier) = (Some(id.to_owned()), id.to_owned(), identifier.to_owned());
            text(&act(&server.authority, Act::ResourceAdd { id, name, identifier, scopes }).await, "client_secret")
        };
        let notes = add("notes", NOTES, &["issues:read=read:read issues", "notes:read=read:read notes"]).await;
        let search = add("search", SEARCH, &["issues:read=read:read issues"]).await;
        // Here the same word means more.
        add("danger", "https://danger.example.com/mcp", &["issues:read=write:rewrite issues"]).await;
        Self { server, notes, search }
    }

    async fn exchange(&self, by: (&str, &str), token: &str, changes: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", GRANT_TYPE),
            ("subject_token", token),
            ("subject_token_type", ACCESS_TOKEN),
            ("resource", NOTES),
        ];
        let mut fields: Vec<(&str, &str)> =
            usual.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).collect();
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let request = self.server.http().post(self.server.url("/token")).basic_auth(by.0, Some(by.1));
        Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(encode(&fields))).await
    }

    async fn by_api(&self, token: &str, changes: &[(&str, &str)]) -> Answer {
        self.exchange(("demo-api", &self.server.seeded.api_secret), token, changes).await
    }

    async fn introspect(&self, (id, secret): (&str, &str), token: &str) -> Value {
        let request = self.server.http().post(self.server.url("/introspect")).basic_auth(id, Some(secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(encode(&[("token", token)]))).await.json()
    }

    async fn at_notes(&self, token: &str) -> Value {
        self.introspect(("notes", &self.notes), token).await
    }

    async fn token(&self) -> String {
        self.server.cli().connect(&self.server.signed_in().await).await.access
    }
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_token_is_traded_for_a_narrower_one_of_another_resource() {
    let stand = Stand::new().await;
    let token = stand.token().await;
    let subject = stand.server.api().introspect(&token).await;
    stand.server.advance(Duration::from_secs(100));
    let answer = stand.by_api(&token, &[]).await;
    let given = answer.json();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert_eq!((&given["issued_token_type"], &given["token_type"]), (&ACCESS_TOKEN.into(), &"Bearer".into()));
    assert_eq!((&given["scope"], &given["expires_in"]), (&"issues:read".into(), &800.into()));
    assert!(given["refresh_token"].is_null() && given["id_token"].is_null());
    let narrow = text(&given, "access_token");
    let told = stand.at_notes(&narrow).await;
    assert_eq!(told["active"], true, "{told}");
    for same in ["sub", "organization", "project", "grant_id", "exp"] {
        assert_eq!(told[same], subject[same], "{same}");
    }
    assert_eq!((&told["aud"], &told["scope"], &told["access"]), (&NOTES.into(), &"issues:read".into(), &"read".into()));
    assert_eq!((&told["client_id"], &told["act"]), (&"demo-api".into(), &serde_json::json!({ "sub": "demo-api" })));
    assert_eq!(stand.server.api().introspect(&narrow).await["active"], false, "it is the other's alone");
    assert_eq!(stand.by_api(&token, &[]).await.json()["access_token"], given["access_token"], "nothing grows");

    let on = stand.exchange(("notes", &stand.notes), &narrow, &[("resource", SEARCH)]).await.json();
    let told = stand.introspect(("search", &stand.search), &text(&on, "access_token")).await;
    assert_eq!(told["act"], serde_json::json!({ "sub": "notes", "act": { "sub": "demo-api" } }));

    let metadata =
        Answer::of(stand.server.http().get(stand.server.url("/.well-known/oauth-authorization-server"))).await;
    assert!(metadata.json()["grant_types_supported"].as_array().unwrap().contains(&GRANT_TYPE.into()));
}

#[tokio::test]
async fn what_was_exchanged_ends_with_what_it_came_from() {
    let stand = Stand::new().await;
    let client = stand.server.cli();
    let tokens = client.connect(&stand.server.signed_in().await).await;
    let narrow = text(&stand.by_api(&tokens.access, &[]).await.json(), "access_token");
    assert_eq!(stand.at_notes(&narrow).await["active"], true);
    client.revoke(tokens.refresh.as_deref().unwrap()).await;
    assert_eq!(stand.at_notes(&narrow).await["active"], false);

    let narrow = text(&stand.by_api(&stand.token().await, &[]).await.json(), "access_token");
    stand.server.advance(Duration::from_secs(900));
    assert_eq!(stand.at_notes(&narrow).await["active"], false, "it lives no longer than what it came from");

    let token = stand.token().await;
    let narrow = text(&stand.by_api(&token, &[]).await.json(), "access_token");
    act(&stand.server.authority, Act::ResourceSetDisabled { resource: "demo-api".into(), disabled: true }).await;
    assert_eq!(stand.at_notes(&narrow).await["active"], false, "nor than the resource that it was granted for");
}

#[tokio::test]
async fn v22_what_has_ended_or_belongs_to_another_is_not_exchanged() {
    let stand = Stand::new().await;
    let client = stand.server.cli();
    let tokens = client.connect(&stand.server.signed_in().await).await;
    let service = stand.server.service();
    let own = service.token(&[("grant_type", "client_credentials"), ("resource", RESOURCE)]).await.json();
    let invalid = (400, "invalid_request".to_owned());
    for (what, token) in [
        ("nonsense", "nonsense".to_owned()),
        ("a refresh token", tokens.refresh.clone().unwrap()),
        ("a client's own", text(&own, "access_token")),
    ] {
        assert_eq!(refused(&stand.by_api(&token, &[]).await), invalid, "{what}");
    }
    let notes = ("notes", stand.notes.as_str());
    assert_eq!(
        refused(&stand.exchange(notes, &tokens.access, &[("resource", SEARCH)]).await),
        invalid,
        "another's token"
    );
    assert_eq!(refused(&stand.by_api(&tokens.access, &[("resource", RESOURCE)]).await).1, "invalid_target");
    assert_eq!(refused(&stand.by_api(&tokens.access, &[("resource", "https://x.example/")]).await).1, "invalid_target");
    act(&stand.server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }).await;
    assert_eq!(refused(&stand.by_api(&tokens.access, &[]).await), invalid, "its person is disabled");
    act(&stand.server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled: false }).await;
    client.revoke(tokens.refresh.as_deref().unwrap()).await;
    assert_eq!(refused(&stand.by_api(&tokens.access, &[]).await), invalid, "revoked");
}

#[tokio::test]
async fn c16_an_exchange_is_never_wider_and_reading_stays_reading() {
    let stand = Stand::new().await;
    let token = stand.token().await;
    for scope in ["notes:read", "issues:read notes:read", "issues:write", "openid"] {
        let wider = stand.by_api(&token, &[("scope", scope)]).await;
        assert_eq!(refused(&wider), (400, "invalid_scope".to_owned()), "{scope}");
    }
    let danger = stand.by_api(&token, &[("resource", "https://danger.example.com/mcp")]).await;
    assert_eq!(refused(&danger), (400, "invalid_scope".to_owned()), "what reads here writes there");
    let asked = stand.by_api(&token, &[("scope", "issues:read")]).await.json();
    assert_eq!(asked["scope"], "issues:read");
}

#[tokio::test]
async fn v17_only_a_resource_server_with_its_secret_exchanges() {
    let stand = Stand::new().await;
    let token = stand.token().await;
    let app = ("demo-app", stand.server.seeded.app_secret.as_str());
    for by in [("demo-api", "wrong"), ("nobody", "x"), app] {
        assert_eq!(refused(&stand.exchange(by, &token, &[]).await), (401, "invalid_client".to_owned()), "{}", by.0);
    }
    let fields = [
        ("grant_type", GRANT_TYPE),
        ("subject_token", token.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
        ("resource", NOTES),
        ("client_id", "demo-cli"),
    ];
    let public = stand.server.http().post(stand.server.url("/token")).body(encode(&fields));
    let public = Answer::of(public.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!(refused(&public), (401, "invalid_client".to_owned()));
    for (name, value) in [
        ("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ("subject_token_type", ""),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("actor_token", "x"),
    ] {
        assert_eq!(
            refused(&stand.by_api(&token, &[(name, value)]).await),
            (400, "invalid_request".to_owned()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_resource_that_wants_jwts_is_handed_one() {
    let stand = Stand::new().await;
    let form = Act::ResourceSetAccessTokens { resource: "notes".into(), form: "ES256".into() };
    act(&stand.server.authority, form).await;
    let answer = stand.by_api(&stand.token().await, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = text(&answer.json(), "access_token");
    let claims: protocol::JwtAccessTokenClaims = protocol::jws::Compact::parse(&token).unwrap().claims().unwrap();
    let told = stand.at_notes(&token).await;
    assert_eq!(told["active"], true);
    for (name, value) in serde_json::to_value(&claims).unwrap().as_object().unwrap() {
        if name != "jti" {
            assert_eq!(&told[name], value, "{name}");
        }
    }
    assert_eq!(told["act"]["sub"], "demo-api");
    assert!(claims.aud.is_only(NOTES) && claims.exp - claims.iat <= 600);
    assert_eq!(stand.introspect(("search", &stand.search), &token).await["active"], false, "for notes alone");
}
