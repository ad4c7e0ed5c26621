//! C-36: what a provider gave, and what a trip carries, is nowhere in the database.

use sqlx::{AnyConnection, Column as _, Connection as _, Row as _};

use crate::harness::{
    TestServer,
    upstream::{SECRET, Speaks, Upstream, leave, offering, person},
};

/// Every text of these tables.
async fn texts(server: &TestServer) -> Vec<String> {
    let url = server.database_url();
    let url = url.strip_prefix("sqlite:").map_or_else(|| url.to_owned(), |path| format!("sqlite://{path}"));
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let mut found = Vec::new();
    for sql in ["SELECT * FROM upstream_logins", "SELECT * FROM upstream_identities"] {
        for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
            let names: Vec<String> = row.columns().iter().map(|column| column.name().to_owned()).collect();
            found
                .extend(names.iter().filter_map(|name| row.try_get::<Option<String>, _>(name.as_str()).ok().flatten()));
        }
    }
    connection.close().await.unwrap();
    found
}

#[tokio::test]
async fn c36_no_secret_of_a_provider_or_of_a_trip_is_in_the_database() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    let there = url::Url::parse(&leave(&browser).await).unwrap();
    let sent = |name: &str| there.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let (state, nonce) = (sent("state"), sent("nonce"));
    let back = acme.agree(there.as_str());
    let code = back.split_once("code=").unwrap().1.split_once('&').unwrap().0.to_owned();
    browser.get(&back).await;
    let [verifier] = acme.verifiers().try_into().expect("one code was redeemed");
    let all = texts(&server).await;
    assert!(all.iter().any(|text| text == "acme") && all.iter().any(|text| text == "nia@example.com"), "{all:?}");
    for secret in [SECRET, &nonce, &verifier, &state[22..], &code] {
        assert!(!all.iter().any(|text| text.contains(secret)), "{secret} is in the database");
    }
}
