//! The flows around second factors: setting an app up, and giving its code at sign-in.

use std::pin::Pin;

use super::{Attempt, Flow, Person, Step, Taken};
use crate::{
    browser::flow::send,
    harness::{PASSWORD, factors::App, page},
};

type Going<'a> = Pin<Box<dyn Future<Output = Taken> + 'a>>;

pub const AUTHENTICATOR_APP: Flow = Flow {
    name: "authenticator app",
    person: Person::Member,
    steps: &[Step::before("begin", begin), Step::before("look", look), Step::effect("confirm", confirm)],
};

pub const SECOND_FACTOR: Flow = Flow {
    name: "second factor",
    person: Person::Guarded,
    steps: &[
        // Anybody may type a password, in whatever browser.
        Step { bound: false, ..Step::before("password", password) },
        Step::effect("code", code),
    ],
};

fn begin(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(send(attempt.browser, "/account/totp/begin", &[]).await) })
}

fn look(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = attempt.browser.get("/account/totp").await;
        let learned = match page::has_id(&answer.body, "totp-key") {
            true => vec![("seed", App::of(&answer).seed().to_owned())],
            false => Vec::new(),
        };
        Taken { answer, learned }
    })
}

/// The code of this moment; for who knows no seed, one that leads nowhere.
fn shown(attempt: Attempt<'_>) -> String {
    match attempt.known.get("seed") {
        Some(seed) => App::with(seed).code(attempt.server.authority.now()),
        None => "000000".to_owned(),
    }
}

fn confirm(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(send(attempt.browser, "/account/totp", &[("code", &shown(attempt))]).await) })
}

fn password(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let fields = [("email", attempt.email), ("password", PASSWORD)];
        Taken::only(send(attempt.browser, "/sign-in", &fields).await)
    })
}

fn code(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(send(attempt.browser, "/second-factor", &[("code", &shown(attempt))]).await) })
}
