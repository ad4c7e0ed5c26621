//! The password.

use identity::account::SignedIn;

use crate::{
    page::Visit,
    view::{Act, Section},
};

pub(super) fn section(visit: &Visit, person: &SignedIn) -> Section {
    let it = visit.say("account-password");
    let (said, act) = match (person.user.password_hash.is_some(), visit.state.authority.sends_mail()) {
        (true, _) => ("present", Some(Act::link("change-password", it.part("change"), "/account/password"))),
        (false, true) => ("none", Some(Act::link("set-password", it.part("set"), "/forgotten"))),
        (false, false) => ("none", None),
    };
    Section { said: Some(it.part(said).into()), acts: act.into_iter().collect(), ..Section::new("password", &it) }
}
