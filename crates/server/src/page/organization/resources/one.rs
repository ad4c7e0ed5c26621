//! `/organizations/{organization}/resources/{id}`: what one is called, what can be asked for there and in which words, whether it is
//! the one that is meant where none is named, and its end.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Language, Permission, Resource, ResourceScope};
use protocol::{OAuthError, Params};

use super::{NewScope, head, row, shown};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Nothing, Visit,
        organization::{Done, Room, members},
    },
    view::{self, ActKind, Choice, Form, Input, Place, Section},
};

/// Organisation and resource, as they are written in the address.
type Names = Path<(String, String)>;

/// Another name.
pub struct Named {
    name: String,
    version: i64,
}

impl TryFrom<Params> for Named {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let version = params.take("version").and_then(|text| text.parse().ok()).unwrap_or_default();
        Ok(Self { name: params.take("name").unwrap_or_default(), version })
    }
}

/// Other words for what can be asked for.
pub struct Said {
    scope: String,
    language: String,
    words: String,
}

impl TryFrom<Params> for Said {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self { scope: take("of"), language: take("language"), words: take("said") })
    }
}

/// What shall be asked for no more.
pub struct Gone(String);

impl TryFrom<Params> for Gone {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("gone").unwrap_or_default()))
    }
}

/// Comes to one of this organisation's; another's looks as if it were not there.
async fn come_to(visit: &Visit, names: &Names) -> Result<Result<(Room, Resource, i64), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(&names.0, Permission::ManageResources).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let found = visit.state.authority.resource_in(&room.standing, &names.1).await?;
    let (resource, version) = found.ok_or_else(PageError::not_found)?;
    Ok(Ok((room, resource, version)))
}

/// Shows it.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn get(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    match come_to(&visit, &names).await? {
        Ok((room, resource, version)) => page(&visit, &room, (&resource, version), None),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Gives it another name.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn rename(visit: Visit, names: Names, form: ProtectedForm<Named>) -> Result<HttpResponse, PageError> {
    let Named { name, version } = form.into_inner();
    let act = |resource| Act::ResourceChange { resource, name: Some(name), default: None, dry_run: false };
    changed(&visit, &names, act, ("name", Some(version))).await
}

/// Lets something more be asked for.
///
/// # Errors
/// As [`rename`].
pub async fn add_scope(visit: Visit, names: Names, form: ProtectedForm<NewScope>) -> Result<HttpResponse, PageError> {
    let scopes = vec![form.into_inner().text()];
    let act = |resource| Act::ResourceScopeAdd { resource, scopes, dry_run: false };
    changed(&visit, &names, act, ("scope", None)).await
}

/// Says in other words what can be asked for.
///
/// # Errors
/// As [`rename`].
pub async fn describe(visit: Visit, names: Names, form: ProtectedForm<Said>) -> Result<HttpResponse, PageError> {
    let Said { scope, language, words } = form.into_inner();
    let act = |resource| Act::ResourceScopeDescribe { resource, scope, language, words, dry_run: false };
    changed(&visit, &names, act, ("words", None)).await
}

/// Lets something be asked for no more; whatever was allowed with it is worth less at once.
///
/// # Errors
/// As [`rename`].
pub async fn remove_scope(visit: Visit, names: Names, form: ProtectedForm<Gone>) -> Result<HttpResponse, PageError> {
    let Gone(scope) = form.into_inner();
    let act = |resource| Act::ResourceScopeRemove { resource, scope, dry_run: false };
    changed(&visit, &names, act, ("last", None)).await
}

/// Changes it, and shows it as it is then; `wrong` is what is wrong if it cannot be.
async fn changed(
    visit: &Visit,
    names: &Names,
    act: impl FnOnce(String) -> Act,
    (wrong, version): (&'static str, Option<i64>),
) -> Result<HttpResponse, PageError> {
    let (room, resource, seen) = match come_to(visit, names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = act(resource.id.to_string());
    let done = match version {
        Some(version) => visit.act_on(&room, Place::Resources, act, version).await?,
        None => visit.act_in(&room, Place::Resources, act).await?,
    };
    match done {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Resources, &format!("/{}", resource.id)))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if matches!(refused.kind, ActErrorKind::Changed { .. }) { "changed" } else { wrong };
            page(visit, &room, (&resource, seen), Some(wrong))
        }
    }
}

/// What is done with it: `disable`, `enable`, `new-secret`, `prefer`, `unprefer`.
///
/// # Errors
/// As [`rename`].
pub async fn act(
    visit: Visit,
    path: Path<(String, String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let (organization, id, verb) = path.into_inner();
    let (room, found, _) = match come_to(&visit, &Path::from((organization, id))).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let resource = found.id.to_string();
    let prefer =
        |resource, default| Act::ResourceChange { resource, name: None, default: Some(default), dry_run: false };
    let act = match verb.as_str() {
        "disable" => Act::ResourceSetDisabled { resource, disabled: true },
        "enable" => Act::ResourceSetDisabled { resource, disabled: false },
        "new-secret" => Act::ResourceNewSecret { resource },
        "prefer" => prefer(resource, true),
        "unprefer" => prefer(resource, false),
        _ => return Err(PageError::not_found()),
    };
    match visit.act_in(&room, Place::Resources, act).await? {
        Done::Done(answer) if verb == "new-secret" => shown(&visit, &room, &answer),
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Resources, &format!("/{}", found.id)))),
    }
}

