//! Answers: one thing with its version as its entity tag (RFC 9110 §8.8.3), a part of a list with a link to the next (RFC 8288).
//!
//! What an act answers is read into the type that the description shows, so that nothing is told that is not described.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Part, Problem};

/// A part of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Listed<T> {
    /// The things, in an order that stays.
    pub items: Vec<T>,
    /// The cursor of the next part; none behind the last.
    pub next: Option<String>,
}

/// As it is described.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| Problem::fault(format!("an answer is not as described: {error}")))
}

/// The version that stands in a thing.
pub(super) fn version(value: &Value) -> Result<i64, Problem> {
    value["version"].as_i64().ok_or_else(|| Problem::fault("a thing has no version"))
}

/// One thing.
pub(super) fn single<T: DeserializeOwned + Serialize>(value: Value) -> Result<HttpResponse, Problem> {
    let tag = version(&value)?;
    Ok(tagged(StatusCode::OK, tag).json(typed::<T>(value)?))
}

/// What was just made.
pub(super) fn made<T: DeserializeOwned + Serialize>(value: Value, path: &str) -> Result<HttpResponse, Problem> {
    let tag = version(&value)?;
    let mut answer = tagged(StatusCode::CREATED, tag);
    answer.insert_header((header::LOCATION, path));
    Ok(answer.json(typed::<T>(value)?))
}

fn tagged(status: StatusCode, version: i64) -> HttpResponseBuilder {
    let mut answer = fresh(status);
    answer.insert_header((header::ETAG, format!("\"{version}\"")));
    answer
}

/// What has no version of its own.
pub(super) fn plain<T: DeserializeOwned + Serialize>(value: Value) -> Result<HttpResponse, Problem> {
    Ok(fresh(StatusCode::OK).json(typed::<T>(value)?))
}

/// A part of the list at this address.
pub(super) fn list<T: Serialize>(listed: Listed<T>, address: &str, part: &Part) -> HttpResponse {
    let mut answer = fresh(StatusCode::OK);
    if let Some(cursor) = &listed.next {
        answer.insert_header((header::LINK, format!("<{address}?{}>; rel=\"next\"", part.next(cursor))));
    }
    answer.json(listed)
}

/// It is done, and nothing is left to be shown.
pub(super) fn nothing() -> HttpResponse {
    fresh(StatusCode::NO_CONTENT).finish()
}

fn fresh(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
