//! `/account/privacy` and `/account/export`: what is held of a person, to be taken away and to be deleted.

use actix_web::{
    HttpResponse,
    http::header::{ContentDisposition, DispositionParam, DispositionType},
};
use serde_json::{Map, Value, json};
use storage::{Held, HeldTable};

use super::prove::Act as Proved;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{AccountPage, Act, ActKind, Moment, Section},
};

/// Shows the page.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if visit.signed_in.is_none() {
        return Ok(visit.go("/sign-in"));
    }
    let sections = vec![held(&visit), download(&visit), delete(&visit)];
    visit.page(&AccountPage::new(visit.layout(), &visit.say("privacy-title"), sections))
}

/// All that is held, as one JSON document, for whoever has proved lately who they are.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn export(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Proved::Export) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let authority = &visit.state.authority;
    let Ok(held) = authority.export(person, &visit.caller, visit.now).await? else {
        return Ok(visit.go("/prove?for=export"));
    };
    let mut document = Map::from_iter([
        ("issuer".to_owned(), Value::from(authority.settings().issuer.as_str())),
        ("exported_at".to_owned(), time(visit.now)),
    ]);
    document.extend(
        held.into_iter().map(|HeldTable { name, rows }| (name.to_owned(), rows.into_iter().map(row).collect())),
    );
    let text = serde_json::to_string_pretty(&document).map_err(crate::error_response::Unexpected::new)?;
    let name = DispositionParam::Filename("account.json".to_owned());
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] })
        .body(text))
}

fn row(values: Vec<(String, Held)>) -> Value {
    let value = |held| match held {
        Held::Nothing => Value::Null,
        Held::Text(text) => text.into(),
        Held::Number(number) => number.into(),
        Held::Time(at) => time(at),
    };
    Value::Object(values.into_iter().map(|(name, held)| (name, value(held))).collect())
}

/// RFC 3339, in UTC.
fn time(at: model::Timestamp) -> Value {
    json!(Moment::minute(at.as_micros()).iso())
}

fn held(visit: &Visit) -> Section {
    let it = visit.say("privacy-held");
    Section { said: Some(it.part("text").into()), ..Section::new("held", &it) }
}

fn download(visit: &Visit) -> Section {
    let it = visit.say("privacy-download");
    let act = Act::link("export", it.part("act"), "/account/export").with(ActKind::Press);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("download", &it) }
}

fn delete(visit: &Visit) -> Section {
    let it = visit.say("privacy-delete");
    let act = Act::link("delete-account", it.part("act"), "/account/delete").with(ActKind::DangerousLink);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("delete", &it) }
}
