//! `/organizations/{organization}/settings`: what an organisation is called, what it demands, what devices may do there,
//! and its end.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use identity::admin::Act;
use model::Permission;
use protocol::{OAuthError, Params};

use super::{Done, Room, demands};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit, account::leave},
    view::{self, ActKind, Field, Form, Input, Place, Section, TypedConfirmation},
};

/// What an organisation is called from now on.
pub struct Named(String);

impl TryFrom<Params> for Named {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("name").unwrap_or_default()))
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::ChangeOrganization).await? {
        Ok(room) => page(&visit, &room, None, &demands::Asked::present(&room)),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Gives the organisation another name.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Named>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ChangeOrganization).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Named(name) = form.into_inner();
    let act = Act::OrganizationChange { organization: room.named(), name: name.clone() };
    match visit.act_in(&room, Place::Settings, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Settings, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, &room, Some(&name), &demands::Asked::present(&room)),
    }
}

/// Lets programs on devices write, or not any more.
///
/// # Errors
/// As [`post`].
pub async fn device_writes(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, verb) = path.into_inner();
    let room = match visit.enter(&organization, Permission::SetDemands).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let allowed = match verb.as_str() {
        "allow" => true,
        "refuse" => false,
        _ => return Err(PageError::not_found()),
    };
    let act = Act::OrganizationSetDeviceWrites { organization: room.named(), allowed };
    match visit.act_in(&room, Place::Settings, act).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Settings, ""))),
    }
}

/// Asks whether it shall really go: what goes, and its short name to be typed.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn ask_to_delete(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::DeleteOrganization).await? {
        Ok(room) if !room.is_recent() => Ok(visit.to_prove(&room, Place::Settings)),
        Ok(room) => confirmation(&visit, &room, Field::default()).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Deletes it with all that is in it.
///
/// # Errors
/// As [`ask_to_delete`]; a form that is not ours.
pub async fn delete(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<leave::Form>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::DeleteOrganization).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let typed = form.into_inner().typed();
    if typed.trim().to_lowercase() != room.organization().slug.as_str() {
        let error = Some(visit.say("privacy-organization").part("wrong").into());
        return confirmation(&visit, &room, Field { value: typed, error }).await;
    }
    match visit.act_in(&room, Place::Settings, Act::OrganizationRemove { organization: room.named() }).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go("/organizations")),
    }
}

/// The page after demands that were refused; `wrong` is the part of the message that says why.
///
/// # Errors
/// The template cannot be rendered, a fault of ours.
pub(super) fn refused_demands(
    visit: &Visit,
    room: &Room,
    asked: &demands::Asked,
    wrong: &'static str,
) -> Result<HttpResponse, PageError> {
    let page =
        room.page(visit, Place::Settings, &visit.say("organizations-settings"), sections(visit, room, None, asked));
    visit.sections(&page.refused(visit.say("organizations-demands").part(wrong), None))
}

fn sections(visit: &Visit, room: &Room, wrong: Option<&str>, asked: &demands::Asked) -> Vec<Section> {
    let mut sections = vec![name(visit, room, wrong)];
    if room.may(Permission::SetDemands) {
        sections.extend([demands::section(visit, room, asked), devices(visit, room)]);
    }
    sections.extend(room.may(Permission::DeleteOrganization).then(|| end(visit, room)));
    sections
}

/// `wrong` is a name that cannot be one; `asked` what is demanded.
fn page(visit: &Visit, room: &Room, wrong: Option<&str>, asked: &demands::Asked) -> Result<HttpResponse, PageError> {
    let sections = sections(visit, room, wrong, asked);
    let page = room.page(visit, Place::Settings, &visit.say("organizations-settings"), sections);
    visit.sections(&match wrong {
        Some(_) => page.refused(visit.say("organizations-new").part("name"), Some("name")),
        None => page,
    })
}

fn name(visit: &Visit, room: &Room, wrong: Option<&str>) -> Section {
    let it = visit.say("organizations-rename");
    let error = wrong.map(|_| visit.say("organizations-new").part("name").into());
    let present = wrong.unwrap_or(&room.organization().name);
    let input = Input::line("name", &visit.say("organizations-name"), present).refused(error);
    let form = Form::new("rename", it.part("act"), &room.path(Place::Settings, ""), vec![input]);
    Section { form: Some(form), ..Section::new("name", &it) }
}

fn devices(visit: &Visit, room: &Room) -> Section {
    let it = visit.say("organizations-devices");
    let (said, label, verb, kind) = match room.organization().device_writes_at {
        None => ("refused", "allow", "/device-writes/allow", ActKind::Press),
        Some(_) => ("allowed", "refuse", "/device-writes/refuse", ActKind::DangerousPress),
    };
    let act = view::Act::link("writes-of-devices", it.part(label), &room.path(Place::Settings, verb)).with(kind);
    Section { said: Some(it.part(said).into()), acts: vec![act], ..Section::new("devices", &it) }
}

fn end(visit: &Visit, room: &Room) -> Section {
    let it = visit.say("organizations-end");
    let act = view::Act::link("delete-organization", it.part("act"), &room.path(Place::Settings, "/delete"));
    let act = act.with(ActKind::DangerousLink);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("delete", &it) }
}

async fn confirmation(visit: &Visit, room: &Room, typed: Field) -> Result<HttpResponse, PageError> {
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let projects = visit.state.authority.projects_in(&room.standing, &room.actor).await?;
    let it = visit.say("privacy-organization").with("organization", &room.organization().name);
    let projects = projects.iter().map(|one| it.clone().with("project", &one.name).part("project").into());
    let page = TypedConfirmation {
        layout: room.layout(visit, Place::Settings),
        question: it.to_string(),
        goes: std::iter::once(it.part("memberships").into()).chain(projects).collect(),
        stays: vec![it.part("accounts").into()],
        afterwards: visit.say("privacy-confirm").part("at-once").into(),
        label: it.part("label").into(),
        expected: room.organization().slug.to_string(),
        typed,
        act: it.part("act").into(),
        action: room.path(Place::Settings, "/delete"),
        back: room.path(Place::Settings, ""),
    };
    visit.page_with(status, &page)
}
