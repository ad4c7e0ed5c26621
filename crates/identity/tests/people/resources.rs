//! Resources that are there are changed: scopes, their words, and which one is meant where several could be.

use identity::Settings;
use model::Language;
use protocol::{ClientCredentials, Confidential, Introspection};
use serde_json::{Value, json};

use crate::{
    harness::{World, caller},
    stand::Stand,
};

fn scopes(resource: &Value) -> Vec<&str> {
    resource["scopes"].as_array().unwrap().iter().map(|scope| scope["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn scopes_come_and_go_and_trying_changes_nothing() {
    let stand = Stand::with(|_: &mut Settings| ()).await;
    stand.acme().await;
    let add = |text: &str, dry_run: bool| json!({"resource_scope_add": {"resource": "api", "scopes": [text], "dry_run": dry_run}});
    let tried = stand.act(add("wiki:read=read:read the wiki", true)).await;
    assert_eq!((scopes(&tried), &tried["dry_run"]), (vec!["issues:read", "issues:write", "wiki:read"], &true.into()));
    let show = json!({"resource_show": {"resource": "api"}});
    assert_eq!(scopes(&stand.act(show.clone()).await), ["issues:read", "issues:write"]);
    stand.act(add("wiki:read=read:read the wiki", false)).await;
    assert_eq!(scopes(&stand.act(show.clone()).await), ["issues:read", "issues:write", "wiki:read"]);
    assert!(stand.refused(add("wiki:read=write:rewrite the wiki", false)).await.contains("already"));
    assert!(stand.refused(add("openid=read:x", true)).await.contains("OpenID"));

    let remove = |scope: &str| json!({"resource_scope_remove": {"resource": "api", "scope": scope, "dry_run": false}});
    assert!(stand.refused(remove("nothing")).await.contains("no scope"));
    for scope in ["issues:write", "wiki:read"] {
        stand.act(remove(scope)).await;
    }
    assert!(stand.refused(remove("issues:read")).await.contains("at least one"));
    let change = |name: Option<&str>| json!({"resource_change": {"resource": "api", "name": name, "default": null, "dry_run": false}});
    assert!(stand.refused(change(None)).await.contains("nothing was said"));
    assert_eq!(stand.act(change(Some("Issues"))).await["name"], "Issues");
}

#[tokio::test]
async fn a_scope_that_is_taken_away_is_worth_nothing_at_once() {
    let world = World::new().await;
    let pair = world.connect("demo-cli").await;
    let is_active = async || {
        // As it comes: who the resource server is, and so what it understands, is found out anew each time.
        let (client_id, secret) = ("demo-api".to_owned(), Confidential::new("secret"));
        let (credentials, now) = (ClientCredentials::Basic { client_id, secret }, world.authority.now());
        let resource = world.authority.authenticate_resource(credentials, now).await.unwrap();
        let told = world.authority.introspect(&resource, &pair.access, &caller(), now).await.unwrap();
        matches!(told, Introspection::Active(_))
    };
    assert!(is_active().await);
    let act = |act: Value| world.authority.act(serde_json::from_value(act).unwrap(), world.authority.now());
    act(json!({"resource_scope_remove": {"resource": "demo-api", "scope": "issues:read", "dry_run": false}}))
        .await
        .unwrap();
    assert!(!is_active().await);
}

#[tokio::test]
async fn people_read_a_scopes_words_in_their_language() {
    let world = World::new().await;
    world.connect("demo-cli").await;
    let act = |act: Value| world.authority.act(serde_json::from_value(act).unwrap(), world.authority.now());
    let describe = |language: &str, words: &str| json!({"resource_scope_describe": {"resource": "demo-api", "scope": "issues:read", "language": language, "words": words, "dry_run": false}});
    act(describe("de", "Vorgänge lesen")).await.unwrap();
    act(describe("en", "read issues")).await.unwrap();
    assert!(act(describe("fr", "lire")).await.unwrap_err().message.contains("'fr'"));
    assert!(act(describe("de", "a\nb")).await.is_err());
    for (language, words) in [(Language::German, "Vorgänge lesen"), (Language::English, "read issues")] {
        let view = world.authority.connections_in(world.person.user.id, language, world.authority.now()).await.unwrap();
        assert_eq!(view.live[0].reads, [words]);
    }
}

#[tokio::test]
async fn of_several_the_default_is_meant_and_there_is_one_at_the_most() {
    let stand = Stand::new().await;
    stand.acme().await;
    stand
        .act(json!({"resource_add": {"id": "copy", "name": "Copy", "identifier": "https://copy.example/mcp",
            "scopes": ["issues:read=read:read issues"]}}))
        .await;
    let set = |id: &str, default: bool| json!({"resource_change": {"resource": id, "name": null, "default": default, "dry_run": false}});
    let defaults = async || {
        let listed = stand.act(json!({"resource_list": {}})).await;
        let all = listed["resources"].as_array().unwrap().clone();
        let named = all
            .iter()
            .filter(|one| !one["default_at"].is_null())
            .map(|one| one["client_id"].as_str().unwrap().to_owned());
        named.collect::<Vec<_>>()
    };
    assert!(defaults().await.is_empty());
    stand.act(set("copy", true)).await;
    stand.act(set("api", true)).await;
    assert_eq!(defaults().await, ["api"]);
    stand.act(set("api", false)).await;
    assert!(defaults().await.is_empty());
}
