//! API keys at `/introspect`: what a resource server is told of one, and when it is told nothing.

use std::time::Duration;

use identity::admin::{Act, KeyAdd};
use serde_json::{Value, json};

use crate::{
    events::Stream,
    harness::{
        PASSWORD, TestServer,
        keys::{EventsApi, Key, ask, reading, tokens},
        page,
        seed::{RESOURCE, act, text},
    },
};

const MINUTE: Duration = Duration::from_secs(60);

/// Why an act is refused.
async fn refused(server: &TestServer, wanted: Act) -> String {
    server.authority.act(wanted, server.authority.now()).await.unwrap_err().message
}

fn add(key: KeyAdd) -> Act {
    Act::KeyAdd(Box::new(key))
}

#[tokio::test]
async fn c21_a_key_answers_its_project_organisation_and_scopes() {
    let server = TestServer::start().await;
    let made = act(&server.authority, add(KeyAdd { user: Some("owner@example.com".into()), ..reading("ci") })).await;
    let key = Key::of(&made);
    let answer = server.told_of(&key).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let now = server.authority.now().as_seconds();
    let year = 365 * 24 * 3600;
    assert_eq!(
        answer.json(),
        json!({
            "active": true, "token_type": "api_key", "key_id": key.id, "scope": "issues:read",
            "sub": text(&made, "user_id"), "aud": RESOURCE, "iss": server.issuer,
            "iat": now, "exp": now + year, "access": "read",
            "organization": server.seeded.acme, "project": server.seeded.apollo,
            "limits": { "minute": 6000 }, "remaining": { "minute": 5999 }, "resets": { "minute": 60 },
        })
    );
    assert_eq!(answer.header("ratelimit-policy"), "\"minute\";q=6000;w=60");
    assert_eq!(answer.header("ratelimit"), "\"minute\";r=5999;t=60");
    server.advance(Duration::from_secs(365 * 24 * 3600));
    assert_eq!(server.told_of(&key).await.body, "{\"active\":false}", "it has expired");
}

#[tokio::test]
async fn whoever_has_a_key_in_their_name_is_told_of_it() {
    let server = TestServer::start().await;
    let key = server.key(KeyAdd { user: Some("owner@example.com".into()), ..reading("Event shipper") }).await;
    let told = server.mail("owner@example.com").await;
    assert!(told.kind == "key_made" && told.words.text.contains("Event shipper"), "{}", told.words.text);
    act(&server.authority, Act::KeyRotate { key: key.id, at_once: false }).await;
    let told = server.mail("owner@example.com").await;
    assert!(told.kind == "key_rotated" && !told.words.text.contains("lyd_key_"), "{}", told.words.text);
}

#[tokio::test]
async fn a_person_sees_the_keys_in_their_name_and_takes_them_back_with_the_same_button() {
    let server = TestServer::start().await;
    EventsApi::add(&server).await;
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    let name = "Event shipper <b>";
    let key =
        KeyAdd { user: Some("owner@example.com".into()), scope: "issues:read events:ingest".into(), ..reading(name) };
    let (key, nobodys) = (server.key(key).await, server.key(reading("Nobody's")).await);
    assert!(server.admits(&key).await);
    let shown = owner.get("/connections").await.body;
    assert!(page::has_id(&shown, &format!("revoke-{}", key.id)), "{shown}");
    for words in
        ["Event shipper &#60;b&#62;", "Apollo", "read issues and comments, send events", "API key", "can change"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains(&key.text[31..74]) && !shown.contains("Nobody"), "{shown}");
    let other = server.signed_in().await;
    assert!(!other.get("/connections").await.body.contains("Event shipper"));
    let (_, hidden) = page::form(&other.get("/sign-in?account=another").await.body, "/sign-in").unwrap();
    let csrf = hidden.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let path = format!("/connections/{}/disconnect", key.id);
    assert_eq!(other.post(&path, &[("csrf", &csrf)]).await.status, 404, "somebody else's");
    assert!(server.admits(&key).await);
    let form = owner.get("/connections").await;
    let gone = owner.submit(&form, &format!("/connections/{}/disconnect", key.id), &[]).await;
    let after = owner.open(&gone.location().unwrap()).await.body;
    assert!(after.contains("is disconnected") && after.contains("you disconnected it"), "{after}");
    assert!(!server.admits(&key).await && server.admits(&nobodys).await);
}

