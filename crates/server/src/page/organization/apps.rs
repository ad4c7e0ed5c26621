//! `/organizations/{organization}/apps`: the apps of an organisation's own: made, changed, given a new secret, switched off, removed.

mod asked;
mod row;

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Client, Permission};
use serde_json::Value;

pub use self::asked::Asked;
use super::{Done, Room, members};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, Copyable, Place, Section},
};

/// Organisation and app, as they are written in the address.
type Names = Path<(String, String)>;

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::ManageClients).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Makes one; its secret, if it has one, is shown this once.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageClients).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let client = match asked.client() {
        Ok(client) => client,
        Err(wrong) => return page(&visit, &room, &asked, Some(wrong)).await,
    };
    let act = Act::OwnClientAdd { organization: room.named(), client: Box::new(client) };
    match visit.act_in(&room, Place::Apps, act).await? {
        Done::Done(answer) => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => page(&visit, &room, &asked, Some(asked::why(&refused))).await,
    }
}

/// `wrong` is the part of the message that says what is wrong.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let clients = visit.state.authority.clients_in(&room.standing).await?;
    let offered = asked::Offered::of(visit, room).await?;
    let title = visit.say("apps-title");
    let rows: Vec<_> = clients.iter().map(|client| row::row(visit, room, client, &offered)).collect();
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        ..Section::new("apps", &title.part("all"))
    };
    let sections = vec![list, asked::making(visit, room, (asked, wrong), &offered)];
    let page = room.page(visit, Place::Apps, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("apps-wrong").part(wrong), asked::field(wrong)),
        None => page,
    })
}

/// Comes to an app of this organisation; another's looks as if it were not there.
async fn come_to(visit: &Visit, names: &Names) -> Result<Result<(Room, Client, i64), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(&names.0, Permission::ManageClients).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let found = visit.state.authority.client_in(&room.standing, &names.1).await?;
    let (client, version) = found.ok_or_else(PageError::not_found)?;
    Ok(Ok((room, client, version)))
}

/// Asks what one shall be.
///
/// # Errors
/// As [`get`].
pub async fn show(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    match come_to(&visit, &names).await? {
        Ok((room, client, version)) => {
            let asked = Asked::of(&client, version);
            one(&visit, &room, &client, &asked, None).await
        }
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Makes one what was said; its secret stays.
///
/// # Errors
/// As [`post`].
pub async fn change(visit: Visit, names: Names, form: ProtectedForm<Asked>) -> Result<HttpResponse, PageError> {
    let (room, client, _) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner().of_the_kind_of(&client);
    let wanted = match asked.client() {
        Ok(wanted) => wanted,
        Err(wrong) => return one(&visit, &room, &client, &asked, Some(wrong)).await,
    };
    let act = Act::OwnClientChange { client: client.id.to_string(), wanted: Box::new(wanted) };
    match visit.act_on(&room, Place::Apps, act, asked.version).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Apps, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) if matches!(refused.kind, ActErrorKind::Changed { .. }) => {
            // What it is now, to be changed anew.
            let Ok((room, client, version)) = come_to(&visit, &names).await? else {
                return Err(PageError::not_found());
            };
            one(&visit, &room, &client, &Asked::of(&client, version), Some("changed")).await
        }
        Done::Refused(refused) => one(&visit, &room, &client, &asked, Some(asked::why(&refused))).await,
    }
}

async fn one(
    visit: &Visit,
    room: &Room,
    client: &Client,
    asked: &Asked,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let offered = asked::Offered::of(visit, room).await?;
    let it = visit.say("apps-change").with("app", &client.name);
    let section = asked::changing(visit, room, client, (asked, wrong), &offered);
    let page = room.page(visit, Place::Apps, &it, vec![section]);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("apps-wrong").part(wrong), asked::field(wrong)),
        None => page,
    })
}

/// What is done with one that is there: `disable`, `enable`, `new-secret`.
///
/// # Errors
/// As [`post`].
pub async fn act(
    visit: Visit,
    path: Path<(String, String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, id, verb) = path.into_inner();
    let (room, client, _) = match come_to(&visit, &Path::from((organization, id))).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let client = client.id.to_string();
    let act = match verb.as_str() {
        "disable" => Act::ClientSetDisabled { client, disabled: true },
        "enable" => Act::ClientSetDisabled { client, disabled: false },
        "new-secret" => Act::ClientNewSecret { client },
        _ => return Err(PageError::not_found()),
    };
    match visit.act_in(&room, Place::Apps, act).await? {
        Done::Done(answer) if verb == "new-secret" => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Apps, ""))),
    }
}

/// Asks whether one shall go.
///
/// # Errors
/// As [`get`].
pub async fn ask_to_remove(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    let (room, client, _) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let it = visit.say("apps-remove").with("app", &client.name);
    let here = room.path(Place::Apps, &format!("/{}/remove", client.id));
    members::ask(&visit, &room, &it, ("remove-app", here, room.path(Place::Apps, "")))
}

/// Deletes one with every connection that was given to it.
///
/// # Errors
/// As [`post`].
pub async fn remove(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let (room, client, _) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.act_in(&room, Place::Apps, Act::ClientRemove { client: client.id.to_string() }).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Apps, ""))),
    }
}

/// What the app is configured with; its secret, this once.
fn shown(visit: &Visit, room: &Room, answer: &Value) -> Result<HttpResponse, PageError> {
    let it = visit.say("apps-made");
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let line = |id: &str, label: &str, text: Option<String>| {
        text.map(|text| Copyable { id: id.to_owned(), label: it.part(label).into(), text })
    };
    let (id, secret) = (line("app-id", "id", text("client_id")), line("secret", "secret", text("client_secret")));
    let note = if secret.is_some() { "once" } else { "public" };
    let back = view::Act::link("back", it.part("back"), &room.path(Place::Apps, ""));
    let section = Section {
        said: Some(it.part(note).into()),
        shown: id.into_iter().chain(secret).collect(),
        acts: vec![back],
        ..Section::new("shown", &it)
    };
    visit.sections(&room.page(visit, Place::Apps, &visit.say("apps-title"), vec![section]))
}
