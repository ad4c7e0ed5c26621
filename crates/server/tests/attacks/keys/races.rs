//! V-22 and C-08: a key that is used while it is taken back, and more callers than a key may have.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use identity::admin::KeyAdd;

use crate::harness::{
    TestServer,
    browser::http,
    keys::{Key, ask_by, reading},
};

const CALLERS: usize = 16;

/// The two processes, in turn.
async fn processes(server: &TestServer) -> [SocketAddr; 2] {
    [server.address, server.second().await]
}

#[tokio::test(flavor = "multi_thread")]
async fn v22_a_key_that_is_used_while_it_is_taken_back_is_let_in_by_nobody_afterwards() {
    let server = TestServer::start_with(&[("RATE_LIMITS__TOKEN", "1000000/1m")]).await;
    let (at, secret) = (processes(&server).await, server.seeded.api_secret.clone());
    let (before, late) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    for round in 0..20 {
        let key = server.key(reading(&format!("round {round}"))).await;
        let over = Arc::new(AtomicBool::new(false));
        let callers = (0..CALLERS).map(|number| {
            let (key, secret, over) = (key.clone(), secret.clone(), Arc::clone(&over));
            let (before, late, at) = (Arc::clone(&before), Arc::clone(&late), at[number % 2]);
            tokio::spawn(async move {
                // Three more when it is over, each sent after the answer to the one who took it back.
                let (http, mut more) = (http(at), 3);
                while more > 0 {
                    let is_over = over.load(Ordering::SeqCst);
                    more -= usize::from(is_over);
                    let told = ask_by(&http, at, ("demo-api", &secret), &[("token", &key.text)]).await;
                    if told.json()["active"] == true {
                        if is_over { &late } else { &before }.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        });
        let callers: Vec<_> = callers.collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        server.revoke_key(&key).await;
        over.store(true, Ordering::SeqCst);
        for caller in callers {
            caller.await.unwrap();
        }
    }
    assert_eq!(late.load(Ordering::SeqCst), 0, "it was let in after it had been taken back");
    assert!(before.load(Ordering::SeqCst) > 0, "nobody was let in at all");
}

/// How many of these are let in.
async fn let_in(at: [SocketAddr; 2], secret: &str, key: &Key, each: usize) -> usize {
    let callers = (0..CALLERS).map(|number| {
        let (key, secret, at) = (key.clone(), secret.to_owned(), at[number % 2]);
        tokio::spawn(async move {
            let (http, mut active) = (http(at), 0);
            for _ in 0..each {
                let told = ask_by(&http, at, ("demo-api", &secret), &[("token", &key.text)]).await.json();
                match told["active"].as_bool() {
                    Some(true) => active += 1,
                    _ => assert_eq!(told["reason"], "rate_limited", "{told}"),
                }
            }
            active
        })
    });
    join_all(callers.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn c08_sixteen_callers_at_two_processes_get_what_the_cap_allows_and_no_more() {
    let server = TestServer::start_with(&[("RATE_LIMITS__TOKEN", "1000000/1m")]).await;
    let (at, secret) = (processes(&server).await, server.seeded.api_secret.clone());
    for (cap, each) in [(500, 60), (7, 3)] {
        let key = server.key(KeyAdd { per_minute: Some(cap), ..reading("capped") }).await;
        let cap = usize::try_from(cap).unwrap();
        let active = let_in(at, &secret, &key, each).await;
        // A process may have put a block aside that its own callers did not come for.
        assert!(active <= cap && active >= cap - cap.div_ceil(50), "{active} of {cap}");
        assert_eq!(let_in(at, &secret, &key, 1).await.min(1), usize::from(active < cap), "more than the rest");
        server.advance(Duration::from_secs(60));
        assert!(let_in(at, &secret, &key, 1).await > 0, "another minute");
        server.advance(Duration::from_secs(60));
    }
    let month = server.key(KeyAdd { per_minute: Some(0), per_month: Some(300), ..reading("month") }).await;
    let mut active = 0;
    for _ in 0..4 {
        active += let_in(at, &secret, &month, 8).await;
        server.advance(Duration::from_secs(60));
    }
    assert!((297..=300).contains(&active), "{active} of 300 in a month");
}

/// It is never heard of again, as one that was killed: nobody else is handed what it had put aside, and the loss is a block.
#[tokio::test(flavor = "multi_thread")]
async fn c08_what_a_process_had_put_aside_goes_with_it() {
    let server = TestServer::start_with(&[("RATE_LIMITS__TOKEN", "1000000/1m")]).await;
    let ([here, gone], secret) = (processes(&server).await, server.seeded.api_secret.clone());
    let key = server.key(KeyAdd { per_minute: Some(500), ..reading("left") }).await;
    let told = ask_by(&http(gone), gone, ("demo-api", &secret), &[("token", &key.text)]).await;
    assert_eq!(told.json()["active"], true);
    let active = let_in([here, here], &secret, &key, 60).await;
    // On SQLite both are one process, which lost nothing; a block is a hundredth of the cap.
    let left = if std::env::var_os("TEST_DATABASE_URL").is_some() { 495 } else { 499 };
    assert!((left - 5..=left).contains(&active), "{active} of the {left} that were left");
    server.advance(Duration::from_secs(60));
    assert_eq!(let_in([here, here], &secret, &key, 1).await, CALLERS, "the next minute is whole again");
}
