//! What happened to the account lately, newest first.

use identity::account::SignedIn;

use crate::{
    error_response::PageError,
    page::{Visit, words},
    view::{Act, Fact, Moment, Row, Section},
};

pub(super) async fn section(visit: &Visit, person: &SignedIn) -> Result<Section, PageError> {
    let (it, told) = (visit.say("account-events"), visit.say("account-event"));
    let events = visit.state.authority.recent_events(person).await?;
    let rows: Vec<Row> = events
        .iter()
        .filter_map(|event| {
            let at = Moment::ago(event.at.as_micros(), visit.now.as_micros());
            let from = event.address.as_ref().map(|address| Fact::text(it.part("from"), address));
            let facts = std::iter::once(Fact::at("", at)).chain(from).collect();
            Some(Row { title: told.part(words::event(&event.action)?).into(), facts, ..Row::default() })
        })
        .collect();
    let section = Section::new("events", &it);
    Ok(if rows.is_empty() {
        Section { said: Some(it.part("none").into()), ..section }
    } else {
        let all = Act::link("all-events", visit.say("audit-entries").part("all"), "/account/audit");
        Section { rows, note: Some(it.part("not-you").into()), acts: vec![all], ..section }
    })
}
