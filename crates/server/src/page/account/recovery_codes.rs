//! `/account/recovery-codes`: how many are left, and new ones, shown this once.

use actix_web::HttpResponse;
use identity::account::ShownCodes;

use super::prove::Act;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{RecoveryCodes, RecoveryCodesLeft},
};

/// Says how many are left.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::RecoveryCodes) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let factors = visit.state.authority.second_factors(person).await?;
    visit.page(&RecoveryCodesLeft {
        layout: visit.layout(),
        left: factors.recovery_codes,
        demanded: factors.is_demanded(),
    })
}

/// Makes new ones and shows them.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::RecoveryCodes) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.state.authority.make_recovery_codes(person, &visit.caller, visit.now).await? {
        Ok(codes) => shown(&visit, "factors-codes-new", &codes),
        Err(_) => Ok(visit.go(&Act::RecoveryCodes.path())),
    }
}

/// The answer that shows them; `done` is the key of what was done before.
pub(super) fn shown(visit: &Visit, done: &str, codes: &ShownCodes) -> Result<HttpResponse, PageError> {
    let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    visit.page(&RecoveryCodes { layout: visit.layout(), done: visit.say(done).into(), codes })
}
