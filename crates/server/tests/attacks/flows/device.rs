//! The flow of a device: its code is typed, its page looked at, and the question answered.

use std::pin::Pin;

use super::{Attempt, Flow, Person, Step, Taken};
use crate::browser::flow::send;

type Going<'a> = Pin<Box<dyn Future<Output = Taken> + 'a>>;

pub const DEVICE: Flow = Flow {
    name: "device",
    person: Person::Member,
    steps: &[
        // A device begins without a browser, and whichever enters its code first has it.
        Step { bound: false, ..Step::before("begin", begin) },
        Step { bound: false, ..Step::before("enter", enter) },
        Step::before("look", look),
        Step::effect("allow", allow),
    ],
};

fn begin(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let answer = attempt.server.device().try_begin(&[("scope", "openid")]).await;
        let learned = vec![("user_code", answer.json()["user_code"].as_str().unwrap().to_owned())];
        Taken { answer, learned }
    })
}

fn enter(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let user_code = attempt.known.get("user_code").map_or("BCDF-GHJK", String::as_str);
        let answer = send(attempt.browser, "/device", &[("user_code", user_code)]).await;
        let location = answer.location().unwrap_or_default();
        let id = location.split_once("/consent/").map(|(_, id)| ("id", id.to_owned()));
        Taken { answer, learned: id.into_iter().collect() }
    })
}

fn look(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move { Taken::only(attempt.browser.get(&format!("/consent/{}", attempt.known("id"))).await) })
}

fn allow(attempt: Attempt<'_>) -> Going<'_> {
    Box::pin(async move {
        let fields = [("decision", "allow"), ("own_device", "yes")];
        Taken::only(send(attempt.browser, &format!("/consent/{}", attempt.known("id")), &fields).await)
    })
}
