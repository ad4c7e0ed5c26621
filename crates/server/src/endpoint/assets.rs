//! Style, script and marks. Their names change with their content, so that they may be kept for ever.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};

use crate::{
    error_response::PageError,
    state::AppState,
    view::asset::{Asset, asset, asset_names},
};

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

/// `GET /assets/<name>`
///
/// # Errors
/// 404 for a name that is none of the current ones.
pub async fn get(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, PageError> {
    asset(&name).map(|asset| send(&request, asset, FOR_EVER)).ok_or_else(PageError::not_found)
}

/// `GET /assets/brand.css`: the operator's accent.
///
/// # Errors
/// 404 where none is set.
pub async fn brand(state: Data<AppState>) -> Result<HttpResponse, PageError> {
    let accent = state.brand.accent.as_ref().ok_or_else(PageError::not_found)?;
    let answer = HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, FOR_EVER))
        .body(accent.stylesheet());
    Ok(answer)
}

/// `GET /favicon.ico`, which browsers ask for unbidden.
///
/// # Errors
/// None; the mark is built in.
pub async fn favicon(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let icon = asset_names().find(|name| name.starts_with("favicon")).and_then(asset);
    icon.map(|icon| send(&request, icon, FOR_A_DAY)).ok_or_else(PageError::not_found)
}

fn send(request: &HttpRequest, asset: Asset, caching: &'static str) -> HttpResponse {
    let known =
        request.headers().get(header::IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == asset.etag.as_bytes());
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, caching)).insert_header((header::ETAG, asset.etag));
    if known { answer.finish() } else { answer.content_type(asset.content_type).body(asset.bytes) }
}
