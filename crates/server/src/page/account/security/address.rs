//! The address, and whether it was proved.

use identity::account::SignedIn;

use crate::{
    page::Visit,
    view::{Act, ActKind, Fact, Row, Section},
};

pub(super) fn section(visit: &Visit, person: &SignedIn) -> Section {
    let it = visit.say("account-address");
    let verified = person.user.email_verified_at.is_some();
    let confirmed = verified.then(|| Fact { words: it.part("confirmed").into(), ..Fact::default() });
    let row = Row {
        title: person.user.email.to_string(),
        badge: (!verified).then(|| it.part("unconfirmed").into()),
        facts: confirmed.into_iter().collect(),
        ..Row::default()
    };
    let mut section = Section { rows: vec![row], ..Section::new("address", &it) };
    if !visit.state.authority.sends_mail() {
        section.note = Some(it.part("no-mail").into());
        return section;
    }
    if !verified {
        let act = Act::link("confirm-address", it.part("confirm"), "/account/verify");
        section.acts.push(act.with(ActKind::PrimaryLink));
    }
    section.acts.push(Act::link("change-address", it.part("change"), "/account/address"));
    section
}
