//! `/organizations/{organization}/keys`: API keys: made, shown once, rotated with an overlap, taken back.

mod asked;
mod row;

use actix_web::{HttpResponse, web::Path};
use identity::admin::Act;
use model::{Permission, Project};
use serde_json::Value;

use self::asked::Asked;
use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, Copyable, Place, Section},
};

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::ManageKeys).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Makes one in the person's own name; its text is shown this once.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageKeys).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let key = match asked.key(&room) {
        Ok(key) => key,
        Err(wrong) => return page(&visit, &room, &asked, Some(wrong)).await,
    };
    match visit.act_in(&room, Place::Keys, Act::KeyAdd(Box::new(key))).await? {
        Done::Done(answer) => shown(&visit, &room, &answer, "keys-made"),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, &room, &asked, Some("refused")).await,
    }
}

/// Gives a key another text, shown this once; the one before works for a while.
///
/// # Errors
/// As [`post`].
pub async fn rotate(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (room, key) = match come_to(&visit, &path, Permission::ManageKeys).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.act_in(&room, Place::Keys, Act::KeyRotate { key, at_once: false }).await? {
        Done::Done(answer) => shown(&visit, &room, &answer, "keys-rotated"),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, &room, &Asked::default(), Some("lately")).await,
    }
}

/// Takes a key back, at once.
///
/// # Errors
/// As [`post`].
pub async fn revoke(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (room, key) = match come_to(&visit, &path, Permission::EndAccess).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.act_in(&room, Place::Keys, Act::KeyRevoke { key }).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Keys, ""))),
    }
}

/// A key of this organisation, by its id; another's looks as if it were not there.
async fn come_to(
    visit: &Visit,
    path: &(String, String),
    permission: Permission,
) -> Result<Result<(Room, String), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(&path.0, permission).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let key = visit.state.authority.key_in(&room.standing, &path.1).await?.ok_or_else(PageError::not_found)?;
    Ok(Ok((room, key.id.to_string())))
}

/// `wrong` is the part of the message that says what is wrong.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let authority = &visit.state.authority;
    let projects: Vec<Project> = authority.projects_in(&room.standing, &room.actor).await?;
    let held = authority.keys_over(room.organization(), &projects, visit.language(), visit.now).await?;
    let scopes = authority.key_scopes(&room.standing, visit.language()).await?;
    let title = visit.say("keys-title");
    let live = held.iter().filter(|one| crate::page::connections::keys::is_live(one, visit.now));
    let rows: Vec<_> = live.map(|one| row::row(visit, room, one)).collect();
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        ..Section::new("keys", &title.part("all"))
    };
    let making = asked::section(visit, room, (asked, wrong), (&projects, &scopes));
    let page = room.page(visit, Place::Keys, &title, vec![list, making]);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("keys-wrong").part(wrong), asked::field(wrong)),
        None => page,
    })
}

/// The text, this once.
fn shown(visit: &Visit, room: &Room, answer: &Value, title: &'static str) -> Result<HttpResponse, PageError> {
    let it = visit.say(title);
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = Copyable { id: "key".to_owned(), label: text("name"), text: text("key") };
    let back = view::Act::link("back", visit.say("keys-title").part("back"), &room.path(Place::Keys, ""));
    let section = Section {
        said: Some(it.part("once").into()),
        shown: vec![key],
        acts: vec![back],
        note: Some(it.part("note").into()),
        ..Section::new("shown", &it)
    };
    visit.sections(&room.page(visit, Place::Keys, &visit.say("keys-title"), vec![section]))
}
