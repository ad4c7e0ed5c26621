//! `/organizations`: those that a person belongs to, and the form that makes another.

use actix_web::HttpResponse;
use identity::admin::{Act, ActErrorKind, FirstProject, is_name};
use model::{Organization, Role, Slug};
use protocol::{OAuthError, Params};

use super::room::unavailable;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{Fact, Form, Input, OrganizationPage, Place, Row, Section},
};

/// What somebody calls a new organisation, its short name, and its first project.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    slug: String,
    project: String,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self { name: take("name"), slug: take("slug"), project: take("project") })
    }
}

/// Shows them.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    page(&visit, &Asked::default(), None).await
}

/// Makes another; whoever makes it owns it.
///
/// # Errors
/// 404 if operators alone may; a form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Asked>) -> Result<HttpResponse, PageError> {
    let Some(actor) = visit.actor() else { return Ok(visit.go("/sign-in")) };
    let asked = form.into_inner();
    let slug = if asked.slug.is_empty() { Slug::from_name(&asked.name) } else { Slug::parse(asked.slug.trim()) };
    let Some(slug) = slug else { return page(&visit, &asked, Some("slug")).await };
    if !is_name(&asked.name) {
        return page(&visit, &asked, Some("name")).await;
    }
    let first = (!asked.project.trim().is_empty()).then(|| asked.project.trim().to_owned());
    let project = first.map(|name| FirstProject { slug: first_slug(&name), name });
    let act = Act::OrganizationFound { slug: slug.to_string(), name: asked.name.clone(), project };
    match visit.state.authority.act_as(&actor, act, visit.now).await {
        Ok(_) => Ok(visit.go(&Place::Overview.path(slug.as_str()))),
        Err(refused) => match refused.kind {
            ActErrorKind::Absent | ActErrorKind::Forbidden | ActErrorKind::NotRecent => Err(PageError::not_found()),
            ActErrorKind::Unavailable => Err(unavailable(&refused)),
            ActErrorKind::Conflict => page(&visit, &Asked { slug: slug.to_string(), ..asked }, Some("taken")).await,
            ActErrorKind::Invalid | ActErrorKind::Changed { .. } => page(&visit, &asked, Some("refused")).await,
        },
    }
}

/// A slug for a project of which people know the name alone.
fn first_slug(name: &str) -> String {
    Slug::from_name(name).map_or_else(|| "project".to_owned(), |slug| slug.to_string())
}

/// `wrong` is the part of the message that says what is wrong: with the name, the short name, or that it is taken.
async fn page(visit: &Visit, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let mine = visit.state.authority.organizations_of(person).await?;
    let closed = visit.state.authority.closed_to(person, &mine).await?;
    let title = visit.say("organizations-title");
    let mut sections = vec![Section {
        said: mine.is_empty().then(|| title.part("none").into()),
        rows: mine.iter().map(|(one, role)| row(visit, one, *role, closed.contains(&one.id))).collect(),
        ..Section::new("organizations", &title.part("yours"))
    }];
    sections.extend(visit.state.authority.may_found().then(|| founding(visit, asked, wrong)));
    let page = OrganizationPage::in_frame(visit.layout(), title.to_string(), title.part("lead").into(), sections);
    visit.sections(&match wrong {
        Some(wrong) => {
            let field = match wrong {
                "refused" => None,
                "name" => Some("name"),
                _ => Some("slug"),
            };
            page.refused(visit.say("organizations-new").part(wrong), field)
        }
        None => page,
    })
}

/// `closed`: it demands what this browser has not shown.
fn row(visit: &Visit, organization: &Organization, role: Role, closed: bool) -> Row {
    let (words, title) = (visit.say("organizations-role"), visit.say("organizations-title"));
    let wrong = organization.disabled_at.map(|_| "disabled").or_else(|| closed.then_some("closed"));
    Row {
        title: organization.name.clone(),
        path: Some(Place::Overview.path(organization.slug.as_str())),
        badge: wrong.map(|part| title.part(part).into()),
        facts: vec![
            Fact { words: words.part(role.as_str()).into(), ..Fact::default() },
            Fact::text("", organization.slug.as_str()),
        ],
        ..Row::default()
    }
}

fn founding(visit: &Visit, asked: &Asked, wrong: Option<&str>) -> Section {
    let it = visit.say("organizations-new");
    let wrong_is = |name: &str| wrong == Some(name);
    let slug_error = wrong.filter(|wrong| matches!(*wrong, "slug" | "taken")).map(|wrong| it.part(wrong).into());
    let inputs = vec![
        Input::line("name", &visit.say("organizations-name"), &asked.name)
            .refused(wrong_is("name").then(|| it.part("name").into())),
        Input::line("slug", &visit.say("organizations-slug"), &asked.slug).optional().refused(slug_error),
        Input::line("project", &visit.say("organizations-first-project"), &asked.project).optional(),
    ];
    let form = Form::new("create-organization", it.part("act"), "/organizations", inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}
