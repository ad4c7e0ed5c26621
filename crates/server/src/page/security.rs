//! `/security`: what is in place, and what is not (C-43).

use actix_web::HttpResponse;

use super::Visit;
use crate::{
    error_response::PageError,
    view::{Security, length},
};

/// Shows the page.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let (tokens, metadata) = (&visit.state.settings.tokens, &visit.state.settings.metadata);
    visit.page(&Security {
        layout: visit.layout(),
        contact: metadata.security_contact.as_ref().map(|contact| contact.as_str().to_owned()),
        access_lifetime: length(visit.language(), tokens.access_lifetime.duration()),
        idle_lifetime: length(visit.language(), tokens.idle_lifetime.duration()),
        absolute_lifetime: length(visit.language(), tokens.absolute_lifetime.duration()),
        password_minimum: visit.state.authority.settings().password.min_length,
        mail: visit.state.authority.sends_mail(),
        providers: !visit.state.authority.providers().is_empty(),
    })
}