#[tokio::test]
async fn a_key_is_good_for_the_resources_of_its_scopes_and_no_other() {
    let server = TestServer::start().await;
    let events = EventsApi::add(&server).await;
    let key = server.key(KeyAdd { scope: "events:ingest".into(), ..reading("ingest") }).await;
    let told = ask(server.address, ("events-api", &events.secret), &[("token", &key.text)]).await.json();
    assert_eq!((&told["scope"], &told["access"]), (&json!("events:ingest"), &json!("write")));
    assert_eq!(told["sub"], key.id.as_str(), "nobody's but the project's");
    assert!(!server.admits(&key).await, "another resource");
    let both = server.key(KeyAdd { scope: "events:ingest issues:read".into(), ..reading("both") }).await;
    assert_eq!(server.told_of(&both).await.json()["scope"], "issues:read");
    let here = ask(server.address, ("events-api", &events.secret), &[("token", &both.text)]).await.json();
    assert_eq!(here["scope"], "events:ingest");
}

#[tokio::test]
async fn c16_a_key_reads_or_ingests_and_writes_nothing_else() {
    let server = TestServer::start().await;
    EventsApi::add(&server).await;
    for (scope, says) in [
        ("issues:write", "'issues:write' writes"),
        ("issues:read events:delete", "'events:delete' writes"),
        ("nonsense", "no resource knows 'nonsense'"),
        ("openid", "no resource knows 'openid'"),
        ("", "at least one scope"),
    ] {
        let why = refused(&server, add(KeyAdd { scope: scope.into(), ..reading("x") })).await;
        assert!(why.contains(says), "{scope}: {why}");
    }
    let elsewhere = KeyAdd { resource: Some("events-api".into()), ..reading("x") };
    assert!(refused(&server, add(elsewhere)).await.contains("no resource knows"));
}

#[tokio::test]
async fn only_owners_and_admins_make_keys_and_only_over_projects_of_theirs() {
    let server = TestServer::start().await;
    for (who, says) in [("member@example.com", "no owner or admin"), ("outsider@example.com", "no owner or admin")] {
        let why = refused(&server, add(KeyAdd { user: Some(who.into()), ..reading("x") })).await;
        assert!(why.contains(says), "{who}: {why}");
    }
    let other = KeyAdd { project: server.seeded.orion.clone(), ..reading("x") };
    assert!(refused(&server, add(other)).await.contains("has no project"));
    let never = KeyAdd { expires_in: Some(0), ..reading("x") };
    assert!(refused(&server, add(never)).await.contains("lives for some time"));
    let nowhere = KeyAdd { addresses: vec!["here".into()], ..reading("x") };
    assert!(refused(&server, add(nowhere)).await.contains("neither an address nor a network"));
}

#[tokio::test]
async fn c20_a_rotated_key_works_on_until_the_overlap_ends() {
    let server = TestServer::start().await;
    let old = server.key(reading("ci")).await;
    server.advance(Duration::from_secs(100));
    let rotate = |at_once| Act::KeyRotate { key: old.id.clone(), at_once };
    let new = Key::of(&act(&server.authority, rotate(false)).await);
    assert_eq!(old.id, new.id);
    assert_ne!(old.text, new.text);
    assert!(server.admits(&old).await && server.admits(&new).await);
    assert!(refused(&server, rotate(false)).await.contains("works for another"), "the first would end early");
    server.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(server.admits(&old).await);
    server.advance(Duration::from_secs(1));
    assert!(!server.admits(&old).await && server.admits(&new).await);
    let newest = Key::of(&act(&server.authority, rotate(true)).await);
    assert!(!server.admits(&old).await && !server.admits(&new).await && server.admits(&newest).await);
    let exp = server.told_of(&newest).await.json()["exp"].as_i64().unwrap();
    assert_eq!(exp, server.authority.now().as_seconds() + 365 * 24 * 3600, "its life begins anew");
}

