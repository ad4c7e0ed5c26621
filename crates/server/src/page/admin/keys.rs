//! `/admin/keys`: the keys that sign, and the button that makes new ones.

use actix_web::HttpResponse;
use identity::admin::Act;
use model::signing_key::KeyState;

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
    let authority = &visit.state.authority;
    let (keys, kept) = (authority.signing_keys().await?, authority.signing_keys_kept());
    let (title, it) = (visit.say("administration-keys"), visit.say("administration-key"));
    let rows = keys.iter().map(|key| {
        let state = match key.state(visit.now, kept) {
            KeyState::Published => "published",
            KeyState::Signing => "signing",
            KeyState::Retired => "retired",
            KeyState::Gone => "gone",
        };
        Row {
            title: key.id.clone(),
            facts: vec![
                Fact::text("", key.algorithm.as_str()),
                Fact { words: it.part(state).into(), ..Fact::default() },
                Fact::at(it.part("made"), Moment::minute(key.created_at.as_micros())),
                Fact::at(it.part("from"), Moment::minute(key.signing_at.as_micros())),
            ],
            ..Row::default()
        }
    });
    let rotate = view::Act::link("rotate", title.part("rotate"), "/admin/keys/rotate").with(ActKind::Press);
    let list = Section {
        rows: rows.collect(),
        acts: vec![rotate],
        note: Some(title.part("note").into()),
        ..Section::new("signing", &title.part("all"))
    };
    visit.sections(&visit.desk(Desk::Keys, &title, vec![list]))
}

/// Publishes new ones.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn rotate(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let actor = match visit.administer().await? {
        Ok(actor) => actor,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    visit.operate(&actor, Act::SigningKeyRotate {}).await?;
    Ok(visit.go(&Desk::Keys.path()))
}
