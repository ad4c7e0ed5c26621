//! The audit trail as people read it: their own, and their organisation's. Owns how it is filtered, shown page by page and taken
//! away as lines of JSON; who may see it is asked by whoever calls this.

use actix_web::{
    HttpResponse,
    http::header::{ContentDisposition, DispositionParam, DispositionType},
    web::Bytes,
};
use futures_util::{TryStreamExt as _, stream};
use identity::{Authority, audit::TrailPage};
use jiff::{Span, civil::Date, tz::TimeZone};
use model::{Email, Id, Timestamp};
use protocol::{OAuthError, Params};
use storage::{TrailEntry, TrailFilter, TrailOf};
use url::form_urlencoded::Serializer;

use super::Visit;
use crate::{
    error_response::PageError,
    view::{Act, Choice, Fact, Form, Input, Moment, Row, Section},
};

/// On one page.
const PAGE: u32 = 50;
/// What can be chosen: areas of actions, and the parts of `audit-what` that name them.
const AREAS: [&str; 7] = ["session", "grant", "key", "member", "project", "organization", "webhook"];

/// What of it is wanted, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    what: String,
    who: String,
    since: String,
    until: String,
    before: Option<String>,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut typed = |name| params.take(name).unwrap_or_default().trim().to_owned();
        let (what, who, since, until) = (typed("what"), typed("who"), typed("since"), typed("until"));
        let what = if AREAS.contains(&what.as_str()) { what } else { String::new() };
        Ok(Self { what, who, since, until, before: params.take("before").filter(|id| is_id(id)) })
    }
}

impl Asked {
    /// From an address.
    ///
    /// # Errors
    /// A query that is none.
    pub fn of_query(query: &str) -> Result<Self, OAuthError> {
        Params::parse(query).and_then(Self::try_from)
    }

    /// The address below this path that shows it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let all = [("what", &self.what), ("who", &self.who), ("since", &self.since), ("until", &self.until)];
        let mut query = Serializer::new(String::new());
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        if let Some(before) = &self.before {
            query.append_pair("before", before);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// What is read; nothing if a day is none. Somebody whom nobody knows did nothing.
    async fn filter(&self, of: TrailOf, authority: &Authority) -> Result<Option<TrailFilter>, PageError> {
        let (Ok(since), Ok(until)) = (day(&self.since, 0), day(&self.until, 1)) else { return Ok(None) };
        let person = match (Id::parse(&self.who), Email::parse(&self.who)) {
            (Some(id), _) => Some(id),
            (None, Some(email)) => {
                let mut read = authority.store().read().await.map_err(identity::Error::from)?;
                let found = read.user_by_email(&email).await.map_err(identity::Error::from)?;
                Some(found.map_or_else(|| Id::from_bytes([0; 16]), |user| user.id))
            }
            (None, None) if self.who.is_empty() => None,
            (None, None) => Some(Id::from_bytes([0; 16])),
        };
        let action = Some(self.what.clone()).filter(|what| !what.is_empty());
        let before = self.before.clone();
        Ok(Some(TrailFilter { action, person, since, until, before, of }))
    }
}

/// An entry's: with its grant's behind it where several went at once.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

/// The beginning of a day, in UTC, this many days later; nothing where nothing was typed.
fn day(text: &str, later: i64) -> Result<Option<Timestamp>, jiff::Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse()?;
    let begin = day.checked_add(Span::new().days(later))?.to_zoned(TimeZone::UTC)?;
    Ok(Some(Timestamp::from_micros(begin.timestamp().as_microsecond())))
}

/// The sections of a page at this path, and whether what was typed can be read.
///
/// # Errors
/// Trouble of the database.
pub async fn sections(
    visit: &Visit,
    of: TrailOf,
    (path, asked): (&str, &Asked),
) -> Result<(Vec<Section>, bool), PageError> {
    let authority = &visit.state.authority;
    let Some(filter) = asked.filter(of, authority).await? else {
        return Ok((vec![asking(visit, of, path, asked)], false));
    };
    let page = authority.trail(&filter, PAGE).await?;
    Ok((vec![entries(visit, of, (path, asked), &page), asking(visit, of, path, asked)], true))
}

fn entries(visit: &Visit, of: TrailOf, (path, asked): (&str, &Asked), page: &TrailPage) -> Section {
    let it = visit.say("audit-entries");
    let rows: Vec<Row> = page.entries.iter().map(|one| row(visit, of, one)).collect();
    let older = page.next.as_ref().map(|before| Asked { before: Some(before.clone()), ..asked.clone() });
    let newest = asked.before.is_some().then(|| Asked { before: None, ..asked.clone() });
    let whole = Asked { before: None, ..asked.clone() };
    let acts = older
        .map(|asked| Act::link("older", it.part("older"), &asked.path(path)))
        .into_iter()
        .chain(newest.map(|asked| Act::link("newest", it.part("newest"), &asked.path(path))))
        .chain([Act::link("export", it.part("export"), &whole.path(&format!("{path}/export")))])
        .collect();
    let said = rows.is_empty().then(|| it.part("none").into());
    Section { said, rows, acts, ..Section::new("entries", &it) }
}

