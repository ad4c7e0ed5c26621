//! In how many browsers the account is open.

use identity::account::SignedIn;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Act, Section},
};

pub(super) async fn section(visit: &Visit, person: &SignedIn) -> Result<Section, PageError> {
    let it = visit.say("account-sessions");
    let open = visit.state.authority.sessions(person, visit.now).await?.len();
    Ok(Section {
        said: Some(it.clone().count(open).part("count").into()),
        acts: vec![Act::link("see-sessions", it.part("see"), "/account/sessions")],
        ..Section::new("sessions", &it)
    })
}
