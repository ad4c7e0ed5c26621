//! `/organizations/{organization}/settings/demands`: what an organisation demands of how its members sign in.
//!
//! Owns the form, which stands on the settings page. Does not own what is said to whoever does not meet it (`demanded`).

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Permission, Way, Ways};
use protocol::{OAuthError, Params};

use super::{Done, Room, settings};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{Choice, Form, Input, Place, Section},
};

/// What shall be demanded.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    second_factor: bool,
    ways_in: Ways,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        let ticked = params.iter().filter_map(|(name, _)| Way::parse(name.strip_prefix("way-")?));
        Ok(Self { second_factor: params.get("demand-second-factor").is_some(), ways_in: ticked.collect() })
    }
}

impl Asked {
    /// What is demanded now.
    pub(super) fn present(room: &Room) -> Self {
        let demands = &room.organization().demands;
        Self { second_factor: demands.second_factor_at.is_some(), ways_in: demands.ways_in.clone().unwrap_or_default() }
    }
}

/// Demands it from now on.
///
/// # Errors
/// 404 for what is not there or not theirs to do; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SetDemands).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let act = Act::OrganizationSetDemands {
        organization: room.named(),
        second_factor: asked.second_factor,
        ways_in: asked.ways_in.iter().map(|way| way.as_str().to_owned()).collect(),
    };
    match visit.act_in(&room, Place::Settings, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Settings, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "yourself" } else { "unknown" };
            settings::refused_demands(&visit, &room, &asked, wrong)
        }
    }
}

/// The form, filled with this.
pub(super) fn section(visit: &Visit, room: &Room, asked: &Asked) -> Section {
    let it = visit.say("organizations-demands");
    let factor = Choice::new("second-factor", it.part("factor"), asked.second_factor).meaning(it.part("factor-hint"));
    let providers = visit.state.authority.providers().iter().map(|one| Way::Provider(one.id.clone()));
    let offered = [Way::Password, Way::Passkey].into_iter().chain(providers);
    let ways = offered.map(|way| Choice::new(way.as_str(), visit.way(&way), asked.ways_in.contains(&way))).collect();
    let inputs = vec![
        Input::any_of("demand", &visit.say("organizations-demand"), vec![factor]),
        Input::any_of("way", &visit.say("organizations-ways"), ways),
    ];
    let form = Form::new("set-demands", it.part("act"), &room.path(Place::Settings, "/demands"), inputs).dangerous();
    Section { said: Some(it.part("text").into()), form: Some(form), ..Section::new("demands", &it) }
}
