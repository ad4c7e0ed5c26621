//! `/organizations/{organization}/roles`: the roles that an organisation names itself, on top of what every member may.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{NamedRole, Permission, Permissions, Role, Slug};
use protocol::{OAuthError, Params};

use super::{Done, Room, members};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Choice, Fact, Form, Input, Place, Row, Section},
};

/// Organisation and role, as they are written in the address.
type Names = Path<(String, String)>;

/// A role as it shall be.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    permissions: Permissions,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let ticked = |permission: &Permission| params.get(&format!("permits-{}", permission.as_str())).is_some();
        let permissions = Permission::ALL.into_iter().filter(ticked).collect();
        Ok(Self { name: params.take("name").unwrap_or_default(), permissions })
    }
}

impl Asked {
    fn words(&self) -> Vec<String> {
        self.permissions.iter().map(|one| one.as_str().to_owned()).collect()
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::SeeMembers).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Names another.
///
/// # Errors
/// 404 for what is not there or not theirs to do; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let Some(slug) = Slug::from_name(&asked.name) else { return page(&visit, &room, &asked, Some("name")).await };
    let (organization, slug, name) = (room.named(), slug.to_string(), asked.name.clone());
    let act = Act::RoleAdd { organization, slug, name, permissions: asked.words() };
    match visit.act_in(&room, Place::Roles, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Roles, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "taken" } else { "name" };
            page(&visit, &room, &asked, Some(wrong)).await
        }
    }
}

async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let roles = visit.state.authority.roles_in(&room.standing).await?;
    let title = visit.say("roles-title");
    let fixed = [Role::Member, Role::Admin, Role::Owner].into_iter().map(|role| Row {
        title: visit.say("members-role").part(role.as_str()).into(),
        facts: vec![Fact {
            words: visit.say("members-role").part(&format!("{}-means", role.as_str())).into(),
            ..Fact::default()
        }],
        ..Row::default()
    });
    let mut sections = vec![
        Section { rows: fixed.collect(), ..Section::new("fixed", &title.part("fixed")) },
        Section {
            said: roles.is_empty().then(|| title.part("none").into()),
            rows: roles.iter().map(|role| row(visit, room, role)).collect(),
            ..Section::new("own", &title.part("own"))
        },
    ];
    if room.may(Permission::ManageMembers) {
        let it = visit.say("roles-new");
        let error = wrong.map(|wrong| it.part(wrong).into());
        let form =
            Form::new("add-role", it.part("act"), &room.path(Place::Roles, ""), inputs(visit, room, asked, error));
        sections.push(Section { form: Some(form), ..Section::new("new", &it) });
    }
    let page = room.page(visit, Place::Roles, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("roles-new").part(wrong), Some("name")),
        None => page,
    })
}

fn row(visit: &Visit, room: &Room, role: &NamedRole) -> Row {
    let it = visit.say("roles-title");
    let path = |below: &str| room.path(Place::Roles, &format!("/{}{below}", role.id));
    let acts = vec![
        view::Act::link(&format!("change-{}", role.id), it.part("change"), &path("")),
        view::Act::link(&format!("remove-{}", role.id), it.part("remove"), &path("/remove"))
            .with(ActKind::DangerousLink),
    ];
    let permits = role.permissions.iter().map(|one| Fact { words: permission(visit, one), ..Fact::default() });
    Row {
        title: role.name.clone(),
        facts: permits.collect(),
        acts: if is_theirs(room, role) { acts } else { Vec::new() },
        ..Row::default()
    }
}

/// Whether the person may change it: they have all that it permits.
fn is_theirs(room: &Room, role: &NamedRole) -> bool {
    room.may(Permission::ManageMembers) && role.permissions.is_within(room.standing.permissions)
}

fn permission(visit: &Visit, permission: Permission) -> String {
    visit.say("roles-permission").part(&permission.as_str().replace('_', "-")).into()
}

/// What a role is called and permits; only what the person may themself is offered.
fn inputs(visit: &Visit, room: &Room, asked: &Asked, error: Option<String>) -> Vec<Input> {
    let offered = Permission::ALL.into_iter().filter(|one| room.may(*one) && !Role::Member.may(*one));
    let choices =
        offered.map(|one| Choice::new(one.as_str(), permission(visit, one), asked.permissions.contains(one))).collect();
    vec![
        Input::line("name", &visit.say("roles-name"), &asked.name).refused(error),
        Input::any_of("permits", &visit.say("roles-permits"), choices),
    ]
}

async fn come_to(visit: &Visit, names: &Names) -> Result<Result<(Room, NamedRole), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(&names.0, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let roles = visit.state.authority.roles_in(&room.standing).await?;
    let role = roles.into_iter().find(|role| role.id.as_str() == names.1).filter(|role| is_theirs(&room, role));
    let role = role.ok_or_else(PageError::not_found)?;
    if !room.is_recent() {
        return Ok(Err(Box::new(visit.to_prove(&room, Place::Roles))));
    }
    Ok(Ok((room, role)))
}

/// Asks what a role shall be called and permit.
///
/// # Errors
/// 404 for what is not there or not theirs to change; trouble of the database.
pub async fn ask_to_change(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    match come_to(&visit, &names).await? {
        Ok((room, role)) => {
            let asked = Asked { name: role.name.clone(), permissions: role.permissions };
            role_page(&visit, &room, &role, &asked, false)
        }
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Changes a role for everybody who has it.
///
/// # Errors
/// As [`ask_to_change`]; a form that is not ours.
pub async fn change(visit: Visit, names: Names, form: ProtectedForm<Asked>) -> Result<HttpResponse, PageError> {
    let (room, role) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let act = Act::RoleChange {
        organization: room.named(),
        role: role.id.to_string(),
        name: Some(asked.name.clone()),
        permissions: Some(asked.words()),
    };
    match visit.act_in(&room, Place::Roles, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Roles, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => role_page(&visit, &room, &role, &asked, true),
    }
}

fn role_page(
    visit: &Visit,
    room: &Room,
    role: &NamedRole,
    asked: &Asked,
    wrong: bool,
) -> Result<HttpResponse, PageError> {
    let it = visit.say("roles-change").with("role", &role.name);
    let error = wrong.then(|| visit.say("roles-new").part("name").into());
    let path = room.path(Place::Roles, &format!("/{}", role.id));
    let form = Form::new("change-role", it.part("act"), &path, inputs(visit, room, asked, error));
    let section =
        Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("role", &it.part("heading")) };
    let page = room.page(visit, Place::Roles, &it, vec![section]);
    visit.sections(&match wrong {
        true => page.refused(visit.say("roles-new").part("name"), Some("name")),
        false => page,
    })
}

/// Asks whether a role shall go.
///
/// # Errors
/// As [`ask_to_change`].
pub async fn ask_to_remove(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    let (room, role) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let it = visit.say("roles-remove").with("role", &role.name);
    let here = room.path(Place::Roles, &format!("/{}/remove", role.id));
    members::ask(&visit, &room, &it, ("remove-role", here, room.path(Place::Roles, "")))
}

/// Deletes a role; whoever had it is a plain member then.
///
/// # Errors
/// As [`ask_to_change`]; a form that is not ours.
pub async fn remove(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let (room, role) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = Act::RoleRemove { organization: room.named(), role: role.id.to_string() };
    match visit.act_in(&room, Place::Roles, act).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Roles, ""))),
    }
}
