//! The flows around an account: its proof by mail, a new password, another address and the way back, and its end.

use std::pin::Pin;

use super::{Attempt, Flow, Person, Step, Taken};
use crate::{
    browser::flow::send,
    harness::{Answer, PASSWORD},
};

type Going<'a> = Pin<Box<dyn Future<Output = Taken> + 'a>>;

const CHOSEN: &str = "orchids by the tram stop";

pub const SIGN_UP_BY_LINK: Flow = Flow {
    name: "sign-up by link",
    person: Person::Stranger,
    steps: &[Step::before("ask", sign_up), Step::before("open", open), Step::effect("press", press)],
};

pub const SIGN_UP_BY_CODE: Flow = Flow {
    name: "sign-up by code",
    person: Person::Stranger,
    steps: &[Step::before("ask", sign_up), Step::effect("type", type_code)],
};

pub const VERIFICATION: Flow = Flow {
    name: "verification",
    person: Person::Unproved,
    steps: &[Step::before("ask", verify), Step::before("open", open), Step::effect("type", type_code)],
};

pub const RESET: Flow = Flow {
    name: "reset",
    person: Person::Forgetful,
    steps: &[
        Step::before("ask", forgotten),
        Step { bound: false, ..Step::before("open", open_reset) },
        Step { bound: false, ..Step::effect("set", set_password) },
    ],
};

pub const CHANGE_OF_ADDRESS: Flow = Flow {
    name: "change of address",
    person: Person::Member,
    steps: &[Step::before("ask", new_address), Step::before("open", open), Step::effect("press", press)],
};

pub const WAY_BACK: Flow = Flow {
    name: "way back to an address",
    person: Person::Member,
    steps: &[
        Step::before("ask", new_address),
        Step::effect("press", press_and_be_told),
        Step { bound: false, outlasts: true, ..Step::before("open", open_undo) },
        Step { bound: false, outlasts: true, ..Step::effect("undo", undo) },
    ],
};

pub const DELETION: Flow = Flow {
    name: "deletion",
    person: Person::Member,
    steps: &[
        Step::effect("leave", leave),
        Step { bound: false, ..Step::before("sign in", sign_in) },
        Step::effect("keep", keep),
    ],
};

/// The id behind `/confirm/`, if one was asked for, and what the mail to this address holds.
async fn mailed(attempt: Attempt<'_>, answer: Answer, to: &str) -> Taken {
    let mut learned = Vec::new();
    if let Some(id) = answer.location().as_deref().and_then(|to| to.strip_prefix("/confirm/")) {
        learned.push(("id", id.to_owned()));
    }
    if answer.status.is_success() || !learned.is_empty() {
        let words = attempt.server.mail(to).await.words;
        learned.extend(words.code.map(|code| ("code", code)));
        learned.extend(words.link.and_then(|link| Some(("token", link.split_once("token=")?.1.to_owned()))));
    }
    Taken { answer, learned }
}

fn sign_up(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = send(attempt.browser, "/sign-up", &[("email", attempt.email), ("password", CHOSEN)]).await;
        mailed(attempt, answer, attempt.email).await
    })
}

fn verify(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = send(attempt.browser, "/account/verify", &[]).await;
        mailed(attempt, answer, attempt.email).await
    })
}

fn open(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(
        async move { Taken::only(attempt.browser.get(&format!("/confirm?token={}", attempt.known("token"))).await) },
    )
}

fn press(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(send(attempt.browser, "/confirm", &[("token", &attempt.known("token"))]).await) })
}

fn type_code(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let path = format!("/confirm/{}", attempt.known("id"));
        Taken::only(send(attempt.browser, &path, &[("code", &attempt.known("code"))]).await)
    })
}

fn forgotten(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = send(attempt.browser, "/forgotten", &[("email", attempt.email)]).await;
        mailed(attempt, answer, attempt.email).await
    })
}

fn open_reset(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(attempt.browser.get(&format!("/reset?token={}", attempt.known("token"))).await) })
}

fn set_password(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let fields = [("token", attempt.known("token")), ("password", CHOSEN.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Taken::only(send(attempt.browser, "/reset", &fields).await)
    })
}

fn new_address(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let email = format!("new-{}", attempt.email);
        let answer = send(attempt.browser, "/account/address", &[("email", &email)]).await;
        mailed(attempt, answer, &email).await
    })
}

/// The old address is told, with the way back; whoever only tries is told nothing.
fn press_and_be_told(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = send(attempt.browser, "/confirm", &[("token", &attempt.known("token"))]).await;
        if answer.location().as_deref() != Some("/account/security") {
            return Taken::only(answer);
        }
        let words = attempt.server.mail(attempt.email).await.words;
        let link = words.link.expect("a way back");
        Taken { answer, learned: vec![("undo", link.split_once("token=").unwrap().1.to_owned())] }
    })
}

fn open_undo(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        Taken::only(attempt.browser.get(&format!("/undo-address?token={}", attempt.known("undo"))).await)
    })
}

fn undo(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(
        async move { Taken::only(send(attempt.browser, "/undo-address", &[("token", &attempt.known("undo"))]).await) },
    )
}

fn leave(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(
        async move { Taken::only(send(attempt.browser, "/account/delete", &[("confirmation", attempt.email)]).await) },
    )
}

fn sign_in(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let fields = [("email", attempt.email), ("password", PASSWORD)];
        Taken::only(send(attempt.browser, "/sign-in", &fields).await)
    })
}

fn keep(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(send(attempt.browser, "/leaving", &[("decision", "keep")]).await) })
}
