//! `/organizations/{organization}/webhooks`: where an organisation is told of its events, and what was told there.

mod row;

use actix_web::{HttpResponse, web::Path};
use identity::admin::Act;
use model::{EventKind, Id, Permission, Webhook, WebhookDelivery};
use protocol::{OAuthError, Params};
use serde_json::Value;

use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{Choice, Copyable, Form, Input, OrganizationPage, Place, Section},
};

/// A new address, and of what it is told.
#[derive(Clone, Default)]
pub struct Asked {
    url: String,
    kinds: Vec<String>,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let kinds = params.iter().filter_map(|(name, _)| name.strip_prefix("kind-")).map(str::to_owned).collect();
        Ok(Self { url: params.take("url").unwrap_or_default(), kinds })
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::ManageWebhooks).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Adds one; its secret is shown this once.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageWebhooks).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let act = Act::WebhookAdd { organization: room.named(), url: asked.url.clone(), kinds: asked.kinds.clone() };
    match visit.act_in(&room, Place::Webhooks, act).await? {
        Done::Done(answer) => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, &room, &asked, Some("wrong")).await,
    }
}

/// What is done with one that is there: `disable`, `enable`, `new-secret`, `remove`.
///
/// # Errors
/// As [`post`].
pub async fn act(
    visit: Visit,
    path: Path<(String, String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, id, verb) = path.into_inner();
    let room = match visit.enter(&organization, Permission::ManageWebhooks).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let webhook = its(&visit, &room, &id).await?.id.to_string();
    let act = match verb.as_str() {
        "disable" => Act::WebhookSetDisabled { webhook, disabled: true },
        "enable" => Act::WebhookSetDisabled { webhook, disabled: false },
        "new-secret" => Act::WebhookNewSecret { webhook, overlap: None },
        "remove" => Act::WebhookRemove { webhook },
        _ => return Err(PageError::not_found()),
    };
    match visit.act_in(&room, Place::Webhooks, act).await? {
        Done::Done(answer) if verb == "new-secret" => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Webhooks, ""))),
    }
}

/// Sends a delivery again.
///
/// # Errors
/// As [`post`].
pub async fn resend(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, id) = path.into_inner();
    let room = match visit.enter(&organization, Permission::ManageWebhooks).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let id: Id<WebhookDelivery> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    if !visit.state.authority.is_delivery_of(&room.standing, id).await? {
        return Err(PageError::not_found());
    }
    match visit.act_in(&room, Place::Webhooks, Act::WebhookResend { delivery: id.to_string() }).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Webhooks, ""))),
    }
}

/// One of this organisation's; another's looks as if it were not there.
async fn its(visit: &Visit, room: &Room, id: &str) -> Result<Webhook, PageError> {
    let all = visit.state.authority.webhooks_in(&room.standing).await?;
    all.into_iter().map(|one| one.webhook).find(|one| one.id.as_str() == id).ok_or_else(PageError::not_found)
}

/// `wrong` is the part of the message that says what is wrong with the address.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let all = visit.state.authority.webhooks_in(&room.standing).await?;
    let title = visit.say("webhooks-title");
    let mut sections: Vec<Section> =
        all.iter().enumerate().map(|(at, one)| row::section(visit, room, at, one)).collect();
    if sections.is_empty() {
        sections
            .push(Section { said: Some(title.part("none").into()), ..Section::new("webhooks", &title.part("all")) });
    }
    sections.push(adding(visit, room, asked, wrong));
    let page = room.page(visit, Place::Webhooks, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("webhooks-new").part(wrong), Some("url")),
        None => page,
    })
}

fn adding(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Section {
    let it = visit.say("webhooks-new");
    let kinds = EventKind::ALL.iter().filter(|kind| kind.is_for_organizations()).map(|kind| {
        let words = visit.say("webhooks-kind").part(row::kind(kind.as_str()));
        Choice::new(kind.as_str(), words, asked.kinds.iter().any(|one| one == kind.as_str()))
    });
    let inputs = vec![
        Input::line("url", &visit.say("webhooks-url"), &asked.url)
            .taking("url")
            .refused(wrong.map(|wrong| it.part(wrong).into())),
        Input::any_of("kind", &visit.say("webhooks-kinds"), kinds.collect()),
    ];
    let form = Form::new("add-webhook", it.part("act"), &room.path(Place::Webhooks, ""), inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

/// The secret, this once.
fn shown(visit: &Visit, room: &Room, answer: &Value) -> Result<HttpResponse, PageError> {
    let it = visit.say("webhooks-secret");
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let secret = Copyable { id: "secret".to_owned(), label: text("url"), text: text("secret") };
    let back = crate::view::Act::link("back", it.part("back"), &room.path(Place::Webhooks, ""));
    let section = Section {
        said: Some(it.part("once").into()),
        shown: vec![secret],
        acts: vec![back],
        note: Some(it.part("note").into()),
        ..Section::new("shown", &it)
    };
    let page: OrganizationPage = room.page(visit, Place::Webhooks, &visit.say("webhooks-title"), vec![section]);
    visit.sections(&page)
}