fn row(visit: &Visit, of: TrailOf, one: &TrailEntry) -> Row {
    let (it, entry) = (visit.say("audit-entries"), &one.entry);
    let text = |part, text: &Option<String>| text.as_ref().map(|text| Fact::text(it.part(part), text));
    let by = match (&entry.by, &one.by_email) {
        (Some(by), _) if by == model::audit::OPERATOR => {
            Some(Fact { words: it.part("by-operator").into(), ..Fact::default() })
        }
        (Some(_), Some(email)) => Some(Fact::text(it.part("by"), email)),
        (Some(by), None) => Some(Fact::text(it.part("by"), by)),
        (None, _) => None,
    };
    let is_own = |id: &str| matches!(of, TrailOf::Person(person) if person.as_str() == id);
    let by = by.filter(|_| !entry.by.as_deref().is_some_and(is_own));
    let concerns = entry.user_id.filter(|user| entry.by.as_deref() != Some(user.as_str()) && !is_own(user.as_str()));
    let concerns = concerns.map(|id| {
        let named = one.user_email.clone().unwrap_or_else(|| id.to_string());
        Fact::text(it.part("concerning"), &named)
    });
    let at = Moment::ago(entry.at.as_micros(), visit.now.as_micros());
    let facts = std::iter::once(Fact::at("", at))
        .chain(by)
        .chain(concerns)
        .chain(text("app", &one.client_name))
        .chain(text("project", &one.project_name))
        .chain(text("from", &entry.address));
    Row { title: told(visit, &entry.action), facts: facts.collect(), ..Row::default() }
}

/// The part of `audit-event` that tells of this action.
pub(super) fn part(action: &str) -> String {
    action.replace(['.', '_'], "-")
}

/// In words; a newer release's in its own.
fn told(visit: &Visit, action: &str) -> String {
    visit.say("audit-event").part(&part(action)).if_said().unwrap_or_else(|| action.to_owned())
}

fn asking(visit: &Visit, of: TrailOf, path: &str, asked: &Asked) -> Section {
    let (it, what) = (visit.say("audit-filter"), visit.say("audit-what"));
    let areas = AREAS.iter().filter(|area| matches!(of, TrailOf::Organization(_)) == !matches!(**area, "session"));
    let areas: Vec<&&str> = areas.collect();
    let choices = std::iter::once(Choice::new("all", what.part("all"), asked.what.is_empty()))
        .chain(areas.into_iter().map(|area| Choice::new(area, what.part(area), asked.what == **area)))
        .collect();
    let who = match of {
        TrailOf::Person(_) => None,
        TrailOf::Organization(_) | TrailOf::Server => {
            Some(Input::line("who", &visit.say("audit-who"), &asked.who).optional())
        }
    };
    let inputs = std::iter::once(Input::one_of("what", &what, choices))
        .chain(who)
        .chain([
            Input::line("since", &visit.say("audit-since"), &asked.since).optional(),
            Input::line("until", &visit.say("audit-until"), &asked.until).optional(),
        ])
        .collect();
    Section { form: Some(Form::new("show", it.part("act"), path, inputs)), ..Section::new("filter", &it) }
}

/// All that was asked for, as lines of JSON, read as it is sent.
///
/// # Errors
/// A day that is none; trouble of the database before the first line.
pub async fn export(visit: &Visit, of: TrailOf, asked: &Asked, name: &str) -> Result<HttpResponse, PageError> {
    let authority = visit.state.authority.clone();
    let filter = Asked { before: None, ..asked.clone() }.filter(of, &authority).await?;
    let filter = filter.ok_or_else(|| OAuthError::invalid_request("since or until is no day"))?;
    Ok(lines(authority, filter, name).await?)
}

/// What this filter finds, as lines of JSON, read as they are sent.
///
/// # Errors
/// Trouble of the database before the first line.
pub async fn lines(authority: Authority, filter: TrailFilter, name: &str) -> Result<HttpResponse, identity::Error> {
    let first = authority.export_trail(filter).await?;
    let lines = stream::try_unfold(Some(first), move |piece| {
        let authority = authority.clone();
        async move {
            let Some((lines, next)) = piece else { return Ok::<_, identity::Error>(None) };
            let behind = match next {
                Some(filter) => Some(authority.export_trail(filter).await?),
                None => None,
            };
            Ok(Some((Bytes::from(lines), behind)))
        }
    });
    let name = DispositionParam::Filename(format!("{name}.jsonl"));
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header(ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] })
        // It ends in the middle then, which whoever reads it notices.
        .streaming(lines.inspect_err(|error| tracing::error!(%error, "an export broke off"))))
}
