//! What a run needs before it begins: an installation with short windows, its servers, a person with a browser, and a client
//! of its own for every seat, so that no connection's fate hangs on another's.

use std::{path::Path, sync::Arc, time::Duration};

use drive::{
    Browser, Client, Connection, Database, Error, Installation,
    installation::HOST,
    seed::{EMAIL, PASSWORD, RESOURCE, Seeded, seed},
};

use crate::{fleet::Fleet, moment::Clock, rule::Rules};

const CALLBACK: &str = "https://app.example.com/callback";

/// The windows of the soak: short, so that a minute has all of them many times.
pub const RULES: Rules = Rules {
    retry_window: Duration::from_secs(2),
    recovery_window: Duration::from_secs(8),
    access_lifetime: Duration::from_secs(5),
    code_lifetime: Duration::from_secs(60),
    slack: Duration::from_millis(20),
};

/// An installation with these windows, running.
///
/// # Errors
/// It does not start, or a command fails.
pub async fn installed(
    binary: &Path,
    database: &Database,
    processes: usize,
    rules: &Rules,
    clock: Clock,
) -> Result<(Arc<Fleet>, Seeded), Error> {
    let milliseconds = |duration: Duration| format!("{}ms", duration.as_millis());
    let (window, recovery) = (milliseconds(rules.retry_window), milliseconds(rules.recovery_window));
    let (access, code) = (milliseconds(rules.access_lifetime), milliseconds(rules.code_lifetime));
    let settings = [
        ("tokens.retry_window", window.as_str()),
        ("tokens.recovery_window", recovery.as_str()),
        ("tokens.access_lifetime", access.as_str()),
        ("tokens.code_lifetime", code.as_str()),
        ("log.access", "false"),
    ];
    let shared = matches!(database, Database::Postgres(_));
    let installation = Installation::make(binary, database, &settings).await?;
    let fleet = Fleet::start(installation, processes, shared, clock).await?;
    let seeded = seed(fleet.installation()).await?;
    Ok((Arc::new(fleet), seeded))
}

/// A browser in which the person is signed in.
///
/// # Errors
/// It is refused, or the connection broke.
pub async fn signed_in(fleet: &Fleet) -> Result<Browser, Error> {
    let mut browser = Browser::open(fleet.anywhere(0).await, HOST).await?;
    browser.sign_in(EMAIL, PASSWORD).await?;
    Ok(browser)
}

/// A public client that registered itself (RFC 7591).
///
/// # Errors
/// It is refused, or the connection broke.
pub async fn registered(connection: &mut Connection, name: &str) -> Result<Client, Error> {
    let body = format!(
        "{{\"client_name\":\"{name}\",\"redirect_uris\":[\"{CALLBACK}\"],\"token_endpoint_auth_method\":\"none\",\
         \"grant_types\":[\"authorization_code\",\"refresh_token\"]}}"
    );
    let request = format!(
        "POST /register HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = connection.ask(request.as_bytes()).await?;
    let (status, id) = (answer.status, answer.member("client_id").map(str::to_owned));
    let id = id.ok_or_else(|| Error::Unexpected { step: "registration", status, body: answer.text() })?;
    Ok(Client::public(HOST, &id, CALLBACK).asking("issues:read offline_access", Some(RESOURCE)))
}
