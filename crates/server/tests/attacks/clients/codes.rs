//! V-16: a code is worth one answer, however often and from wherever it is sent.

use std::net::SocketAddr;

use futures_util::future::join_all;

use super::wire::error;
use crate::harness::{
    Answer, Client, TestServer,
    app::Tokens,
    browser::{PATIENCE, encode},
};

/// Sends this form to the process that listens there, on a connection of its own.
pub async fn token_at(address: SocketAddr, fields: &[(&str, &str)]) -> Answer {
    let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap();
    let request =
        http.post(format!("http://{address}/token")).header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(encode(fields))).await
}

fn redemption<'a>(client: &'a Client<'_>, code: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", &client.verifier),
        ("client_id", &client.id),
    ]
}

#[tokio::test]
async fn v16_of_two_hundred_redemptions_at_two_processes_one_is_answered() {
    let server = TestServer::start().await;
    let processes = [server.address, server.second().await];
    let (browser, client) = (server.signed_in().await, server.cli());
    let code = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let request = redemption(&client, &code);
    let answers = join_all((0..200).map(|at| token_at(processes[at % 2], &request))).await;
    let (good, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1, "{:?}", answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>());
    assert!(refused.iter().all(|answer| error(answer) == "invalid_grant"));
    // The losers were replays by somebody who had everything: what the winner got is dead.
    let tokens = Tokens::of(good[0]);
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(error(&client.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
}

#[tokio::test]
async fn v16_a_replay_by_somebody_who_has_only_the_code_ends_nothing() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let code = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let tokens = Tokens::of(&client.try_redeem(&code).await);
    let good = redemption(&client, &code);
    for (name, value) in [
        ("code_verifier", "a".repeat(43)),
        ("code_verifier", String::new()),
        ("redirect_uri", "http://127.0.0.1:4712/callback".to_owned()),
        ("client_id", "nobody".to_owned()),
        ("code", format!("{}{}", &code[..code.len() - 4], "0000")),
        ("code", code[..code.len() - 10].to_owned()),
    ] {
        let replay: Vec<(&str, &str)> =
            good.iter().map(|(known, kept)| (*known, if *known == name { value.as_str() } else { *kept })).collect();
        let refused = token_at(server.address, &replay).await;
        assert!(refused.status.is_client_error(), "{name}={value}: {}", refused.body);
        assert!(server.api().accepts(&tokens.access).await, "{name}={value}");
    }
    let other = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", &client.verifier),
    ];
    assert_eq!(
        error(&server.web_app().token(&other).await),
        "invalid_grant",
        "another client that has everything else"
    );
    client.refresh(&tokens).await;
}
