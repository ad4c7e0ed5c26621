//! `/admin/mail`: mails that wait, and mails that were not sent. What they say is sealed, and shown to nobody.

use actix_web::{HttpResponse, web::Path};
use identity::admin::Act;
use storage::MailSeen;

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Desk, Fact, Moment, Row, Section},
};

/// Shows them.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let (waiting, failed) = visit.state.authority.mails().await?;
    let title = visit.say("administration-mail");
    let section = |id: &'static str, part: &str, all: &[MailSeen]| Section {
        said: all.is_empty().then(|| title.part("none").into()),
        rows: all.iter().map(|one| row(&visit, one)).collect(),
        ..Section::new(id, &title.part(part))
    };
    let waiting = section("waiting", "waiting", &waiting);
    let failed = Section { note: Some(title.part("note").into()), ..section("failed", "failed", &failed) };
    visit.sections(&visit.desk(Desk::Mail, &title, vec![waiting, failed]))
}

/// Lets one that waits be tried now.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn try_now(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let actor = match visit.administer().await? {
        Ok(actor) => actor,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    visit.operate(&actor, Act::MailTry { mail: id.into_inner() }).await?;
    Ok(visit.go(&Desk::Mail.path()))
}

fn row(visit: &Visit, one: &MailSeen) -> Row {
    let (it, now) = (visit.say("administration-one-mail"), visit.now.as_micros());
    let mut facts = vec![
        Fact::text("", &one.kind),
        Fact::at(it.part("written"), Moment::ago(one.created_at.as_micros(), now)),
        Fact { words: it.clone().count(one.attempts).part("attempts").into(), ..Fact::default() },
    ];
    let mut acts = Vec::new();
    match &one.settled {
        Some((at, outcome)) => {
            facts.push(Fact::at(it.part(outcome_part(outcome)), Moment::ago(at.as_micros(), now)));
        }
        None => {
            let path = format!("/admin/mail/{}/try", one.id);
            acts.push(view::Act::link(&format!("try-{}", one.id), it.part("try"), &path).with(ActKind::Press));
        }
    }
    Row { title: one.recipient.clone(), facts, acts, ..Row::default() }
}

fn outcome_part(outcome: &str) -> &'static str {
    match outcome {
        "refused" => "refused",
        "expired" => "expired",
        _ => "unknown",
    }
}
