//! `/admin/settings`: the settings in force, without secrets.

use actix_web::HttpResponse;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Desk, Fact, Row, Section},
};

/// Shows them.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let title = visit.say("administration-settings");
    let sections = visit.state.settings.in_force().into_iter().map(|(name, values)| {
        let heading = if name.is_empty() { title.part("server").into() } else { format!("[{name}]") };
        let rows = values.into_iter().map(|(key, value)| {
            let unset = || title.part("unset").to_string();
            Row { title: key, facts: vec![Fact::text("", &value.unwrap_or_else(unset))], ..Row::default() }
        });
        let id = if name.is_empty() { "server".to_owned() } else { format!("section-{name}") };
        Section { id: id.into(), heading, rows: rows.collect(), ..Section::default() }
    });
    visit.sections(&visit.desk(Desk::Settings, &title, sections.collect()))
}
