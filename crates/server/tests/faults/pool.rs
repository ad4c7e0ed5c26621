//! Every connection to the database is taken.

use std::time::Duration;

use storage::Read;

use crate::harness::{Answer, TestServer};

/// Takes connections until there is none.
async fn take_all(server: &TestServer) -> Vec<Read> {
    let mut taken = Vec::new();
    while let Ok(read) = tokio::time::timeout(Duration::from_millis(300), server.authority.store().read()).await {
        taken.push(read.unwrap());
    }
    taken
}

fn assert_unavailable(answer: &Answer) {
    let json = answer.json();
    assert_eq!((answer.status.as_u16(), json["error"].as_str()), (503, Some("temporarily_unavailable")), "{json}");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft16_when_the_pool_is_exhausted_it_is_503_and_the_same_token_works_afterwards() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let first = client.connect(&browser).await;
    let refresh = first.refresh.as_deref().unwrap();
    assert!(api.accepts(&first.access).await);

    let taken = take_all(&server).await;
    let (introspected, refreshed, revoked) = tokio::join!(
        api.try_introspect(&server.seeded.api_secret, &first.access),
        client.try_refresh(refresh),
        client.userinfo(&first.access)
    );
    assert_unavailable(&introspected);
    assert_unavailable(&revoked);
    // SQLite's writer has a connection of its own, which no reader can take.
    let shared = server.authority.store().is_shared();
    if shared {
        assert_unavailable(&refreshed);
    }
    drop(taken);

    let next = client.refresh(&first).await;
    assert_eq!(client.refresh(&first).await, next, "the same pair");
    if !shared {
        assert_eq!(crate::harness::app::Tokens::of(&refreshed), next);
    }
    assert!(api.accepts(&next.access).await);
}
