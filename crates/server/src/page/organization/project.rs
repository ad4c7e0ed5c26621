//! `/organizations/{organization}/projects/{project}`: one project: what it is called, what has access to it, and its end.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use identity::admin::Act;
use model::{Permission, Project};
use protocol::{OAuthError, Params};

use super::{Done, Room, access};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit, account::leave},
    view::{self, ActKind, Field, Form, Input, Notice, Place, Section, Tone, TypedConfirmation},
};

/// Organisation and project, as they are written in the address.
type Names = Path<(String, String)>;

/// What a project is called from now on.
pub struct Named(String);

impl TryFrom<Params> for Named {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("name").unwrap_or_default()))
    }
}

impl Visit {
    /// Comes to a project of an organisation, to where this permission is wanted.
    async fn come_to(
        &self,
        names: &Names,
        permission: Permission,
    ) -> Result<Result<(Room, Project), Box<HttpResponse>>, PageError> {
        let room = match self.enter(&names.0, permission).await? {
            Ok(room) => room,
            Err(elsewhere) => return Ok(Err(elsewhere)),
        };
        let project = self.state.authority.project_in(&room.standing, &room.actor, &names.1).await?;
        Ok(Ok((room, project.ok_or_else(PageError::not_found)?)))
    }
}

/// Shows it.
///
/// # Errors
/// 404 for what is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, names: Names, request: HttpRequest) -> Result<HttpResponse, PageError> {
    match visit.come_to(&names, Permission::SeeOrganization).await? {
        Ok((room, project)) => page(&visit, (&room, &project), request.query_string(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Gives it another name.
///
/// # Errors
/// 404 for what is not there or not theirs to do; a form that is not ours, trouble of the database.
pub async fn rename(visit: Visit, names: Names, form: ProtectedForm<Named>) -> Result<HttpResponse, PageError> {
    let (room, project) = match visit.come_to(&names, Permission::ManageProjects).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Named(name) = form.into_inner();
    let (organization, id) = (room.named(), project.id.to_string());
    let act = Act::ProjectChange { organization, project: id, name: name.clone() };
    match visit.act_in(&room, Place::Projects, act).await? {
        Done::Done(_) => Ok(visit.go(&at(&room, &project, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, (&room, &project), "", Some(name)).await,
    }
}

/// Stops every connection to it.
///
/// # Errors
/// As [`rename`].
pub async fn disable(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    set_disabled(visit, names, true).await
}

/// Lets it work again.
///
/// # Errors
/// As [`rename`].
pub async fn enable(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    set_disabled(visit, names, false).await
}

async fn set_disabled(visit: Visit, names: Names, disabled: bool) -> Result<HttpResponse, PageError> {
    let (room, project) = match visit.come_to(&names, Permission::ManageProjects).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = Act::ProjectSetDisabled { organization: room.named(), project: project.id.to_string(), disabled };
    match visit.act_in(&room, Place::Projects, act).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&at(&room, &project, ""))),
    }
}

/// Asks whether it shall really go: what goes, and its short name to be typed.
///
/// # Errors
/// 404 for what is not there or not theirs to delete; trouble of the database.
pub async fn ask_to_delete(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    match visit.come_to(&names, Permission::DeleteProject).await? {
        Ok((room, _)) if !room.is_recent() => Ok(visit.to_prove(&room, Place::Projects)),
        Ok((room, project)) => confirmation(&visit, &room, &project, Field::default()).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Deletes it, with its connections and keys.
///
/// # Errors
/// As [`ask_to_delete`]; a form that is not ours.
pub async fn delete(visit: Visit, names: Names, form: ProtectedForm<leave::Form>) -> Result<HttpResponse, PageError> {
    let (room, project) = match visit.come_to(&names, Permission::DeleteProject).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let typed = form.into_inner().typed();
    if typed.trim().to_lowercase() != project.slug.as_str() {
        let error = Some(visit.say("projects-delete").part("wrong").into());
        return confirmation(&visit, &room, &project, Field { value: typed, error }).await;
    }
    let act = Act::ProjectRemove { organization: room.named(), project: project.id.to_string() };
    match visit.act_in(&room, Place::Projects, act).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Projects, ""))),
    }
}

