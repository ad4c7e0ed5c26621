//! `/.well-known/security.txt` (RFC 9116): where to report a weakness.

use std::time::Duration;

use actix_web::{HttpResponse, web::Data};

use crate::{state::AppState, view::Moment};

/// RFC 9116 §2.5.5 asks for less than a year.
const EXPIRES_AFTER: Duration = Duration::from_secs(90 * 24 * 3600);

/// The contact of the settings; without one, the page that says how this server is kept.
pub async fn get(state: Data<AppState>) -> HttpResponse {
    let issuer = state.authority.issuer();
    let policy = format!("{issuer}/security");
    let contact = state.settings.metadata.security_contact.as_ref().map_or(policy.as_str(), |contact| contact.as_str());
    let expires = Moment::minute(state.authority.now().plus(EXPIRES_AFTER).as_micros()).iso();
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {issuer}/.well-known/security.txt\nPolicy: {policy}\n"
    ))
}
