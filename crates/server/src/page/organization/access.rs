//! `/organizations/{organization}/access`: every connector, device and key that has access to an organisation: who gave it, to
//! what, what it reads, when it was last used, and the button that ends it.

use actix_web::{HttpRequest, HttpResponse, web::Path};
use identity::{
    access::{AccessAsk, AccessView},
    admin::Act,
    api_key::HeldKey,
    connections::Connection,
};
use model::{Grant, Id, Permission, Project};
use protocol::Params;
use storage::Standing;

use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Nothing, Visit,
        connections::{self, keys},
    },
    view::{self, AccessList, EndReason, EndedConnection, Place},
};

/// Shows it.
///
/// # Errors
/// 404 for an organisation that is not there, or whose access is not theirs to see; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SeeAccess).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let projects = visit.state.authority.projects_in(&room.standing, &room.actor).await?;
    let list = list(&visit, &room, &projects, None, before(request.query_string())).await?;
    let page = room.page(&visit, Place::Access, &visit.say("connections-access"), Vec::new());
    visit.sections(&page.showing(list))
}

/// Ends one, at once.
///
/// # Errors
/// 404 for what is not there or not theirs to end; a form that is not ours, trouble of the database.
pub async fn end(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, access) = path.into_inner();
    let room = match visit.enter(&organization, Permission::EndAccess).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.act_in(&room, Place::Access, Act::AccessEnd { organization: room.named(), access }).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Access, ""))),
    }
}

/// From where on the page shows them.
pub(super) fn before(query: &str) -> Option<Id<Grant>> {
    Params::parse(query).ok()?.get("before").and_then(Id::parse)
}

/// What has access over these projects, or over one of them alone.
pub(super) async fn list(
    visit: &Visit,
    room: &Room,
    projects: &[Project],
    only: Option<&Project>,
    before: Option<Id<Grant>>,
) -> Result<AccessList, PageError> {
    let organization = room.organization();
    let language = visit.language();
    let ask = AccessAsk { organization, projects, only: only.map(|one| one.id), before, language };
    let view = visit.state.authority.access(ask, visit.now).await?;
    let here = match only {
        Some(project) => room.path(Place::Projects, &format!("/{}", project.slug)),
        None => room.path(Place::Access, ""),
    };
    let title = visit.say("connections-access");
    Ok(AccessList {
        heading: only.map(|_| title.to_string()),
        none: title.part("none").into(),
        older: view.older.map(|before| format!("{here}?before={before}")),
        ended: ended(visit, &view),
        live: live(visit, room, &view),
    })
}

fn live(visit: &Visit, room: &Room, view: &AccessView) -> Vec<view::Connection> {
    let end = |id: &str| room.may(Permission::EndAccess).then(|| room.path(Place::Access, &format!("/{id}/end")));
    let grants = view.live.iter().map(|(connection, by)| {
        let row = connections::row(visit, connection);
        let can = nothing(connection.standing).map(|key| vec![visit.say(key).into()]).unwrap_or(row.can);
        view::Connection { end: end(&row.id), given_by: Some(by.clone()), can, ..row }
    });
    let in_force = view.keys.iter().filter(|(held, _)| keys::is_live(held, visit.now));
    let keys = in_force.map(|(held, by)| {
        let row = keys::row(visit, held);
        view::Connection { end: end(&row.id), given_by: by.clone(), ..row }
    });
    keys.chain(grants).collect()
}

/// What a connection may do that rests on somebody who is gone.
const fn nothing(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::UserDisabled => Some("connections-nothing-person"),
        Standing::MembershipLost => Some("connections-nothing-person-parted"),
        _ => None,
    }
}

fn ended(visit: &Visit, view: &AccessView) -> Vec<EndedConnection> {
    let theirs = |reason| match reason {
        EndReason::You | EndReason::Reset | EndReason::Left => EndReason::Person,
        EndReason::MembershipLost => EndReason::PersonParted,
        EndReason::PasswordSet => EndReason::Operator,
        other => other,
    };
    let told = |row: EndedConnection, by: Option<&String>| EndedConnection {
        reason: theirs(row.reason),
        given_by: by.cloned(),
        ..row
    };
    let grant = |(connection, by): &(Connection, String)| told(connections::ended(connection, visit.now), Some(by));
    let over = view.keys.iter().filter(|(held, _)| !keys::is_live(held, visit.now));
    let key = |(held, by): &(HeldKey, Option<String>)| told(keys::ended(held, visit.now), by.as_ref());
    view.ended.iter().map(grant).chain(over.map(key)).collect()
}