#[tokio::test]
async fn c20_what_is_listed_of_a_key_is_not_the_key() {
    let server = TestServer::start().await;
    let key = server.key(reading("ci")).await;
    assert!(server.admits(&key).await);
    let list = act(&server.authority, Act::KeyList { organization: "acme".into(), project: None }).await;
    let shown = &list["keys"][0];
    let hint = text(shown, "begins_and_ends");
    let (begins, ends) = hint.split_once('…').unwrap();
    assert!(key.text.starts_with(begins) && key.text.ends_with(ends) && begins.len() < 22 && ends.len() == 4, "{hint}");
    assert_eq!(shown["used_at"], server.authority.now().as_seconds());
    assert!(!list.to_string().contains(&key.text[31..]) && shown.get("key").is_none());
    server.revoke_key(&key).await;
    assert!(!server.admits(&key).await);
    let list =
        act(&server.authority, Act::KeyList { organization: "acme".into(), project: Some("apollo".into()) }).await;
    assert_eq!(list["keys"][0]["revoked_reason"], "revoked_by_operator");
    let again = act(&server.authority, Act::KeyRevoke { key: key.text.clone() }).await;
    assert_eq!(again["revoked_at"], list["keys"][0]["revoked_at"], "once");
    assert!(refused(&server, Act::KeyRotate { key: key.id.clone(), at_once: false }).await.contains("has ended"));
    let why = refused(&server, Act::KeyRevoke { key: "lyd_key_mistyped_secret".into() }).await;
    assert!(!why.contains("secret"), "{why}");
}

#[tokio::test]
async fn a_key_that_is_bound_to_addresses_wants_to_know_the_address() {
    let server = TestServer::start().await;
    let addresses = vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()];
    let key = server.key(KeyAdd { addresses, ..reading("ci") }).await;
    let told = async |ip: &str| server.told_with(&key, &[("client_ip", ip)]).await;
    for inside in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::1"] {
        assert_eq!(told(inside).await.json()["active"], true, "{inside}");
    }
    for outside in ["198.51.100.7", "::1"] {
        assert_eq!(told(outside).await.body, "{\"active\":false}", "{outside}");
    }
    assert!(!server.admits(&key).await, "without an address");
    assert_eq!(told("localhost").await.status, 400);
    let listed = act(&server.authority, Act::KeyList { organization: "acme".into(), project: None }).await;
    assert_eq!(listed["keys"][0]["used_address"], "2001:db8:1::1");
}

#[tokio::test]
async fn too_many_is_told_from_not_valid_and_ends_with_the_minute() {
    let server = TestServer::start().await;
    let key = server.key(KeyAdd { per_minute: Some(3), per_month: Some(5), ..reading("ci") }).await;
    server.advance(Duration::from_secs(15));
    let told = server.told_of(&key).await;
    assert_eq!(told.json()["remaining"], json!({ "minute": 2, "month": 4 }));
    let month = "\"month\";q=5;w=2678400";
    assert_eq!(told.header("ratelimit-policy"), format!("\"minute\";q=3;w=60, {month}"));
    assert!(server.admits(&key).await && server.admits(&key).await);
    let refused = server.told_of(&key).await;
    let json = refused.json();
    assert_eq!(refused.status, 200);
    assert_eq!((&json["active"], &json["reason"]), (&json!(false), &json!("rate_limited")));
    assert_eq!((&json["key_id"], &json["retry_after"]), (&json!(key.id), &json!(45)));
    assert!(refused.header("ratelimit").starts_with("\"minute\";r=0;t=45, \"month\";r=2;"));
    let wrong = format!("{}x", &key.text[..key.text.len() - 1]);
    let other = ask(server.address, ("demo-api", &server.seeded.api_secret), &[("token", &wrong)]).await;
    assert_eq!(other.body, "{\"active\":false}");
    server.advance(MINUTE);
    assert!(server.admits(&key).await && server.admits(&key).await);
    let told = server.told_of(&key).await.json();
    assert_eq!(told["remaining"], json!({ "minute": 1, "month": 0 }));
    assert!(told["retry_after"].as_i64().unwrap() > 3600, "the month is used up: {told}");
    server.advance(Duration::from_secs(31 * 24 * 3600));
    assert!(server.admits(&key).await, "another month");
}

