//! C-42 and C-19: no secret is found anywhere but where it was handed out.
//!
//! The real binary serves over its own TLS with the most talkative log there is, while people and programs do all that can be
//! done with it, right and wrong. Every password, token, code, verifier, client secret, cookie, CSRF token, assertion and key
//! of the run is known to a ledger; then everything that was written is searched for each of them, in every spelling: the
//! database with its write-ahead log, the log, all answers, the metrics, the output of all commands, the control socket.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

mod binary;
mod clients;
mod commands;
mod database;
mod keys;
mod ledger;
#[path = "../../../server/tests/harness/page.rs"]
#[expect(dead_code, reason = "the server's own tests use the rest")]
mod page;
mod people;
#[path = "../../../storage/tests/harness/database.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod schema;
mod search;
mod visitor;

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;

use binary::Site;
use clients::Program;
use database::Blockade;
use ledger::Ledger;
use visitor::Visitor;

/// It is put where everybody sees it, to prove that it would be found.
const PLANTED: &str = "planted-where-everybody-sees-it-0001";

#[tokio::test(flavor = "multi_thread")]
async fn c42_no_secret_is_found_anywhere_but_where_it_was_handed_out() {
    let schema = schema::Database::fresh().await;
    let ledger = Arc::new(Ledger::default());
    let mut site = Site::new(Arc::clone(&ledger), with_password(&ledger, schema.url()));
    let secrets = commands::before_it_runs(&site);
    site.start();
    commands::while_it_runs(&site).await;
    keys::learn(&site).await;

    let person = people::sign_up_and_in(&site).await;
    let program = Program::new(&site, "demo-app", Some(secrets.app));
    let api = Program::new(&site, "demo-api", Some(secrets.api));
    let refresh = clients::connection(&program, &person, &api).await;
    clients::misplaced(&program, &refresh).await;
    clients::api_key(&api, &secrets.key).await;
    clients::registered(&site, &person).await;
    without_a_database(&site, &program, &api, &refresh).await;
    database::enter(&site, "while it runs").await;
    people::leave(&person).await;
    commands::at_last(&site);
    site.enter_metrics().await;
    drop((program, api));
    site.stop();
    database::enter(&site, "after it stopped").await;

    assert!(is_talkative(&site.log()), "the log says too little to prove anything");
    assert_eq!(ledger.leaks(), Vec::<String>::new());
    let (known, places, bytes) = ledger.size();
    assert!(known > 60 && places > 250 && bytes > 1 << 20, "{known} secrets, {places} places, {bytes} bytes");
    a_planted_one_is_found(&mut site, &ledger).await;
}

/// PostgreSQL's address with a password in it, which a trusting server does not ask for; SQLite needs none.
fn with_password(ledger: &Ledger, url: &str) -> Option<String> {
    let password = "the-password-of-the-database-4711";
    let (before, after) = url.strip_prefix("postgres://").and_then(|rest| rest.split_once('@'))?;
    ledger.typed("the database's password", password);
    Some(format!("postgres://{}:{password}@{after}", before.split(':').next()?))
}

/// Nothing can be written: each of these is trouble, and takes its secret along.
async fn without_a_database(site: &Site, program: &Program<'_>, api: &Program<'_>, refresh: &str) {
    let visitor = Visitor::of(site);
    let form = visitor.open("/sign-in").await;
    let blockade = Blockade::of(site).await;
    let password = "typed while there was no database";
    site.ledger.typed("a password typed during trouble", password);
    program.refresh(refresh).await.expect(503);
    visitor.submit(&form, "/sign-in", &[("email", people::MEMBER), ("password", password)]).await.expect(503);
    program.post("/revoke", &[("token", refresh)]).await.expect(503);
    api.post("/introspect", &[("token", refresh)]).await;
    blockade.end().await;
    program.refresh(refresh).await.expect(200);
}

/// Our own lines and those of what we build on were written, so that silence means something.
fn is_talkative(log: &str) -> bool {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let targets: BTreeSet<String> = lines.filter_map(|line| Some(line["target"].as_str()?.to_owned())).collect();
    ["access", "sqlx", "identity", "server", "hyper", "actix_http"]
        .iter()
        .all(|part| targets.iter().any(|target| target.starts_with(part)))
}

/// The check can fail: what stands in the database, in the log, in an answer and in a command's output is found there.
async fn a_planted_one_is_found(site: &mut Site, ledger: &Ledger) {
    ledger.typed("the planted one", PLANTED);
    site.start();
    site.succeeds(&["user", "add", "planted@example.com", "--name", PLANTED]);
    site.succeeds(&["user", "list"]);
    let visitor = Visitor::of(site);
    visitor.post("/token", &[(PLANTED, "once"), (PLANTED, "twice")]).await.expect(400);
    site.stop();
    let has_segments = database::enter(site, "with the planted one").await;
    let leaks = ledger.leaks();
    let places = ["server.log", "the body of an answer of /token", "the output of `lanyard user list`"];
    let kept = if site.is_sqlite() { "the file lanyard.db" } else { "the rows of the database" };
    for place in places.into_iter().chain([kept]).chain(has_segments.then_some("pg_wal")) {
        assert!(
            leaks.iter().any(|leak| leak.starts_with(&format!("the planted one stands in {place}"))),
            "{place}: {leaks:#?}"
        );
    }
    assert!(leaks.iter().all(|leak| leak.starts_with("the planted one")), "{leaks:#?}");
}
