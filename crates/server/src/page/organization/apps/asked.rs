//! What is asked of whoever makes or changes an app, read and shown again.

use identity::{
    admin::{ActError, ActErrorKind, ClientKind, OwnClient, is_name},
    api_key::KeyScope,
};
use model::{Client, Id, Project};
use protocol::{AuthMethod, EMAIL, OAuthError, OPENID, PROFILE, Params, Scope};

use crate::{
    error_response::PageError,
    page::{Visit, organization::Room},
    view::{Choice, Form, Input, Place, Section},
};

const KINDS: [&str; 3] = ["web", "program", "service"];

/// What was filled in.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    kind: String,
    redirect_uris: String,
    project: String,
    scopes: Vec<String>,
    /// The version of what is changed, as the person saw it.
    pub(super) version: i64,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let scopes = params.iter().filter_map(|(name, _)| name.strip_prefix("scope-")).map(str::to_owned).collect();
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self {
            name: take("name"),
            kind: take("kind"),
            redirect_uris: take("redirect_uris"),
            project: take("project"),
            scopes,
            version: take("version").parse().unwrap_or_default(),
        })
    }
}

/// What can be chosen.
pub(super) struct Offered {
    projects: Vec<Project>,
    scopes: Vec<KeyScope>,
}

impl Offered {
    pub(super) async fn of(visit: &Visit, room: &Room) -> Result<Self, PageError> {
        let authority = &visit.state.authority;
        Ok(Self {
            projects: authority.projects_in(&room.standing, &room.actor).await?,
            scopes: authority.readable_scopes(&room.standing, visit.language()).await?,
        })
    }

    pub(super) fn project(&self, id: Id<Project>) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }
}

impl Asked {
    /// As it is now.
    pub(super) fn of(client: &Client, version: i64) -> Self {
        let kind = match (client.home, client.metadata.token_endpoint_auth_method) {
            (Some(_), _) => "service",
            (None, AuthMethod::None) => "program",
            (None, _) => "web",
        };
        let uris: Vec<&str> = client.metadata.redirect_uris.iter().map(protocol::RedirectUri::as_str).collect();
        let scopes = client.metadata.scope.iter().flat_map(Scope::iter).map(str::to_owned).collect();
        Self {
            name: client.name.clone(),
            kind: kind.to_owned(),
            redirect_uris: uris.join("\n"),
            project: client.home.map(|home| home.project_id.to_string()).unwrap_or_default(),
            scopes,
            version,
        }
    }

    /// The same of this client's kind, which is never changed.
    pub(super) fn of_the_kind_of(self, client: &Client) -> Self {
        Self { kind: Self::of(client, 0).kind, ..self }
    }

    /// What is to be made; or which field is wrong.
    pub(super) fn client(&self) -> Result<OwnClient, &'static str> {
        if !is_name(&self.name) {
            return Err("name");
        }
        let kind = match self.kind.as_str() {
            "web" | "service" => ClientKind::Confidential {},
            "program" => ClientKind::Public {},
            _ => return Err("kind"),
        };
        let is_service = self.kind == "service";
        let uris: Vec<String> = self.redirect_uris.split_whitespace().map(str::to_owned).collect();
        if !is_service && uris.is_empty() {
            return Err("redirect_uris");
        }
        if is_service && self.project.is_empty() {
            return Err("project");
        }
        // Who somebody is, an app may always ask; a service asks for nobody.
        let identity = if is_service { &[][..] } else { &[OPENID, PROFILE, EMAIL][..] };
        let chosen = self.scopes.iter().map(String::as_str);
        let limit: Vec<&str> = chosen.filter(|name| !identity.contains(name)).chain(identity.iter().copied()).collect();
        Ok(OwnClient {
            name: self.name.clone(),
            kind,
            redirect_uris: if is_service { Vec::new() } else { uris },
            project: is_service.then(|| self.project.clone()),
            scope: (limit.len() > identity.len()).then(|| limit.join(" ")),
            client_uri: None,
        })
    }
}

/// The part of the message that says why it was refused.
pub(super) const fn why(refused: &ActError) -> &'static str {
    match refused.kind {
        ActErrorKind::Conflict => "many",
        _ => "redirect_uris",
    }
}

/// The id of the field that is wrong.
pub(super) fn field(wrong: &str) -> Option<&'static str> {
    ["name", "redirect_uris"].into_iter().find(|field| *field == wrong)
}

/// The form for another.
pub(super) fn making(visit: &Visit, room: &Room, (asked, wrong): (&Asked, Option<&str>), offered: &Offered) -> Section {
    let it = visit.say("apps-new");
    let kind = visit.say("apps-kind");
    let kinds = KINDS
        .iter()
        .map(|one| Choice::new(one, kind.part(one), asked.kind == *one).meaning(kind.part(&format!("{one}-means"))));
    let mut inputs = inputs(visit, (asked, wrong), offered, None);
    inputs.insert(1, Input::one_of("kind", &kind, kinds.collect()));
    let form = Form::new("make-app", it.part("act"), &room.path(Place::Apps, ""), inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

/// The form for one that is there.
pub(super) fn changing(
    visit: &Visit,
    room: &Room,
    client: &Client,
    (asked, wrong): (&Asked, Option<&str>),
    offered: &Offered,
) -> Section {
    let it = visit.say("apps-change").with("app", &client.name);
    let mut inputs = inputs(visit, (asked, wrong), offered, Some(&asked.kind));
    inputs.push(Input::carried("version", &asked.version.to_string()));
    let path = room.path(Place::Apps, &format!("/{}", client.id));
    let form = Form::new("change-app", it.part("act"), &path, inputs);
    Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("app", &it.part("heading")) }
}

/// What is asked of an app of this kind; of any, if it is not known yet.
fn inputs(visit: &Visit, (asked, wrong): (&Asked, Option<&str>), offered: &Offered, kind: Option<&str>) -> Vec<Input> {
    let say = |key| visit.say(key);
    let error = |field: &str| wrong.filter(|wrong| *wrong == field).map(|wrong| say("apps-wrong").part(wrong).into());
    let project = |one: &Project| Choice::new(one.id.as_str(), &one.name, asked.project == one.id.as_str());
    let scope = |one: &KeyScope| {
        let chosen = asked.scopes.contains(&one.name);
        Choice::new(&one.name, &one.words, chosen).meaning(format!("{} · {}", one.resource, one.name))
    };
    let mut inputs = vec![Input::line("name", &say("apps-name"), &asked.name).refused(error("name"))];
    if kind != Some("service") {
        let uris = Input::lines("redirect_uris", &say("apps-redirect-uris"), &asked.redirect_uris, 3);
        inputs.push(uris.refused(error("redirect_uris")));
    }
    if kind.is_none_or(|kind| kind == "service") && !offered.projects.is_empty() {
        let projects = offered.projects.iter().map(project).collect();
        inputs.push(Input::one_of("project", &say("apps-project"), projects).refused(error("project")));
    }
    if !offered.scopes.is_empty() {
        inputs.push(Input::any_of("scope", &say("apps-scopes"), offered.scopes.iter().map(scope).collect()));
    }
    inputs
}