/// Asks whether it shall go.
///
/// # Errors
/// As [`get`].
pub async fn ask_to_remove(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    let (room, resource, _) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let it = visit.say("resources-remove").with("resource", &resource.name);
    let here = room.path(Place::Resources, &format!("/{}/remove", resource.id));
    members::ask(&visit, &room, &it, ("remove-resource", here, room.path(Place::Resources, "")))
}

/// Deletes it with every connection to it.
///
/// # Errors
/// As [`rename`].
pub async fn remove(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let (room, resource, _) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = Act::ResourceRemove { resource: resource.id.to_string() };
    match visit.act_in(&room, Place::Resources, act).await? {
        Done::Led(answer) => Ok(answer),
        Done::Done(_) | Done::Refused(_) => Ok(visit.go(&room.path(Place::Resources, ""))),
    }
}

fn page(
    visit: &Visit,
    room: &Room,
    (resource, version): (&Resource, i64),
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let here = room.path(Place::Resources, &format!("/{}", resource.id));
    let it = visit.say("resources-one").with("resource", &resource.name);
    let mut sections = vec![about(visit, resource, version, &here)];
    sections.push(words(visit, resource, &here));
    let more = visit.say("resources-more");
    let form =
        Form::new("add-scope", more.part("act"), &format!("{here}/scopes"), NewScope::default().inputs(visit, None));
    sections.push(Section { form: Some(form), ..Section::new("more", &more) });
    if resource.scopes.len() > 1 {
        sections.push(less(visit, resource, &here));
    }
    sections.push(end(visit, resource, &here));
    let page = room.page(visit, Place::Resources, &it, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("resources-wrong").part(wrong), None),
        None => page,
    })
}

fn about(visit: &Visit, resource: &Resource, version: i64, here: &str) -> Section {
    let it = visit.say("resources-about");
    let inputs = vec![
        Input::line("name", &visit.say("resources-name"), &resource.name),
        Input::carried("version", &version.to_string()),
    ];
    let press = |verb: &str| view::Act::link(verb, it.part(verb), &format!("{here}/{verb}")).with(ActKind::Press);
    let prefer = if resource.default_at.is_some() { press("unprefer") } else { press("prefer") };
    Section {
        rows: vec![head(visit, resource)],
        form: Some(Form::new("rename", it.part("act"), here, inputs)),
        acts: vec![prefer, press("new-secret")],
        note: Some(it.part("note").into()),
        ..Section::new("about", &it)
    }
}

/// What can be asked for, and in which words people are told so.
fn words(visit: &Visit, resource: &Resource, here: &str) -> Section {
    let it = visit.say("resources-said");
    let languages = Language::ALL
        .into_iter()
        .map(|language| Choice::new(language.tag(), it.part(language.tag()), language == visit.language()));
    let inputs = vec![
        Input::one_of("of", &it.part("which"), scopes(visit, resource)),
        Input::one_of("language", &it.part("language"), languages.collect()),
        Input::line("said", &visit.say("resources-words"), ""),
    ];
    let form = Form::new("describe", it.part("act"), &format!("{here}/words"), inputs);
    let rows = resource.scopes.iter().map(|scope| row(visit, scope)).collect();
    Section { rows, form: Some(form), ..Section::new("scopes", &it) }
}

fn scopes(visit: &Visit, resource: &Resource) -> Vec<Choice> {
    let choice = |scope: &ResourceScope| {
        Choice::new(&scope.name, scope.words(visit.language()), resource.scopes.len() == 1).meaning(&scope.name)
    };
    resource.scopes.iter().map(choice).collect()
}

fn less(visit: &Visit, resource: &Resource, here: &str) -> Section {
    let it = visit.say("resources-less");
    let inputs = vec![Input::one_of("gone", &it.part("which"), scopes(visit, resource))];
    let form = Form::new("remove-scope", it.part("act"), &format!("{here}/unlist"), inputs).dangerous();
    Section { said: Some(it.part("text").into()), form: Some(form), ..Section::new("less", &it) }
}

fn end(visit: &Visit, resource: &Resource, here: &str) -> Section {
    let it = visit.say("resources-end");
    let switch = match resource.disabled_at {
        None => {
            view::Act::link("disable", it.part("disable"), &format!("{here}/disable")).with(ActKind::DangerousPress)
        }
        Some(_) => view::Act::link("enable", it.part("enable"), &format!("{here}/enable")).with(ActKind::Press),
    };
    let remove = view::Act::link("remove", it.part("remove"), &format!("{here}/remove")).with(ActKind::DangerousLink);
    Section { said: Some(it.part("text").into()), acts: vec![switch, remove], ..Section::new("end", &it) }
}
