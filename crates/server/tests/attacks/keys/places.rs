//! V-57, C-22 and C-20: an API key where it does not belong: in an address, at our own routes, at another's resource, changed.

use identity::admin::KeyAdd;
use reqwest::Method;

use crate::{
    harness::{
        Answer, TestServer,
        browser::encode,
        keys::{EventsApi, ask, reading, tokens},
    },
    routes::ROUTES,
};

#[tokio::test]
async fn c20_a_key_in_an_address_is_not_read() {
    let server = TestServer::start().await;
    let key = server.key(reading("ci")).await;
    let (http, secret) = (server.http(), server.seeded.api_secret.clone());
    for path in ["/introspect", "/introspect/batch"] {
        let url = server.url(&format!("{path}?token={}", key.text));
        let request = http.post(&url).basic_auth("demo-api", Some(&secret));
        let form = request.header("content-type", "application/x-www-form-urlencoded").body(encode(&[("token", "x")]));
        let answer = Answer::of(form).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_request")), "{path}");
        assert!(!answer.body.contains(&key.text[31..74]));
    }
}

#[tokio::test]
async fn v57_an_api_key_opens_no_route_of_our_own() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN", "100000/1m")]).await;
    let key = server.key(KeyAdd { user: Some("owner@example.com".into()), ..reading("ci") }).await;
    let sent = async |method: &str, path: &str, credential: Option<&str>| {
        let path = path
            .replace("{id}", &server.seeded.acme)
            .replace("{name}", "nothing.css")
            .replace("{user}", &server.seeded.member);
        let request = server.http().request(Method::from_bytes(method.as_bytes()).unwrap(), server.url(&path));
        let request = match credential {
            Some("bearer") => request.bearer_auth(&key.text),
            Some("basic") => request.basic_auth(&key.id, Some(&key.text)),
            Some("header") => request.header("x-api-key", &key.text),
            _ => request,
        };
        Answer::of(request).await
    };
    for route in ROUTES {
        let without = sent(route.method, route.path, None).await.status;
        for credential in ["bearer", "basic", "header"] {
            let with = sent(route.method, route.path, Some(credential)).await;
            assert_eq!(with.status, without, "{} {} by {credential}", route.method, route.path);
            assert!(!with.body.contains("owner@example.com"), "{} {} by {credential}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn c22_a_key_is_its_projects_and_no_others_learn_of_it() {
    let server = TestServer::start().await;
    let events = EventsApi::add(&server).await;
    let apollo = server.key(reading("apollo")).await;
    let orion = KeyAdd { organization: "globex".into(), project: "orion".into(), ..reading("orion") };
    let orion = server.key(orion).await;
    for (key, project) in [(&apollo, &server.seeded.apollo), (&orion, &server.seeded.orion)] {
        assert_eq!(server.told_of(key).await.json()["project"], project.as_str());
        let elsewhere = ask(server.address, ("events-api", &events.secret), &[("token", &key.text)]).await;
        assert_eq!(elsewhere.body, "{\"active\":false}", "none of this resource's business");
    }
}

#[tokio::test]
async fn c20_what_was_never_issued_is_refused_without_the_database() {
    let server = TestServer::start().await;
    let key = server.key(reading("ci")).await;
    let made_up = [
        "lyd_key_".to_owned(),
        format!("lyd_key_{}", "0".repeat(90)),
        key.text.replace("lyd_key_", "lyd_at_"),
        key.text.replacen('_', "-", 1),
        format!("{}0", key.text),
        key.text[..key.text.len() - 1].to_owned(),
        format!("{}{}{}", &key.text[..40], if &key.text[40..41] == "a" { "b" } else { "a" }, &key.text[41..]),
    ];
    let inactive = |answer: Answer| assert_eq!(answer.body, "{\"active\":false}");
    for text in &made_up {
        inactive(server.api().try_introspect(&server.seeded.api_secret, text).await);
    }
    let told = server.batch(&tokens(&made_up.each_ref().map(String::as_str))).await.json();
    assert!(told["results"].as_array().unwrap().iter().all(|one| one["active"] == false), "{told}");
    if server.authority.store().is_shared() {
        // There the resource server itself is looked up for each request.
        return;
    }
    server.authority.store().close().await;
    for text in &made_up {
        inactive(server.api().try_introspect(&server.seeded.api_secret, text).await);
    }
    let genuine = server.told_of(&key).await;
    assert_eq!((genuine.status.as_u16(), genuine.header("retry-after").is_empty()), (503, false), "no verdict");
}
