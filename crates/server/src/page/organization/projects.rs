//! `/organizations/{organization}/projects`: those that somebody may see there, and the form that makes another.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Permission, Project, Slug};
use protocol::{OAuthError, Params};

use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{Fact, Form, Input, Moment, Phrase, Place, Row, Section},
};

/// What a new project is called.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    slug: String,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self { name: take("name"), slug: take("slug") })
    }
}

/// Shows them.
///
/// # Errors
/// 404 for an organisation that is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::SeeOrganization).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Makes another.
///
/// # Errors
/// 404 for what is not there or not theirs to do; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageProjects).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let slug = if asked.slug.is_empty() { Slug::from_name(&asked.name) } else { Slug::parse(asked.slug.trim()) };
    let Some(slug) = slug else { return page(&visit, &room, &asked, Some("slug")).await };
    let act = Act::ProjectAdd { organization: room.named(), slug: slug.to_string(), name: asked.name.clone() };
    match visit.act_in(&room, Place::Projects, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Projects, &format!("/{slug}")))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "taken" } else { "name" };
            page(&visit, &room, &asked, Some(wrong)).await
        }
    }
}

/// `wrong` is the part of the message that says what is wrong.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let projects = visit.state.authority.projects_in(&room.standing, &room.actor).await?;
    let title = visit.say("projects-title");
    let mut sections = vec![list(visit, room, &projects, &title.part("all"))];
    sections.extend(room.may(Permission::ManageProjects).then(|| making(visit, room, asked, wrong)));
    let page = room.page(visit, Place::Projects, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => {
            let field = if wrong == "name" { "name" } else { "slug" };
            page.refused(visit.say("projects-new").part(wrong), Some(field))
        }
        None => page,
    })
}

/// The projects that somebody sees, each with the way to it.
pub(super) fn list(visit: &Visit, room: &Room, projects: &[Project], heading: &Phrase<'_>) -> Section {
    let title = visit.say("projects-title");
    Section {
        said: projects.is_empty().then(|| title.part("none").into()),
        rows: projects.iter().map(|project| row(visit, room, project)).collect(),
        ..Section::new("projects", heading)
    }
}

fn row(visit: &Visit, room: &Room, project: &Project) -> Row {
    let it = visit.say("projects-title");
    let limited = project.limited_at.map(|_| Fact { words: it.part("limited").into(), ..Fact::default() });
    Row {
        title: project.name.clone(),
        path: Some(room.path(Place::Projects, &format!("/{}", project.slug))),
        badge: project.disabled_at.map(|_| it.part("disabled").into()),
        facts: [
            Fact::text("", project.slug.as_str()),
            Fact::at(it.part("since"), Moment::date(project.created_at.as_micros())),
        ]
        .into_iter()
        .chain(limited)
        .collect(),
        ..Row::default()
    }
}

fn making(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Section {
    let it = visit.say("projects-new");
    let name = wrong.filter(|wrong| *wrong == "name").map(|wrong| it.part(wrong).into());
    let slug = wrong.filter(|wrong| *wrong != "name").map(|wrong| it.part(wrong).into());
    let inputs = vec![
        Input::line("name", &visit.say("projects-name"), &asked.name).refused(name),
        Input::line("slug", &visit.say("organizations-slug"), &asked.slug).optional().refused(slug),
    ];
    let form = Form::new("create-project", it.part("act"), &room.path(Place::Projects, ""), inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}
