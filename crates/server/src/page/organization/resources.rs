//! `/organizations/{organization}/resources`: where an organisation's data can be read, and what apps can ask for there, in words.

pub mod one;

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind, is_name};
use model::{Permission, Resource, ResourceScope};
use protocol::{Access, OAuthError, Params};
use serde_json::Value;

use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{self, Choice, Copyable, Fact, Form, Input, Place, Row, Section},
};

/// A new one.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    identifier: String,
    scope: NewScope,
}

/// What can be asked for, in words.
#[derive(Clone, Default)]
pub struct NewScope {
    name: String,
    access: String,
    words: String,
}

impl TryFrom<Params> for NewScope {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self { name: take("scope"), access: take("access"), words: take("words") })
    }
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        let (name, identifier) = (take("name"), take("identifier"));
        Ok(Self { name, identifier, scope: NewScope::try_from(params)? })
    }
}

impl NewScope {
    /// As acts write it.
    fn text(&self) -> String {
        format!("{}={}:{}", self.name.trim(), self.access, self.words.trim())
    }

    fn inputs(&self, visit: &Visit, error: Option<String>) -> Vec<Input> {
        let access = visit.say("resources-access");
        let choices = ["read", "ingest", "write"].map(|one| {
            Choice::new(one, access.part(one), self.access == one).meaning(access.part(&format!("{one}-means")))
        });
        vec![
            Input::line("scope", &visit.say("resources-scope"), &self.name).refused(error),
            Input::one_of("access", &access, choices.into()),
            Input::line("words", &visit.say("resources-words"), &self.words),
        ]
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::ManageResources).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Adds one; its secret is shown this once.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageResources).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    if !is_name(&asked.name) {
        return page(&visit, &room, &asked, Some("name")).await;
    }
    if asked.scope.name.trim().is_empty() || asked.scope.words.trim().is_empty() {
        return page(&visit, &room, &asked, Some("scope")).await;
    }
    let act = Act::OwnResourceAdd {
        organization: room.named(),
        name: asked.name.clone(),
        identifier: asked.identifier.trim().to_owned(),
        scopes: vec![asked.scope.text()],
    };
    match visit.act_in(&room, Place::Resources, act).await? {
        Done::Done(answer) => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "taken" } else { "identifier" };
            page(&visit, &room, &asked, Some(wrong)).await
        }
    }
}

/// `wrong` is the part of the message that says what is wrong.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let all = visit.state.authority.resources_in(&room.standing).await?;
    let title = visit.say("resources-title");
    let mut sections: Vec<Section> = all.iter().enumerate().map(|(at, one)| section(visit, room, at, one)).collect();
    if sections.is_empty() {
        let none = Section::new("resources", &title.part("all"));
        sections.push(Section { said: Some(title.part("none").into()), ..none });
    }
    sections.push(adding(visit, room, asked, wrong));
    let page = room.page(visit, Place::Resources, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("resources-wrong").part(wrong), Some(field(wrong))),
        None => page,
    })
}

fn field(wrong: &str) -> &'static str {
    match wrong {
        "name" => "name",
        "scope" => "scope",
        _ => "identifier",
    }
}

fn section(visit: &Visit, room: &Room, at: usize, one: &Resource) -> Section {
    let it = visit.say("resources-row");
    let path = room.path(Place::Resources, &format!("/{}", one.id));
    Section {
        id: format!("resource-{at}").into(),
        heading: one.name.clone(),
        rows: std::iter::once(head(visit, one)).chain(one.scopes.iter().map(|scope| row(visit, scope))).collect(),
        acts: vec![view::Act::link(&format!("change-{at}"), it.part("change"), &path)],
        ..Section::default()
    }
}

/// What it is.
fn head(visit: &Visit, one: &Resource) -> Row {
    let it = visit.say("resources-row");
    let default = one.default_at.map(|_| Fact { words: it.part("default").into(), ..Fact::default() });
    Row {
        title: one.identifier.as_str().to_owned(),
        badge: one.disabled_at.map(|_| it.part("off").into()),
        facts: [Fact::text(it.part("id"), one.id.as_str())].into_iter().chain(default).collect(),
        ..Row::default()
    }
}

/// What can be asked for, with its mark and its words.
fn row(visit: &Visit, scope: &ResourceScope) -> Row {
    let mark = match scope.access {
        Access::Read => "read",
        Access::Write if scope.ingest => "ingest",
        Access::Write => "write",
    };
    let mark = Fact { words: visit.say("resources-access").part(mark).into(), ..Fact::default() };
    let words = Fact::text("", scope.words(visit.language()));
    Row { title: scope.name.clone(), facts: vec![mark, words], ..Row::default() }
}

fn adding(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Section {
    let it = visit.say("resources-new");
    let error = |of: &str| {
        let wrong = wrong.filter(|wrong| field(wrong) == of);
        wrong.map(|wrong| visit.say("resources-wrong").part(wrong).into())
    };
    let mut inputs = vec![
        Input::line("name", &visit.say("resources-name"), &asked.name).refused(error("name")),
        Input::line("identifier", &visit.say("resources-identifier"), &asked.identifier)
            .taking("url")
            .refused(error("identifier")),
    ];
    inputs.extend(asked.scope.inputs(visit, error("scope")));
    let form = Form::new("add-resource", it.part("act"), &room.path(Place::Resources, ""), inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

/// What it is configured with; its secret, this once.
fn shown(visit: &Visit, room: &Room, answer: &Value) -> Result<HttpResponse, PageError> {
    let it = visit.say("resources-made");
    let line = |id: &str, label: &str, name: &str| Copyable {
        id: id.to_owned(),
        label: it.part(label).into(),
        text: answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    let back = view::Act::link("back", it.part("back"), &room.path(Place::Resources, ""));
    let section = Section {
        said: Some(it.part("once").into()),
        shown: vec![line("resource-id", "id", "client_id"), line("secret", "secret", "client_secret")],
        acts: vec![back],
        ..Section::new("shown", &it)
    };
    visit.sections(&room.page(visit, Place::Resources, &visit.say("resources-title"), vec![section]))
}
