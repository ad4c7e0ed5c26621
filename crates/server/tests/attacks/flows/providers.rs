//! The flows around another provider: connecting it while signed in and disconnecting it again, and arriving from it at an
//! address that has an account already.

use std::pin::Pin;

use model::Email;

use super::{Attempt, Flow, Person, Step, Taken};
use crate::{
    browser::flow::send,
    harness::{Answer, PASSWORD, upstream},
};

type Going<'a> = Pin<Box<dyn Future<Output = Taken> + 'a>>;

pub const LINKING: Flow = Flow {
    name: "linking and unlinking",
    person: Person::Member,
    steps: &[
        Step::before("leave", leave_to_link),
        Step::effect("come back", come_back_linked),
        Step::effect("disconnect", disconnect),
    ],
};

pub const LINKING_ON_ARRIVAL: Flow = Flow {
    name: "linking on arrival",
    person: Person::Forgetful,
    steps: &[
        Step::before("leave", leave_to_sign_in),
        Step::before("come back", come_back_to_wait),
        // Anybody may type a password, in whatever browser.
        Step { bound: false, needed: true, ..Step::before("sign in as before", sign_in) },
        Step::effect("connect", connect),
    ],
};

/// Whoever is sent to the provider agrees there; what the browser would bring back.
fn agreed(attempt: Attempt<'_>, answer: Answer) -> Taken {
    let there = answer.location().filter(|location| location.starts_with(&attempt.acme.base));
    let learned = there.map_or_else(Vec::new, |location| {
        attempt.acme.person(upstream::person(attempt.email, attempt.email));
        let back = url::Url::parse(&attempt.acme.agree(&location)).unwrap();
        let sent = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        vec![("provider-code", sent("code")), ("state", sent("state"))]
    });
    Taken { answer, learned }
}

fn leave_to_link(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { agreed(attempt, send(attempt.browser, "/account/providers/acme/connect", &[]).await) })
}

fn leave_to_sign_in(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { agreed(attempt, send(attempt.browser, "/sign-in/with/acme", &[]).await) })
}

async fn come_back(attempt: Attempt<'_>) -> Answer {
    let (code, state) = (attempt.known("provider-code"), attempt.known("state"));
    attempt.browser.get(&format!("/upstream/acme/callback?code={code}&state={state}")).await
}

fn come_back_linked(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = come_back(attempt).await;
        let mut read = attempt.server.authority.store().read().await.unwrap();
        let user = read.user_by_email(&Email::parse(attempt.email).unwrap()).await.unwrap().unwrap();
        let connected = read.upstream_identities_of(user.id).await.unwrap();
        let learned = connected.first().map(|identity| ("identity", identity.id.to_string()));
        Taken { answer, learned: learned.into_iter().collect() }
    })
}

fn come_back_to_wait(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = come_back(attempt).await;
        let waits = answer.location().and_then(|to| Some(("waiting", to.strip_prefix("/connect/")?.to_owned())));
        Taken { answer, learned: waits.into_iter().collect() }
    })
}

fn sign_in(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let waiting = attempt.known("waiting");
        let fields = [("email", attempt.email), ("password", PASSWORD), ("connect", waiting.as_str())];
        Taken::only(send(attempt.browser, "/sign-in", &fields).await)
    })
}

fn connect(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(
        async move { Taken::only(send(attempt.browser, &format!("/connect/{}", attempt.known("waiting")), &[]).await) },
    )
}

fn disconnect(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let path = format!("/account/providers/{}/disconnect", attempt.known("identity"));
        Taken::only(send(attempt.browser, &path, &[]).await)
    })
}
