//! `/admin/clients`: every client, and every resource server with its scopes.

use actix_web::{HttpRequest, HttpResponse};
use identity::admin::Act;
use model::{Client, ClientOrigin, Resource};
use protocol::{Access, OAuthError, Params};

use super::{from, onward};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{self, Desk, Fact, Form, Input, Moment, Row, Section},
};

/// Which client or resource server, and what is done with it.
pub struct Chosen {
    client: Option<String>,
    resource: Option<String>,
    disabled: bool,
}

impl TryFrom<Params> for Chosen {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let disabled = params.required("switch")? == "off";
        Ok(Self { client: params.take("client"), resource: params.take("resource"), disabled })
    }
}

/// Shows them.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let from = from(request.query_string());
    let listed = visit.state.authority.clients_from(&from).await?;
    let title = visit.say("administration-clients");
    let mut sections = Vec::new();
    if from.is_empty() {
        let resources = visit.state.authority.resources().await?;
        sections.extend(resources.iter().enumerate().map(|(at, one)| resource(&visit, at, one)));
    }
    sections.extend(listed.shown.iter().enumerate().map(|(at, one)| client(&visit, at, one)));
    if sections.is_empty() {
        sections.push(Section { said: Some(title.part("none").into()), ..Section::new("clients", &title) });
    }
    if let (Some(next), Some(last)) = (listed.next, sections.last_mut()) {
        last.acts.push(view::Act::link("next", visit.say("administration-next"), &onward(Desk::Clients, &next)));
    }
    visit.sections(&visit.desk(Desk::Clients, &title, sections))
}

/// Disables one, or enables it again.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn post(visit: Visit, form: ProtectedForm<Chosen>) -> Result<HttpResponse, PageError> {
    let actor = match visit.administer().await? {
        Ok(actor) => actor,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = match form.into_inner() {
        Chosen { client: Some(client), disabled, .. } => Act::ClientSetDisabled { client, disabled },
        Chosen { resource: Some(resource), disabled, .. } => Act::ResourceSetDisabled { resource, disabled },
        _ => return Err(PageError::not_found()),
    };
    visit.operate(&actor, act).await?;
    Ok(visit.go(&Desk::Clients.path()))
}

/// The form that switches one: its id may be an address, so that it is carried and no part of one.
fn switch(visit: &Visit, (kind, at): (&str, usize), (id, name): (&str, &str), is_off: bool) -> Form {
    let it = visit.say("administration-switch").with("name", name);
    let (words, value) = if is_off { ("on", "on") } else { ("off", "off") };
    let inputs = vec![Input::carried(kind, id), Input::carried("switch", value)];
    let form = Form::new(&format!("switch-{kind}-{at}"), it.part(words), &Desk::Clients.path(), inputs);
    if is_off { form } else { form.dangerous() }
}

fn client(visit: &Visit, at: usize, one: &Client) -> Section {
    let it = visit.say("administration-client");
    let origin = match one.origin {
        ClientOrigin::Operator if one.owner.is_some() => "organization",
        ClientOrigin::Operator if one.first_party => "first-party",
        ClientOrigin::Operator => "operator",
        ClientOrigin::Registration => "registered",
        ClientOrigin::Document => "document",
    };
    let used = one.used_at.map(|used| Fact::at(it.part("used"), Moment::ago(used.as_micros(), visit.now.as_micros())));
    let row = Row {
        title: one.id.as_str().to_owned(),
        badge: one.disabled_at.map(|_| it.part("disabled").into()),
        facts: [Fact { words: it.part(origin).into(), ..Fact::default() }].into_iter().chain(used).collect(),
        ..Row::default()
    };
    Section {
        id: format!("client-{at}").into(),
        heading: one.name.clone(),
        rows: vec![row],
        form: Some(switch(visit, ("client", at), (one.id.as_str(), &one.name), one.disabled_at.is_some())),
        ..Section::default()
    }
}

fn resource(visit: &Visit, at: usize, one: &Resource) -> Section {
    let it = visit.say("administration-resource");
    let scopes = one.scopes.iter().map(|scope| {
        let mark = match scope.access {
            Access::Read => "reads",
            Access::Write if scope.ingest => "ingests",
            Access::Write => "writes",
        };
        Row {
            title: scope.name.clone(),
            facts: vec![
                Fact { words: it.part(mark).into(), ..Fact::default() },
                Fact::text("", scope.words(visit.language())),
            ],
            ..Row::default()
        }
    });
    let head = Row {
        title: one.identifier.as_str().to_owned(),
        badge: one.disabled_at.map(|_| it.part("disabled").into()),
        facts: vec![Fact::text("", one.id.as_str())],
        ..Row::default()
    };
    Section {
        id: format!("resource-{at}").into(),
        heading: one.name.clone(),
        said: Some(it.to_string()),
        rows: std::iter::once(head).chain(scopes).collect(),
        form: Some(switch(visit, ("resource", at), (one.id.as_str(), &one.name), one.disabled_at.is_some())),
        ..Section::default()
    }
}
