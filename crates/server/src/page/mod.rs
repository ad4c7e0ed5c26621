//! The pages: each takes a request apart, calls one flow, and fills one view. No rule stands here, and no words but those that
//! say what a flow answered.

pub mod account;
pub mod admin;
pub mod api_reference;
pub mod confirm_address;
pub mod connections;
pub mod consent;
pub mod dev_mail;
pub mod device;
pub mod errors;
pub mod federated;
pub mod home;
pub mod invitation;
pub mod language;
pub mod leaving;
pub mod organization;
pub mod passkey;
pub mod reset;
pub mod second_factor;
pub mod security;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
mod step;
pub mod theme;
pub mod trail;
pub mod verify;
mod visit;
mod waiting;
mod words;

use actix_web::{HttpRequest, http::header};
use protocol::{OAuthError, Params};

pub use visit::{Readable, Visit};

/// Whether a program asks that reads JSON, and no person.
#[must_use]
pub fn wants_json(request: &HttpRequest) -> bool {
    let accepted =
        request.headers().get_all(header::ACCEPT).filter_map(|line| line.to_str().ok()).collect::<Vec<_>>().join(",");
    accepted.contains("application/json") && !accepted.contains("text/html")
}

/// A form that carries nothing but its proof.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl TryFrom<Params> for Nothing {
    type Error = OAuthError;

    fn try_from(_: Params) -> Result<Self, OAuthError> {
        Ok(Self)
    }
}
