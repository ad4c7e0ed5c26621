//! `…/audit`: what happened, newest first, and as lines of JSON: an organisation's, one's own, the server's.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web::Path};
use identity::{
    admin::{List, Narrowed},
    audit::is_action,
};
use model::Timestamp;
use protocol::Params;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Kind, Part, Problem, answer::Listed, part::refuse_empty};

/// What happened. What is not there has no member.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its id.
    id: String,
    /// When.
    at: i64,
    /// What: an area and a word.
    #[schema(example = "grant.allowed")]
    action: String,
    /// Who did it: a person's id, or `operator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Their address now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_email: Option<String>,
    /// With which token of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
    /// From which network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// Their address now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_email: Option<String>,
    /// Which app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// What it is called now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    /// In which organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization_id: Option<String>,
    /// Its slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// In which project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    /// What it is called now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project_name: Option<String>,
    /// At which resource server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    /// Which connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    /// Which API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// What else it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

/// How what happened is narrowed.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Narrow {
    /// One action, or an area of them: `grant`, `grant.allowed`.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z_.]{1,64}$")]
    pub action: Option<String>,
    /// Who did it or whom it concerns: address or id.
    #[param(min_length = 1, max_length = 254)]
    pub person: Option<String>,
    /// Not before this, in whole seconds.
    #[param(minimum = 0, maximum = 9_000_000_000_u64, value_type = Option<u64>)]
    pub since: Option<i64>,
    /// Before this, in whole seconds.
    #[param(minimum = 0, maximum = 9_000_000_000_u64, value_type = Option<u64>)]
    pub until: Option<i64>,
}

/// The latest time that can be said, in seconds.
const LATEST: i64 = 9_000_000_000;

impl Narrow {
    fn take(params: &mut Params) -> Result<Self, Problem> {
        let action = params.take("action");
        if action.as_deref().is_some_and(|action| !is_action(action)) {
            let said = "action is an area or an action, such as grant or grant.allowed.";
            return Err(Problem::new(Kind::Malformed, said));
        }
        let (since, until) = (params.take("since"), params.take("until"));
        Ok(Self { action, person: params.take("person"), since: seconds(since)?, until: seconds(until)? })
    }

    fn narrowed(&self) -> Box<Narrowed> {
        let Self { action, person, since, until } = self.clone();
        let at = |seconds: Option<i64>| seconds.map(Timestamp::from_seconds);
        Box::new(Narrowed { action, person, since: at(since), until: at(until) })
    }

    /// As it stands in the address of the next part.
    fn pairs(&self) -> Vec<(String, String)> {
        let Self { action, person, since, until } = self.clone();
        let (since, until) = (since.map(|at| at.to_string()), until.map(|at| at.to_string()));
        let all = [("action", action), ("person", person), ("since", since), ("until", until)];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

fn seconds(text: Option<String>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.bytes().all(|digit| digit.is_ascii_digit());
    let seconds = text.parse().ok().filter(|seconds| digits && (0..=LATEST).contains(seconds));
    let said = "A time is a whole number of seconds since 1970.";
    seconds.map(Some).ok_or_else(|| Problem::new(Kind::Malformed, said))
}

/// A part of what happened.
pub struct Of(Narrow, Part);

impl FromRequest for Of {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            refuse_empty(request.query_string())?;
            let mut params = Params::parse(request.query_string())?;
            let narrow = Narrow::take(&mut params)?;
            let part = Part { also: narrow.pairs(), ..Part::take(params, false)? };
            Ok(Self(narrow, part))
        };
        ready(read())
    }
}

/// All of what happened.
pub struct All(Narrow);

impl FromRequest for All {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            refuse_empty(request.query_string())?;
            let mut params = Params::parse(request.query_string())?;
            let narrow = Narrow::take(&mut params)?;
            match params.iter().next() {
                None => Ok(Self(narrow)),
                Some((name, _)) => {
                    let said = format!("There is no parameter '{}' here; leave it out.", name.escape_debug());
                    Err(Problem::new(Kind::Malformed, said))
                }
            }
        };
        ready(read())
    }
}

/// What happened in an organisation, newest first.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/audit", operation_id = "listAudit", tag = "Audit",
    params(("organization" = String, Path, description = "Slug or id."), Narrow, Part),
    responses((status = 200, body = Listed<Entry>)))]
pub async fn list(Asked(asker, (path, of)): Asked<(Path<String>, Of)>) -> Result<HttpResponse, Problem> {
    let Of(narrow, part) = of;
    asker.list::<Entry>(List::Audit(path.into_inner(), narrow.narrowed()), part).await
}

/// What happened in an organisation, as lines of JSON, newest first: times as RFC 3339.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/audit/export", operation_id = "exportAudit", tag = "Audit",
    params(("organization" = String, Path, description = "Slug or id."), Narrow),
    responses((status = 200, body = String, content_type = "application/x-ndjson")))]
pub async fn export(Asked(asker, (path, of)): Asked<(Path<String>, All)>) -> Result<HttpResponse, Problem> {
    asker.export(List::Audit(path.into_inner(), of.0.narrowed()), "audit").await
}

/// What happened to one's own account, and what one did, newest first.
///
/// # Errors
/// No good token.
#[utoipa::path(get, path = "/api/v1/me/audit", operation_id = "listOwnAudit", tag = "Audit", params(Narrow, Part),
    responses((status = 200, body = Listed<Entry>)))]
pub async fn own(Asked(asker, of): Asked<Of>) -> Result<HttpResponse, Problem> {
    let Of(narrow, part) = of;
    asker.list::<Entry>(List::OwnAudit(narrow.narrowed()), part).await
}

/// What happened on the server, newest first.
///
/// # Errors
/// It is an operator's to see.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "listServerAudit", tag = "Audit", params(Narrow, Part),
    responses((status = 200, body = Listed<Entry>)))]
pub async fn server(Asked(asker, of): Asked<Of>) -> Result<HttpResponse, Problem> {
    let Of(narrow, part) = of;
    asker.operating().await?.list::<Entry>(List::ServerAudit(narrow.narrowed()), part).await
}
