//! What is asked of whoever makes an API key, read and shown again.

use identity::{
    admin::{KeyAdd, is_name},
    api_key::KeyScope,
};
use model::{AddressRange, Project};
use protocol::{OAuthError, Params};

use crate::{
    page::{Visit, organization::Room},
    view::{Choice, Form, Input, Place, Section},
};

const DAY: u64 = 24 * 3600;
/// No key lives longer: ten years.
const MOST_DAYS: u64 = 3650;

/// What was filled in.
#[derive(Clone, Default)]
pub struct Asked {
    name: String,
    project: String,
    scopes: Vec<String>,
    days: String,
    addresses: String,
    per_minute: String,
    per_month: String,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let scopes = params.iter().filter_map(|(name, _)| name.strip_prefix("scope-")).map(str::to_owned).collect();
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self {
            name: take("name"),
            project: take("project"),
            scopes,
            days: take("days"),
            addresses: take("addresses"),
            per_minute: take("per_minute"),
            per_month: take("per_month"),
        })
    }
}

impl Asked {
    /// The key that is to be made; or which field is wrong.
    pub(super) fn key(&self, room: &Room) -> Result<KeyAdd, &'static str> {
        if !is_name(&self.name) {
            return Err("name");
        }
        if self.scopes.is_empty() {
            return Err("scopes");
        }
        let days = number(&self.days).filter(|days| days.is_none_or(|days| (1..=MOST_DAYS).contains(&days)));
        let days = days.ok_or("days")?;
        if self.addresses.split_whitespace().any(|text| text.parse::<AddressRange>().is_err()) {
            return Err("addresses");
        }
        Ok(KeyAdd {
            organization: room.named(),
            project: self.project.clone(),
            name: self.name.clone(),
            scope: self.scopes.join(" "),
            resource: None,
            user: room.actor.user_id().map(|id| id.to_string()),
            expires_in: days.map(|days| days.saturating_mul(DAY)),
            addresses: self.addresses.split_whitespace().map(str::to_owned).collect(),
            per_minute: number(&self.per_minute).ok_or("per_minute")?,
            per_month: number(&self.per_month).ok_or("per_month")?,
        })
    }
}

/// A number, or none where nothing was typed; nothing for what is no number.
fn number(typed: &str) -> Option<Option<u64>> {
    match typed.trim() {
        "" => Some(None),
        typed => typed.parse().ok().map(Some),
    }
}

/// The id of the field that is wrong.
pub(super) fn field(wrong: &str) -> Option<&'static str> {
    ["name", "days", "addresses", "per_minute", "per_month"].into_iter().find(|field| *field == wrong)
}

/// The form.
pub(super) fn section(
    visit: &Visit,
    room: &Room,
    (asked, wrong): (&Asked, Option<&str>),
    (projects, scopes): (&[Project], &[KeyScope]),
) -> Section {
    let it = visit.say("keys-new");
    if projects.is_empty() || scopes.is_empty() {
        let why = if projects.is_empty() { "no-project" } else { "no-scope" };
        return Section { said: Some(it.part(why).into()), ..Section::new("new", &it) };
    }
    let say = |key| visit.say(key);
    let projects = projects.iter().map(|project| {
        let is_chosen = asked.project == project.id.as_str() || projects.len() == 1;
        Choice::new(project.id.as_str(), &project.name, is_chosen)
    });
    let scopes = scopes.iter().map(|scope| {
        let mark = say("keys-scope").part(if scope.ingests { "ingests" } else { "reads" });
        let chosen = asked.scopes.contains(&scope.name);
        Choice::new(&scope.name, &scope.words, chosen).meaning(format!("{} · {} · {mark}", scope.resource, scope.name))
    });
    let line = |name: &str, key, value: &str| Input::line(name, &say(key), value).optional();
    let refused = |input: Input| {
        let error = wrong.filter(|wrong| *wrong == input.name).map(|wrong| say("keys-wrong").part(wrong).into());
        input.refused(error)
    };
    let inputs = vec![
        Input::line("name", &say("keys-name"), &asked.name),
        Input::one_of("project", &say("keys-project"), projects.collect()),
        Input::any_of("scope", &say("keys-scopes"), scopes.collect()),
        line("days", "keys-days", &asked.days).taking("number"),
        Input::lines("addresses", &say("keys-addresses"), &asked.addresses, 3),
        line("per_minute", "keys-per-minute", &asked.per_minute).taking("number"),
        line("per_month", "keys-per-month", &asked.per_month).taking("number"),
    ];
    let inputs = inputs.into_iter().map(refused).collect();
    let form = Form::new("make-key", it.part("act"), &room.path(Place::Keys, ""), inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}
