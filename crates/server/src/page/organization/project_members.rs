//! `/organizations/{organization}/projects/{project}/members`: whether a project is open to all members or to some, and to whom.

use actix_web::{HttpResponse, web::Path};
use identity::admin::Act;
use model::{Id, Permission, Project, User};
use protocol::{OAuthError, Params};

use super::{Done, Room, members};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Choice, Fact, Form, Input, Moment, Place, Row, Section},
};

/// Whom to put on the list.
pub struct Whom(String);

impl TryFrom<Params> for Whom {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("user").unwrap_or_default()))
    }
}

async fn come_to(
    visit: &Visit,
    (organization, project): (&str, &str),
) -> Result<Result<(Room, Project), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(organization, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let project = visit.state.authority.project_in(&room.standing, &room.actor, project).await?;
    Ok(Ok((room, project.ok_or_else(PageError::not_found)?)))
}

/// An address below the project.
fn at(room: &Room, project: &Project, below: &str) -> String {
    room.path(Place::Projects, &format!("/{}{below}", project.slug))
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, names: Path<(String, String)>) -> Result<HttpResponse, PageError> {
    match come_to(&visit, (&names.0, &names.1)).await? {
        Ok((room, project)) => page(&visit, &room, &project).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Puts a member on the list.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn post(
    visit: Visit,
    names: Path<(String, String)>,
    form: ProtectedForm<Whom>,
) -> Result<HttpResponse, PageError> {
    let user = form.into_inner().0;
    // Of those that were offered.
    let user = Id::<User>::parse(&user).ok_or_else(PageError::not_found)?.to_string();
    change(visit, (&names.0, &names.1), |organization, project| Act::ProjectMemberAdd { organization, project, user })
        .await
}

/// Asks whether somebody shall be taken off.
///
/// # Errors
/// As [`get`].
pub async fn ask_to_remove(visit: Visit, names: Path<(String, String, String)>) -> Result<HttpResponse, PageError> {
    let (room, project) = match come_to(&visit, (&names.0, &names.1)).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let listed = visit.state.authority.listed_on(&project).await?;
    let (user, _) =
        listed.into_iter().find(|(user, _)| user.id.as_str() == names.2).ok_or_else(PageError::not_found)?;
    let it = visit.say("listed-remove").with("member", user.email.as_str()).with("project", &project.name);
    let here = at(&room, &project, &format!("/members/{}/remove", user.id));
    members::ask(&visit, &room, &it, ("take-off", here, at(&room, &project, "/members")))
}

/// Takes somebody off, with what they hold over the project.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn remove(
    visit: Visit,
    names: Path<(String, String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let user = names.2.clone();
    change(visit, (&names.0, &names.1), |organization, project| Act::ProjectMemberRemove {
        organization,
        project,
        user,
    })
    .await
}

/// Asks whether the project shall be open to some alone.
///
/// # Errors
/// As [`get`].
pub async fn ask_to_limit(visit: Visit, names: Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (room, project) = match come_to(&visit, (&names.0, &names.1)).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let it = visit.say("listed-limit").with("project", &project.name);
    members::ask(&visit, &room, &it, ("limit", at(&room, &project, "/limit"), at(&room, &project, "/members")))
}

/// Opens the project to owners, admins and those on its list alone.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn limit(
    visit: Visit,
    names: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    change(visit, (&names.0, &names.1), |organization, project| Act::ProjectSetLimited {
        organization,
        project,
        limited: true,
    })
    .await
}

/// Opens the project to all members again.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn open(
    visit: Visit,
    names: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    change(visit, (&names.0, &names.1), |organization, project| Act::ProjectSetLimited {
        organization,
        project,
        limited: false,
    })
    .await
}

async fn change(
    visit: Visit,
    names: (&str, &str),
    act: impl FnOnce(String, String) -> Act,
) -> Result<HttpResponse, PageError> {
    let (room, project) = match come_to(&visit, names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.act_in(&room, Place::Projects, act(room.named(), project.id.to_string())).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&at(&room, &project, "/members"))),
    }
}

async fn page(visit: &Visit, room: &Room, project: &Project) -> Result<HttpResponse, PageError> {
    let authority = &visit.state.authority;
    let (listed, all) = (authority.listed_on(project).await?, authority.members_in(&room.standing).await?);
    let it = visit.say("listed-title").with("project", &project.name);
    let (said, act) = match project.limited_at {
        None => (
            "open",
            view::Act::link("limit", it.part("limit"), &at(room, project, "/limit")).with(ActKind::DangerousLink),
        ),
        Some(_) => {
            ("limited", view::Act::link("open", it.part("unlimit"), &at(room, project, "/open")).with(ActKind::Press))
        }
    };
    let is_listed = |id: Id<User>| listed.iter().any(|(user, _)| user.id == id);
    let others: Vec<Choice> = all
        .iter()
        .filter(|member| !member.membership.role.sees_every_project() && !is_listed(member.user.id))
        .map(|member| {
            let choice = Choice::new(member.user.id.as_str(), &member.user.email, false);
            choice.meaning(member.user.name.as_deref().unwrap_or_default())
        })
        .collect();
    let mut sections = vec![
        Section { said: Some(it.part(said).into()), acts: vec![act], ..Section::new("limit", &it.part("who")) },
        Section {
            said: listed.is_empty().then(|| it.part("none").into()),
            rows: listed.iter().map(|(user, since)| row(visit, room, project, user, *since)).collect(),
            ..Section::new("listed", &it.part("list"))
        },
    ];
    if !others.is_empty() {
        let new = visit.say("listed-new");
        let input = Input::one_of("user", &visit.say("listed-whom"), others);
        let form = Form::new("put-on", new.part("act"), &at(room, project, "/members"), vec![input]);
        sections.push(Section { form: Some(form), ..Section::new("new", &new) });
    }
    visit.sections(&room.page(visit, Place::Projects, &it, sections))
}

fn row(visit: &Visit, room: &Room, project: &Project, user: &User, since: model::Timestamp) -> Row {
    let it = visit.say("listed-title");
    let path = at(room, project, &format!("/members/{}/remove", user.id));
    let act = view::Act::link(&format!("take-off-{}", user.id), it.part("remove"), &path).with(ActKind::DangerousLink);
    Row {
        title: user.email.to_string(),
        facts: vec![Fact::at(it.part("since"), Moment::date(since.as_micros()))],
        acts: vec![act],
        ..Row::default()
    }
}