#[tokio::test]
async fn up_to_a_hundred_are_answered_in_their_order() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let token = client.connect(&browser).await.access;
    let (key, bound) =
        (server.key(reading("one")).await, KeyAdd { addresses: vec!["192.0.2.7".into()], ..reading("two") });
    let bound = server.key(bound).await;
    let with = json!({ "token": bound.text, "client_ip": "192.0.2.7" });
    let answer = server.batch(&json!({ "tokens": [key.text, "garbage", token, bound.text, with] })).await;
    let json = answer.json();
    let kinds: Vec<&Value> = json["results"].as_array().unwrap().iter().map(|one| &one["token_type"]).collect();
    assert_eq!(kinds, [&json!("api_key"), &Value::Null, &json!("Bearer"), &Value::Null, &json!("api_key")]);
    assert_eq!(json["results"][4]["key_id"], bound.id.as_str());
    let many = vec!["x"; 101];
    for wrong in [tokens(&[]), tokens(&many), json!({}), json!([]), json!({ "tokens": [7] })] {
        let refused = server.batch(&wrong).await;
        assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_request")));
    }
    assert_eq!(server.batch(&tokens(&many[1..])).await.json()["results"].as_array().unwrap().len(), 100);
    let anonymous = server.http().post(server.url("/introspect/batch")).header("content-type", "application/json");
    let anonymous = crate::harness::Answer::of(anonymous.body(tokens(&[&key.text]).to_string())).await;
    assert_eq!((anonymous.status.as_u16(), anonymous.json()["error"].as_str()), (401, Some("invalid_client")));
}

/// What an operator or a person does, and that the key ends with it.
async fn ends_by(wanted: Vec<Act>) {
    let server = TestServer::start().await;
    let second = Act::MemberAdd {
        organization: "acme".into(),
        user: "outsider@example.com".into(),
        role: model::Role::Admin,
        named: None,
    };
    act(&server.authority, second).await;
    let key = server.key(KeyAdd { user: Some("outsider@example.com".into()), ..reading("ci") }).await;
    let other =
        server.key(KeyAdd { project: "gemini".into(), user: Some("owner@example.com".into()), ..reading("ci") }).await;
    assert!(server.admits(&key).await && server.admits(&other).await);
    let says = format!("{wanted:?}");
    for one in wanted {
        act(&server.authority, one).await;
    }
    assert!(!server.admits(&key).await, "{says}");
    let told = server.told_of(&key).await;
    assert_eq!(told.body, "{\"active\":false}");
    if !says.contains("Organization") {
        assert!(server.admits(&other).await, "{says}: nobody else's key");
    }
}

fn named(name: &str) -> String {
    name.to_owned()
}

#[tokio::test]
async fn a_key_ends_with_what_it_rests_on() {
    let (outsider, acme, apollo) = ("outsider@example.com", "acme", "apollo");
    ends_by(vec![Act::UserSetDisabled { user: named(outsider), disabled: true }]).await;
    ends_by(vec![Act::UserRemove { user: named(outsider) }]).await;
    ends_by(vec![Act::MemberRemove { organization: named(acme), user: named(outsider) }]).await;
    ends_by(vec![Act::ProjectSetDisabled { organization: named(acme), project: named(apollo), disabled: true }]).await;
    ends_by(vec![Act::ProjectRemove { organization: named(acme), project: named(apollo) }]).await;
    ends_by(vec![Act::OrganizationSetDisabled { organization: named(acme), disabled: true }]).await;
    ends_by(vec![Act::OrganizationRemove { organization: named(acme) }]).await;
    let set = |end_connections| Act::UserSetPassword { user: named(outsider), password: None, end_connections };
    ends_by(vec![set(true)]).await;
}

#[tokio::test]
async fn a_key_does_not_come_back_with_a_membership() {
    let (outsider, acme) = ("outsider@example.com", "acme");
    let again =
        Act::MemberAdd { organization: named(acme), user: named(outsider), role: model::Role::Owner, named: None };
    ends_by(vec![Act::MemberRemove { organization: named(acme), user: named(outsider) }, again]).await;
}

#[tokio::test]
async fn what_becomes_of_a_key_is_told_to_the_resources_that_may_be_shown_it() {
    let server = TestServer::start().await;
    EventsApi::add(&server).await;
    let mut stream = Stream::open(&server, server.address, None).await;
    // Nothing of this one is told here.
    let elsewhere = server.key(KeyAdd { scope: "events:ingest".into(), ..reading("elsewhere") }).await;
    let key = server.key(KeyAdd { user: Some("owner@example.com".into()), ..reading("ci") }).await;
    let told = server.told_of(&key).await.json();
    act(&server.authority, Act::KeyRotate { key: key.id.clone(), at_once: false }).await;
    server.revoke_key(&elsewhere).await;
    server.revoke_key(&key).await;
    for kind in ["key.created", "key.rotated", "key.revoked"] {
        let message = stream.next_of(kind).await;
        assert_eq!((&message.data["key_id"], &message.data["subject"]), (&told["key_id"], &told["sub"]), "{kind}");
        assert_eq!(message.data["project_id"], told["project"], "{kind}");
    }
}
