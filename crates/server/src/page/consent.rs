//! `/consent/<authorization id>`: the running request, wherever it stands. The page asks; the answer goes to the dispatcher.

use actix_web::{HttpRequest, HttpResponse, web::Path};
use identity::authorize::{AskedBy, AskingDevice, ConsentRequest, Decision, Provenance as Known, Step};
use model::{Authorization, Id, Project};
use protocol::{OAuthError, Params, RegisteredRedirectUri};

use super::Visit;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    headers::FormAction,
    view::{self, AboutYou, App, Consent, Destination, Moment, ProjectChoice, Provenance, Until, length},
};

/// What the form says.
pub struct Answer(Decision);

impl TryFrom<Params> for Answer {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        match params.get("decision") {
            Some("deny") => Ok(Self(Decision::Deny)),
            // What is no id is no project that was offered, and the person is asked again.
            Some("allow") => Ok(Self(Decision::Allow {
                project: params.get("project").and_then(Id::parse),
                own_device: params.get("own_device").is_some(),
            })),
            _ => Err(OAuthError::invalid_request("decision must be allow or deny")),
        }
    }
}

/// Shows whatever comes next.
///
/// # Errors
/// A request that is unknown, too old, or another browser's.
pub async fn get(visit: Visit, id: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let id = running(&id)?;
    match visit.next_step(id).await? {
        Step::Consent(asked) => {
            // Whoever was led away to show more of themselves had chosen already.
            let project = Params::parse(request.query_string())?.get("project").and_then(Id::parse);
            let chosen = project.map(|_| Decision::Allow { project, own_device: false });
            page(&visit, id, &asked, chosen, None)
        }
        step => visit.show(Some(id), step),
    }
}

/// Takes the answer; without a project that was offered it asks again.
///
/// # Errors
/// A form that is not ours, and as [`get`].
pub async fn post(visit: Visit, id: Path<String>, form: ProtectedForm<Answer>) -> Result<HttpResponse, PageError> {
    let (id, Answer(decision)) = (running(&id)?, form.into_inner());
    let (authority, browser) = (&visit.state.authority, &visit.browser.secret);
    match authority.decide(id, browser, visit.signed_in.as_ref(), decision, &visit.caller, visit.now).await? {
        Step::Consent(request) => {
            let refusal = missing(&visit, &request, decision);
            page(&visit, id, &request, Some(decision), Some(refusal))
        }
        step => visit.show(Some(id), step),
    }
}

/// What the answer lacked.
fn missing(visit: &Visit, request: &ConsentRequest, decision: Decision) -> String {
    match (&request.asked_by, decision) {
        (AskedBy::Device(_), Decision::Allow { own_device: false, .. }) => {
            visit.say("device-own").part("needed").into()
        }
        _ => visit.say("consent-choose").into(),
    }
}

fn running(id: &str) -> Result<Id<Authorization>, PageError> {
    Id::parse(id).ok_or_else(PageError::not_found)
}

/// The page that asks, with what was answered before, and why that could not be taken.
pub(super) fn page(
    visit: &Visit,
    id: Id<Authorization>,
    request: &ConsentRequest,
    answer: Option<Decision>,
    refusal: Option<String>,
) -> Result<HttpResponse, PageError> {
    let (chosen, own) = match answer {
        Some(Decision::Allow { project, own_device }) => (project, own_device),
        _ => (None, false),
    };
    let (reads, changes, already) = abilities(request);
    let mut answer = visit.page(&Consent {
        layout: visit.layout(),
        authorization: id.to_string(),
        app: App { name: request.client_name.clone(), provenance: provenance(&request.provenance) },
        account: request.user.email.to_string(),
        another_account: format!("/sign-in?authorization={id}&account=another"),
        about_you: about_you(request),
        reads,
        changes,
        already,
        projects: projects(request, chosen),
        until: until(visit, request),
        destination: match &request.asked_by {
            AskedBy::App(redirect_uri) => destination(redirect_uri),
            AskedBy::Device(device) => Destination::Device(asking(visit, device, own)),
        },
        refusal,
    })?;
    if let AskedBy::App(redirect_uri) = &request.asked_by {
        answer.extensions_mut().insert(FormAction(vec![redirect_uri.origin()]));
    }
    Ok(answer)
}

/// What is new, by what it does, and what was allowed before. Where nothing is new, all of it is asked once more.
fn abilities(request: &ConsentRequest) -> (Vec<String>, Vec<String>, Vec<String>) {
    let anything_new = request.abilities.iter().any(|(_, _, before)| !before);
    let (mut reads, mut changes, mut already) = (Vec::new(), Vec::new(), Vec::new());
    for (act, is_change, before) in &request.abilities {
        let list = match (anything_new && *before, is_change) {
            (true, _) => &mut already,
            (false, true) => &mut changes,
            (false, false) => &mut reads,
        };
        list.push(act.clone());
    }
    (reads, changes, already)
}

fn about_you(request: &ConsentRequest) -> Option<AboutYou> {
    let told = AboutYou { name: request.shows_name, email: request.shows_email };
    (request.identity_only || told.name || told.email).then_some(told)
}

fn asking(visit: &Visit, device: &AskingDevice, own: bool) -> view::AskingDevice {
    view::AskingDevice {
        user_code: device.user_code.clone(),
        address: device.address.clone(),
        program: view::program::words(visit.language(), &device.user_agent),
        asked: Moment::ago(device.asked_at.as_micros(), visit.now.as_micros()),
        own,
    }
}

fn projects(request: &ConsentRequest, chosen: Option<Id<Project>>) -> Vec<ProjectChoice> {
    let choice = |choice: &identity::authorize::Choice| ProjectChoice {
        id: choice.project.project.id.to_string(),
        slug: choice.project.project.slug.to_string(),
        name: choice.project.project.name.clone(),
        organization: choice.project.organization_name.clone(),
        chosen: Some(choice.project.project.id) == chosen,
        connected: choice.connected,
        reads_only: choice.reads_only,
    };
    request.projects.iter().map(choice).collect()
}

fn until(visit: &Visit, request: &ConsentRequest) -> Until {
    let tokens = &visit.state.settings.tokens;
    match request.lasts_until {
        Some(latest) => Until::Lasting {
            idle: length(visit.language(), tokens.idle_lifetime.duration()),
            latest: Moment::date(latest.as_micros()),
        },
        None => Until::Short { lifetime: length(visit.language(), tokens.access_lifetime.duration()) },
    }
}

pub(super) fn provenance(known: &Known) -> Provenance {
    match known {
        Known::Document(host) => Provenance::Document { host: host.clone() },
        Known::Registered => Provenance::Registered,
        Known::Operator => Provenance::Operator,
        Known::FirstParty => Provenance::FirstParty,
        Known::Organization => Provenance::Organization,
    }
}

fn destination(redirect_uri: &RegisteredRedirectUri) -> Destination {
    let label = redirect_uri.host_label();
    if redirect_uri.is_private_use() {
        Destination::Program { scheme: label }
    } else if redirect_uri.is_loopback() {
        Destination::ThisComputer { address: label }
    } else {
        Destination::Host(label)
    }
}
