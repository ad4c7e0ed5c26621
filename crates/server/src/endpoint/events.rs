//! `GET /events`: what happens to grants and keys, told to resource servers as it happens (server-sent events).

use std::convert::Infallible;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use identity::events::{Followed, Follower};
use model::Event;
use protocol::{ClientCredentials, EventMessage, OAuthError, Params};

use super::client_form::authorization;
use crate::{error_response::Refusal, state::AppState};

/// Tells what concerns the resource server that asks, from behind `Last-Event-ID` on, until either side ends it.
///
/// # Errors
/// 401 for whoever does not prove who it is by the Authorization header; 503 where too many listen, or the database is in trouble.
pub async fn get(state: Data<AppState>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    if !request.query_string().is_empty() {
        return Err(OAuthError::invalid_request("this endpoint takes no parameters").into());
    }
    let credentials = ClientCredentials::parse(authorization(&request)?, &mut Params::default())?;
    let resource = authority.authenticate_resource(credentials, now).await?;
    let follower = authority.follow(&resource, last_event_id(&request)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A proxy that gathers answers before it hands them on would keep every event to itself.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(follower, one)))
}

async fn one(mut follower: Follower) -> Option<(Result<Bytes, Infallible>, Follower)> {
    let followed = follower.next().await?;
    Some((Ok(Bytes::from(text(&followed))), follower))
}

/// Where the reader left off. Something that no event was ever called is as good as one that is forgotten: it begins anew.
fn last_event_id(request: &HttpRequest) -> Result<Option<u64>, OAuthError> {
    let mut lines = request.headers().get_all("last-event-id");
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("the Last-Event-ID header came twice")),
        (Some(line), None) => Ok(Some(line.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX))),
    }
}

/// An id alone moves the reader's place and tells it nothing (HTML §9.2.6).
fn text(followed: &Followed) -> String {
    match followed {
        Followed::Opened(position) | Followed::Alive(position) => format!(": alive\nid: {position}\n\n"),
        Followed::Reset(position) => format!("id: {position}\nevent: reset\ndata: {{\"position\":{position}}}\n\n"),
        Followed::Event(event) => {
            let message = serde_json::to_string(&message(event)).unwrap_or_default();
            format!("id: {}\nevent: {}\ndata: {message}\n\n", event.position, event.kind)
        }
    }
}

fn message(event: &Event) -> EventMessage {
    EventMessage {
        position: event.position,
        at: u64::try_from(event.at.as_seconds()).unwrap_or(0),
        kind: event.kind.clone(),
        grant_id: event.grant_id.map(|id| id.to_string()),
        key_id: event.key_id.map(|id| id.to_string()),
        subject: event.subject.clone(),
        client_id: event.client_id.as_ref().map(ToString::to_string),
        organization_id: event.organization_id.map(|id| id.to_string()),
        project_id: event.project_id.map(|id| id.to_string()),
    }
}
