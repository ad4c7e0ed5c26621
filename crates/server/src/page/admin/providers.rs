//! `/admin/providers`: whom people may sign in with, and how each has answered lately.

use actix_web::HttpResponse;

use identity::ProviderSettings;
use model::Timestamp;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Desk, Fact, Moment, Row, Section},
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
    let rows: Vec<Row> = visit.state.authority.providers().iter().map(|one| row(&visit, one)).collect();
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        note: Some(title.part("note").into()),
        ..Section::new("providers", &title.part("all"))
    };
    visit.sections(&visit.desk(Desk::Providers, &title, vec![list]))
}

fn row(visit: &Visit, one: &ProviderSettings) -> Row {
    let (it, title) = (visit.say("administration-provider"), visit.say("administration-providers"));
    let health = visit.state.authority.provider_health(&one.id);
    let seen = |part, at: Option<Timestamp>| at.map(|at| Fact::at(it.part(part), ago(visit, at)));
    let good =
        [seen("discovered", health.discovered_at), seen("keys", health.keys_at), seen("arrived", health.arrived_at)];
    let is_new = good.iter().all(Option::is_none) && health.failed.is_none();
    let failed = health
        .failed
        .as_ref()
        .map(|(at, why)| Fact { text: Some(why.clone()), ..Fact::at(it.part("failed"), ago(visit, *at)) });
    Row {
        title: one.name.clone(),
        badge: health.is_in_trouble().then(|| it.part("trouble").into()),
        facts: [Fact::text("", &one.id), Fact::text(title.part("client"), &one.client_id)]
            .into_iter()
            .chain(good.into_iter().flatten())
            .chain(failed)
            .chain(is_new.then(|| Fact { words: it.part("never").into(), ..Fact::default() }))
            .collect(),
        ..Row::default()
    }
}

fn ago(visit: &Visit, at: Timestamp) -> Moment {
    Moment::ago(at.as_micros(), visit.now.as_micros())
}
