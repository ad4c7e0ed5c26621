//! `/admin/providers`: whom people may sign in with.

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
    let title = visit.say("administration-providers");
    let rows: Vec<Row> = visit
        .state
        .authority
        .providers()
        .iter()
        .map(|one| Row {
            title: one.name.clone(),
            facts: vec![Fact::text("", &one.id), Fact::text(title.part("client"), &one.client_id)],
            ..Row::default()
        })
        .collect();
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        note: Some(title.part("note").into()),
        ..Section::new("providers", &title.part("all"))
    };
    visit.sections(&visit.desk(Desk::Providers, &title, vec![list]))
}
