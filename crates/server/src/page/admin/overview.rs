//! `/admin`: how the server is.

use actix_web::HttpResponse;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Desk, Fact, Moment, Phrase, Row, Section},
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
    let health = health(&visit).await;
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

/// What works, and what does not.
async fn health(visit: &Visit) -> Section {
    let (it, authority) = (visit.say("administration-health"), &visit.state.authority);
    let row = |part: &str, text: &str| Row {
        title: it.part(part).into(),
        facts: vec![Fact::text("", text)],
        ..Row::default()
    };
    let kept = if authority.store().is_shared() { "postgresql" } else { "sqlite" };
    let mail = if authority.sends_mail() { "sends" } else { "sends-not" };
    let mut rows = vec![
        row("database", &it.part(kept).to_string()),
        row("version", env!("CARGO_PKG_VERSION")),
        row("address", visit.state.settings.public_url.as_str()),
        row("mail", &it.part(mail).to_string()),
        backups(visit, &it).await,
    ];
    let providers = authority.providers();
    if !providers.is_empty() {
        let troubled = providers.iter().filter(|one| authority.provider_health(&one.id).is_in_trouble()).count();
        let said = it.clone().count(troubled).part("troubled").to_string();
        rows.push(Row { path: Some(Desk::Providers.path()), ..row("providers", &said) });
    }
    Section { rows, ..Section::new("health", &it) }
}

async fn backups(visit: &Visit, it: &Phrase<'_>) -> Row {
    let authority = &visit.state.authority;
    let fact = match authority.newest_backup().await {
        Some(at) => Fact::at(it.part("newest"), Moment::ago(at.as_micros(), visit.now.as_micros())),
        None if authority.schedules_backups() => Fact { words: it.part("none-yet").into(), ..Fact::default() },
        None => Fact { words: it.part("elsewhere").into(), ..Fact::default() },
    };
    Row { title: it.part("backups").into(), facts: vec![fact], ..Row::default() }
}
