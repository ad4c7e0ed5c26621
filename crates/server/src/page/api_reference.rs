//! `/api/v1`: what the management API does, every operation with an example.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse};

use super::Visit;
use crate::{
    api::{description::Described, reference},
    error_response::{PageError, Unexpected},
    view::ApiReference,
};

/// Shows the page.
///
/// # Errors
/// A page that cannot be rendered: a fault of ours.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let described = request.app_data::<Rc<Described>>();
    let described = described.ok_or_else(|| Unexpected::new("the application was built without its description"))?;
    let groups = reference::groups(described.of(&visit.state));
    visit.page(&ApiReference { layout: visit.layout(), groups })
}
