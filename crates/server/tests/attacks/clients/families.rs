//! V-18, V-19: refreshes that race, and forgiveness that goes no further than docs/families.md says. FT ids are those of that
//! page's failure tests, which stand in `identity`; here is the same over HTTP.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;

use super::{codes::token_at, wire::error};
use crate::harness::{TestServer, app::Tokens};

/// A little more than how long a refresh may be repeated.
const AFTER_THE_WINDOW: Duration = Duration::from_secs(31);

fn refresh(tokens: &Tokens) -> String {
    tokens.refresh.clone().unwrap()
}

#[tokio::test]
async fn v18_sixty_four_refreshes_at_two_processes_give_one_token() {
    let server = TestServer::start().await;
    let processes = [server.address, server.second().await];
    let client = server.cli();
    let tokens = client.connect(&server.signed_in().await).await;
    let shown = refresh(&tokens);
    let request = [("grant_type", "refresh_token"), ("refresh_token", shown.as_str()), ("client_id", "demo-cli")];
    let answers = join_all((0..64).map(|at| token_at(processes[at % 2], &request))).await;
    let given: BTreeSet<String> = answers.iter().map(|answer| refresh(&Tokens::of(answer))).collect();
    assert_eq!(given.len(), 1);
    let next = client.refresh(&Tokens::of(&answers[0])).await;
    assert!(server.api().accepts(&next.access).await);
    // One head: what came before is worth nothing once its window is over, and costs the family.
    server.advance(AFTER_THE_WINDOW);
    assert_eq!(error(&client.try_refresh(&shown).await), "invalid_grant");
    assert_eq!(error(&client.try_refresh(&refresh(&next)).await), "invalid_grant");
    assert!(!server.api().accepts(&next.access).await);
}

#[tokio::test]
async fn v19_ft08_after_the_window_with_the_successor_seen_the_family_dies() {
    let server = TestServer::start().await;
    let client = server.cli();
    let first = client.connect(&server.signed_in().await).await;
    let second = client.refresh(&first).await;
    assert!(server.api().accepts(&second.access).await, "the successor is seen");
    server.advance(AFTER_THE_WINDOW);
    assert_eq!(error(&client.try_refresh(&refresh(&first)).await), "invalid_grant");
    assert_eq!(error(&client.try_refresh(&refresh(&second)).await), "invalid_grant");
    assert!(!server.api().accepts(&second.access).await);
}

#[tokio::test]
async fn v19_ft10_a_grandparent_is_never_forgiven() {
    let server = TestServer::start().await;
    let client = server.cli();
    let first = client.connect(&server.signed_in().await).await;
    let (second, again) = (client.refresh(&first).await, client.refresh(&first).await);
    assert_eq!(refresh(&second), refresh(&again), "the head twice within the window is one answer");
    assert_eq!(
        refresh(&client.refresh(&second).await),
        refresh(&second),
        "so is its successor, shown within the window"
    );
    server.advance(AFTER_THE_WINDOW);
    let third = client.refresh(&second).await;
    // The window of the third is open; the first is two generations back.
    assert_eq!(error(&client.try_refresh(&refresh(&first)).await), "invalid_grant");
    for dead in [&second, &third] {
        assert_eq!(error(&client.try_refresh(&refresh(dead)).await), "invalid_grant");
        assert!(!server.api().accepts(&dead.access).await);
    }
}

#[tokio::test]
async fn v19_ft11_whatever_races_with_a_revocation_is_dead_when_it_is_answered() {
    let server = TestServer::start().await;
    let client = server.cli();
    let browser = server.signed_in().await;
    for _ in 0..3 {
        let tokens = client.connect(&browser).await;
        let shown = refresh(&tokens);
        let refreshes = join_all((0..8).map(|_| client.try_refresh(&shown)));
        let (raced, revoked) = tokio::join!(refreshes, client.revoke(&shown));
        assert_eq!(revoked.status, 200);
        for answer in raced.iter().filter(|answer| answer.status == 200) {
            let late = Tokens::of(answer);
            assert!(!server.api().accepts(&late.access).await);
            assert_eq!(error(&client.try_refresh(&refresh(&late)).await), "invalid_grant");
        }
        assert_eq!(error(&client.try_refresh(&shown).await), "invalid_grant", "nor is a revoked one handed out again");
        assert!(!server.api().accepts(&tokens.access).await);
    }
}
