//! `/account/tokens`: a person's tokens for the management API. Made after a fresh proof of who one is, shown once, taken back.

use actix_web::{HttpResponse, web::Path};
use identity::{
    account::SignedIn,
    api_token::{Lifetime, NewApiToken, TokenRefusal},
};
use model::{ApiToken, Id};
use protocol::{Confidential, OAuthError, Params};

use super::prove::Act as Proving;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{Act, ActKind, Choice, Copyable, Fact, Form, Input, Moment, OrganizationPage, Row, Section},
};

/// A token that is asked for.
pub struct Asked {
    name: String,
    writes: bool,
    days: String,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| params.take(name).unwrap_or_default();
        Ok(Self { name: take("name"), writes: take("may") == "write", days: take("days") })
    }
}

/// What there is to say above the list.
enum Said<'a> {
    Nothing,
    Made(&'a str, &'a Confidential),
    Refused(&'static str, &'a Asked),
}

/// Shows them.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    page(&visit, Said::Nothing).await
}

/// Makes one; its text is on this page and on no other.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Asked>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Proving::Tokens) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let Some(lifetime) = Lifetime::of_days(&asked.days) else {
        return page(&visit, Said::Refused("how-long", &asked)).await;
    };
    let new = NewApiToken { name: asked.name.clone(), writes: asked.writes, lifetime };
    match visit.state.authority.make_api_token(person, new, &visit.caller, visit.now).await? {
        Ok(made) => page(&visit, Said::Made(&made.token.name, &made.text)).await,
        Err(TokenRefusal::Name) => page(&visit, Said::Refused("name", &asked)).await,
        Err(TokenRefusal::Full) => page(&visit, Said::Refused("full", &asked)).await,
    }
}

/// Takes one back.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn revoke(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let id: Id<ApiToken> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    match visit.state.authority.revoke_api_token(person, id, &visit.caller, visit.now).await? {
        true => Ok(visit.go("/account/tokens")),
        false => Err(PageError::not_found()),
    }
}

/// The way there.
pub(super) fn link(visit: &Visit) -> Section {
    let it = visit.say("tokens-title");
    let see = Act::link("see-tokens", it.part("see"), "/account/tokens");
    Section { said: Some(it.part("security").into()), acts: vec![see], ..Section::new("tokens", &it) }
}

async fn page(visit: &Visit, said: Said<'_>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let all = visit.state.authority.api_tokens(person, visit.now).await?;
    let (live, ended): (Vec<_>, Vec<_>) = all.into_iter().partition(|token| token.is_in_force(visit.now));
    let title = visit.say("tokens-title");
    let mut sections = Vec::new();
    if let Said::Made(name, text) = &said {
        sections.push(made(visit, name, text));
    }
    sections.push(Section {
        said: live.is_empty().then(|| title.part("none").into()),
        rows: live.iter().map(|token| row(visit, token)).collect(),
        ..Section::new("tokens", &visit.say("tokens-yours"))
    });
    sections.push(asking(visit, person, &said));
    if !ended.is_empty() {
        let rows = ended.iter().map(|token| past(visit, token)).collect();
        sections.push(Section { rows, ..Section::new("ended", &visit.say("tokens-ended")) });
    }
    let page = OrganizationPage::in_frame(visit.layout(), title.to_string(), title.part("lead").into(), sections);
    visit.sections(&match &said {
        Said::Refused(why, _) => page.refused(visit.say("tokens-new").part(why), (*why == "name").then_some("name")),
        Said::Nothing | Said::Made(..) => page,
    })
}

/// The text, this once.
fn made(visit: &Visit, name: &str, text: &Confidential) -> Section {
    let it = visit.say("tokens-made").with("name", name);
    let shown = Copyable { id: "token".to_owned(), label: it.part("label").into(), text: text.expose().to_owned() };
    Section { said: Some(it.part("once").into()), shown: vec![shown], ..Section::new("made", &it) }
}

/// The form, for whoever has proved lately who they are; else the way to do that.
fn asking(visit: &Visit, person: &SignedIn, said: &Said<'_>) -> Section {
    let it = visit.say("tokens-new");
    if !person.proved_recently(visit.now) {
        let prove = Act::link("prove", it.part("prove"), "/prove?for=tokens").with(ActKind::PrimaryLink);
        return Section { said: Some(it.part("first").into()), acts: vec![prove], ..Section::new("new", &it) };
    }
    let (asked, wrong) = match said {
        Said::Refused(why, asked) => (Some(*asked), Some(*why)),
        Said::Nothing | Said::Made(..) => (None, None),
    };
    let name_error = wrong.filter(|why| *why == "name").map(|why| it.part(why).into());
    let (may, days) = (visit.say("tokens-may"), visit.say("tokens-days"));
    let writes = asked.is_some_and(|asked| asked.writes);
    let chosen = |lifetime: Lifetime| match asked {
        Some(asked) => Lifetime::of_days(&asked.days) == Some(lifetime),
        None => lifetime == Lifetime::Month,
    };
    let lifetimes = Lifetime::ALL.map(|lifetime| {
        let count = lifetime.days().to_string();
        Choice::new(&count, days.clone().with("days", lifetime.days()).part("count"), chosen(lifetime))
    });
    let inputs = vec![
        Input::line("name", &visit.say("tokens-name"), asked.map_or("", |asked| &asked.name)).refused(name_error),
        Input::one_of(
            "may",
            &may,
            vec![
                Choice::new("read", may.part("read"), !writes).meaning(may.part("read-means")),
                Choice::new("write", may.part("write"), writes).meaning(may.part("write-means")),
            ],
        ),
        Input::one_of("days", &days, lifetimes.into()),
    ];
    Section {
        form: Some(Form::new("make-token", it.part("act"), "/account/tokens", inputs)),
        ..Section::new("new", &it)
    }
}

fn row(visit: &Visit, token: &ApiToken) -> Row {
    let (it, now) = (visit.say("tokens-row"), visit.now.as_micros());
    let mut facts = vec![
        Fact::text("", &token.hint()),
        Fact { words: it.part(if token.writes { "writes" } else { "reads" }).into(), ..Fact::default() },
        Fact::at(it.part("until"), Moment::date(token.expires_at.as_micros())),
    ];
    facts.push(match token.used_at {
        Some(at) => {
            Fact { text: token.used_address.clone(), ..Fact::at(it.part("used"), Moment::ago(at.as_micros(), now)) }
        }
        None => Fact { words: it.part("never").into(), ..Fact::default() },
    });
    let path = format!("/account/tokens/{}/revoke", token.id);
    let revoke = Act::link(&format!("revoke-{}", token.id), it.part("revoke"), &path);
    let acts = vec![revoke.with(ActKind::DangerousPress).about(&token.name)];
    Row { title: token.name.clone(), facts, acts, ..Row::default() }
}

fn past(visit: &Visit, token: &ApiToken) -> Row {
    let (it, now) = (visit.say("tokens-row"), visit.now.as_micros());
    let at = token.revoked.as_ref().map_or(token.expires_at, |end| end.at);
    Row {
        title: token.name.clone(),
        facts: vec![Fact::text("", &token.hint()), Fact::at(it.part("ended"), Moment::ago(at.as_micros(), now))],
        ..Row::default()
    }
}
