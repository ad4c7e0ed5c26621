//! `/admin`: how the server is.

use actix_web::HttpResponse;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Desk, Fact, Row, Section},
};

/// Shows it.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let numbers = visit.state.authority.numbers().await?;
    let it = visit.say("administration-health");
    let row = |part: &str, text: &str| Row {
        title: it.part(part).into(),
        facts: vec![Fact::text("", text)],
        ..Row::default()
    };
    let kept = if visit.state.authority.store().is_shared() { "postgresql" } else { "sqlite" };
    let health = Section {
        rows: vec![
            row("database", &it.part(kept).to_string()),
            row("version", env!("CARGO_PKG_VERSION")),
            row("address", visit.state.settings.public_url.as_str()),
            row("mail", &it.part(if visit.state.authority.sends_mail() { "sends" } else { "sends-not" }).to_string()),
        ],
        ..Section::new("health", &it)
    };
    let it = visit.say("administration-numbers");
    let row = |part: &str, number: u64, desk: Desk| Row {
        title: it.part(part).into(),
        path: Some(desk.path()),
        facts: vec![Fact::text("", &number.to_string())],
        ..Row::default()
    };
    let numbers = Section {
        rows: vec![
            row("people", numbers.people, Desk::People),
            row("organizations", numbers.organizations, Desk::Organizations),
            row("clients", numbers.clients, Desk::Clients),
            row("mails", numbers.mails_waiting, Desk::Mail),
        ],
        ..Section::new("numbers", &it)
    };
    visit.sections(&visit.desk(Desk::Overview, &visit.say("administration-title"), vec![health, numbers]))
}
