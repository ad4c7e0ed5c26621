//! `/connections`: what a person has allowed, and the API keys in their name, with the button that takes it back.

pub(super) mod keys;

use actix_web::{HttpRequest, HttpResponse, web::Path};
use identity::{
    api_key::HeldKey,
    connections::{Connection, ConnectionNotice, ConnectionsView, DISCONNECTED},
};
use model::{DeviceCode, Grant, GrantKind, Id, NoticeKind, Timestamp};
use protocol::{EMAIL, PROFILE, Params};
use storage::Standing;

use super::{Nothing, Visit, words};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{self, EndedConnection, LastUse, Moment, Notice, ProjectName},
};

/// Shows all of them.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let all = visit.state.authority.connections_in(person.user.id, visit.language(), visit.now).await?;
    let held = visit.state.authority.keys_of(person.user.id, visit.language(), visit.now).await?;
    let (in_force, over): (Vec<&HeldKey>, Vec<&HeldKey>) = held.iter().partition(|key| keys::is_live(key, visit.now));
    let just_ended = just_ended(request.query_string());
    let mut notices = notices(&visit, &all, just_ended);
    let gone = over.iter().find(|held| Some(held.key.id.cast()) == just_ended);
    notices.extend(gone.map(|held| Notice::disconnected(visit.language(), &held.key.name)));
    let live = all.live.iter().map(|connection| row(&visit, connection));
    let ended = all.ended.iter().map(|connection| ended(connection, visit.now));
    visit.page(&view::Connections {
        layout: visit.layout(),
        notices,
        live: live.chain(in_force.iter().map(|held| keys::row(&visit, held))).collect(),
        ended: ended.chain(over.iter().map(|held| keys::ended(held, visit.now))).collect(),
        mcp_url: visit.state.settings.connect.mcp_url.as_ref().map(|url| url.as_str().to_owned()),
    })
}

/// Ends one, or takes a key back, at once.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn disconnect(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let id: Id<Grant> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    let (authority, user_id) = (&visit.state.authority, person.user.id);
    let is_connection = authority.disconnect(user_id, id, &visit.caller, visit.now).await?;
    if !is_connection && !authority.end_key(user_id, id.cast(), &visit.caller, visit.now).await? {
        return Err(PageError::not_found());
    }
    Ok(visit.go(&format!("/connections?disconnected={id}")))
}

/// Puts a notice away.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn read_notice(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let id = Id::parse(&id).ok_or_else(PageError::not_found)?;
    visit.state.authority.read_notice(person.user.id, id, visit.now).await?;
    Ok(visit.go("/connections"))
}

/// The one that the reader has just ended.
fn just_ended(query: &str) -> Option<Id<Grant>> {
    Params::parse(query).ok()?.get("disconnected").and_then(Id::parse)
}

fn notices(visit: &Visit, all: &ConnectionsView, just_ended: Option<Id<Grant>>) -> Vec<Notice> {
    let is_it = |connection: &&Connection| {
        let grant = &connection.held.grant;
        Some(grant.id) == just_ended && grant.revoked.as_ref().is_some_and(|end| end.reason == DISCONNECTED)
    };
    let disconnected = |connection: &Connection| Notice::disconnected(visit.language(), &connection.held.client.name);
    let done = all.ended.iter().find(is_it).map(disconnected);
    done.into_iter().chain(all.notices.iter().map(|told| notice(visit, told))).collect()
}

fn notice(visit: &Visit, told: &ConnectionNotice) -> Notice {
    let app = told.client_name.clone().unwrap_or_else(|| visit.say("frame-an-app").into());
    let at = Moment::ago(told.notice.created_at.as_micros(), visit.now.as_micros());
    let id = told.notice.id.to_string();
    match told.notice.kind {
        NoticeKind::RefreshReused => Notice::reused(visit.language(), &app, at, id),
        NoticeKind::RefreshShared => Notice::shared(visit.language(), &app, at, id),
    }
}

pub(super) fn row(visit: &Visit, connection: &Connection) -> view::Connection {
    let grant = &connection.held.grant;
    let last_use = grant
        .used_at
        .map(|at| LastUse { at: Moment::ago(at.as_micros(), visit.now.as_micros()), from: grant.used_address.clone() });
    view::Connection {
        id: grant.id.to_string(),
        app: words::app(&connection.held.client),
        project: project(connection),
        can: can(visit, connection),
        changes: !connection.changes.is_empty(),
        devices: connection.devices.iter().map(|device| self::device(visit, device)).collect(),
        given: Moment::date(grant.created_at.as_micros()),
        last_use,
        until: connection.until.map(|until| Moment::date(until.as_micros())),
        given_by: None,
        end: Some(format!("/connections/{}/disconnect", grant.id)),
    }
}

fn device(visit: &Visit, device: &DeviceCode) -> view::ConnectedDevice {
    view::ConnectedDevice {
        program: view::program::words(visit.language(), &device.user_agent),
        address: device.address.clone(),
        since: Moment::date(device.ended_at.unwrap_or(device.created_at).as_micros()),
    }
}

/// What it may do now, as acts.
fn can(visit: &Visit, connection: &Connection) -> Vec<String> {
    let nothing = match connection.standing {
        Standing::Good => None,
        Standing::Revoked => Some("connections-nothing"),
        Standing::UserDisabled => Some("connections-nothing-user"),
        Standing::ClientDisabled => Some("connections-nothing-app"),
        Standing::ResourceDisabled => Some("connections-nothing-service"),
        Standing::OrganizationDisabled => Some("connections-nothing-organization"),
        Standing::ProjectDisabled => Some("connections-nothing-project"),
        Standing::MembershipLost => Some("connections-nothing-membership"),
    };
    if let Some(nothing) = nothing {
        return vec![visit.say(nothing).into()];
    }
    let grant = &connection.held.grant;
    let learns = grant.kind == GrantKind::Identity || grant.scope.contains(PROFILE) || grant.scope.contains(EMAIL);
    let identity = learns.then(|| visit.say(words::identity(&grant.scope)).into());
    connection.reads.iter().chain(&connection.changes).cloned().chain(identity).collect()
}

fn project(connection: &Connection) -> Option<ProjectName> {
    let (project, organization) = connection.held.project.as_ref()?;
    Some(ProjectName { name: project.name.clone(), organization: organization.clone() })
}

pub(super) fn ended(connection: &Connection, now: Timestamp) -> EndedConnection {
    let end = connection.held.grant.revoked.as_ref();
    EndedConnection {
        app: words::app(&connection.held.client),
        project: project(connection),
        given_by: None,
        at: Moment::ago(end.map_or(now, |end| end.at).as_micros(), now.as_micros()),
        reason: words::end_reason(end.map_or("", |end| end.reason.as_str())),
    }
}
