//! The way to the administration of the server, for its operators.

use identity::account::SignedIn;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Act, Desk, Section},
};

pub(super) async fn section(visit: &Visit, person: &SignedIn) -> Result<Option<Section>, PageError> {
    if !visit.state.authority.operates(person.user.id).await? {
        return Ok(None);
    }
    let it = visit.say("administration-title");
    let act = Act::link("administration", it.part("open"), &Desk::Overview.path());
    Ok(Some(Section { said: Some(it.part("lead").into()), acts: vec![act], ..Section::new("administering", &it) }))
}