/// An address of a project.
fn at(room: &Room, project: &Project, below: &str) -> String {
    room.path(Place::Projects, &format!("/{}{below}", project.slug))
}

/// `wrong` is a name that cannot be one.
async fn page(
    visit: &Visit,
    (room, project): (&Room, &Project),
    query: &str,
    wrong: Option<String>,
) -> Result<HttpResponse, PageError> {
    let mut sections = Vec::new();
    if room.may(Permission::ManageProjects) {
        sections.push(name(visit, room, project, wrong.as_deref()));
    }
    sections.extend(room.may(Permission::ManageMembers).then(|| seen_by(visit, room, project)));
    // What stops something stands last.
    sections.extend(room.may(Permission::ManageProjects).then(|| switch(visit, room, project)));
    sections.extend(room.may(Permission::DeleteProject).then(|| end(visit, room, project)));
    let mut page = room.page(visit, Place::Projects, &visit.say("projects-one"), sections);
    page.title.clone_from(&project.name);
    let off = project.disabled_at.map(|_| Notice::new(Tone::Warn, &visit.say("projects-off")));
    page = page.with(off);
    if room.may(Permission::SeeAccess) {
        let only = std::slice::from_ref(project);
        page = page.showing(access::list(visit, room, only, Some(project), access::before(query)).await?);
    }
    visit.sections(&match wrong {
        Some(_) => page.refused(visit.say("projects-new").part("name"), Some("name")),
        None => page,
    })
}

fn name(visit: &Visit, room: &Room, project: &Project, wrong: Option<&str>) -> Section {
    let it = visit.say("projects-rename");
    let error = wrong.map(|_| visit.say("projects-new").part("name").into());
    let input = Input::line("name", &visit.say("projects-name"), wrong.unwrap_or(&project.name)).refused(error);
    let form = Form::new("rename", it.part("act"), &at(room, project, ""), vec![input]);
    Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("name", &it) }
}

fn switch(visit: &Visit, room: &Room, project: &Project) -> Section {
    let (words, below, kind) = match project.disabled_at {
        None => ("projects-disable", "/disable", ActKind::DangerousPress),
        Some(_) => ("projects-enable", "/enable", ActKind::Press),
    };
    let it = visit.say(words);
    let act = view::Act::link("switch-project", it.part("act"), &at(room, project, below)).with(kind);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("switch", &it) }
}

/// Who sees it, and the way to say so.
fn seen_by(visit: &Visit, room: &Room, project: &Project) -> Section {
    let it = visit.say("listed-title").with("project", &project.name);
    let said = if project.limited_at.is_some() { "limited" } else { "open" };
    let act = view::Act::link("project-members", it.part("see"), &at(room, project, "/members"));
    Section { said: Some(it.part(said).into()), acts: vec![act], ..Section::new("seen-by", &it.part("who")) }
}

fn end(visit: &Visit, room: &Room, project: &Project) -> Section {
    let it = visit.say("projects-delete").with("project", &project.name);
    let act = view::Act::link("delete-project", it.part("act"), &at(room, project, "/delete"));
    let act = act.with(ActKind::DangerousLink);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("delete", &it.part("heading")) }
}

async fn confirmation(visit: &Visit, room: &Room, project: &Project, typed: Field) -> Result<HttpResponse, PageError> {
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (grants, keys) = visit.state.authority.count_access(project, visit.now).await?;
    let it = visit.say("projects-delete").with("project", &project.name);
    let page = TypedConfirmation {
        layout: room.layout(visit, Place::Projects),
        question: it.to_string(),
        goes: vec![
            it.clone().count(grants).part("connections").into(),
            it.clone().count(keys).part("keys").into(),
            it.part("data").into(),
        ],
        stays: Vec::new(),
        afterwards: it.part("at-once").into(),
        label: it.part("label").into(),
        expected: project.slug.to_string(),
        typed,
        act: it.part("act").into(),
        action: at(room, project, "/delete"),
        back: at(room, project, ""),
    };
    visit.page_with(status, &page)
}
