//! `lanyard audit`: the trail on the command line.

use clap::{Args, Subcommand};
use identity::{
    admin::{Act, AuditAsk},
    audit::Place,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;

use super::Reached;
use crate::command::{Failure, answer, say};

/// What can be done with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditAct {
    /// The newest entries
    List {
        /// Which
        #[command(flatten)]
        which: Which,
        /// How many; 500 at the most
        #[arg(long, default_value_t = 50)]
        most: u32,
        /// Only older ones than the entry with this id
        #[arg(long)]
        before: Option<String>,
    },
    /// All entries, as lines of JSON, newest first
    Export {
        /// Which
        #[command(flatten)]
        which: Which,
    },
    /// See that nothing was changed, removed, inserted or put into another order since it was sealed
    Verify {
        /// A head that an earlier verification named, kept elsewhere: it must be passed
        #[arg(long)]
        head: Option<String>,
    },
}

/// Which entries.
#[derive(Debug, Args)]
pub struct Which {
    /// Of one organisation (slug or id)
    #[arg(long)]
    pub organization: Option<String>,
    /// Done by this person, or concerning them (address or id)
    #[arg(long)]
    pub person: Option<String>,
    /// One action, such as grant.allowed, or an area, such as grant
    #[arg(long)]
    pub action: Option<String>,
    /// Not before this: a day in UTC, or a time such as 2026-11-26T08:00:00Z
    #[arg(long, value_parser = moment)]
    pub since: Option<i64>,
    /// Before this
    #[arg(long, value_parser = moment)]
    pub until: Option<i64>,
}

impl Which {
    fn ask(self, before: Option<String>, most: u32) -> AuditAsk {
        let Self { organization, person, action, since, until } = self;
        AuditAsk { organization, person, action, since, until, before, most }
    }
}

/// In seconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_second());
    }
    let day: Date =
        text.parse().map_err(|_| "write a day as 2026-11-26 or a time as 2026-11-26T08:00:00Z".to_owned())?;
    let begin = day.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
    Ok(begin.timestamp().as_second())
}

/// What a step of a verification answers.
#[derive(Debug, Deserialize)]
struct Verified {
    next: Option<Place>,
    head: String,
    entries: u64,
    erased: u64,
    waiting: u64,
    met: bool,
    wrong: Option<Wrong>,
}

#[derive(Debug, Deserialize)]
struct Wrong {
    seal: u64,
    entry: Option<String>,
    what: String,
}

impl AuditAct {
    pub(super) async fn run(self, server: &Reached, json: bool) -> Result<(), Failure> {
        match self {
            Self::List { which, most, before } => {
                let page = server.act(Act::AuditList(Box::new(which.ask(before, most)))).await?;
                if json { answer(&page, true) } else { answer(page.get("entries").unwrap_or(&Value::Null), false) }
            }
            Self::Export { which } => export(server, which.ask(None, 500)).await,
            Self::Verify { head } => verify(server, head, json).await,
        }
    }
}

async fn export(server: &Reached, mut ask: AuditAsk) -> Result<(), Failure> {
    loop {
        let page = server.act(Act::AuditList(Box::new(ask.clone()))).await?;
        let entries = page.get("entries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<String> = entries.iter().map(Value::to_string).collect();
        if !lines.is_empty() {
            say(&lines.join("\n"))?;
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => ask.before = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}

async fn verify(server: &Reached, head: Option<String>, json: bool) -> Result<(), Failure> {
    let (mut from, mut entries, mut erased, mut met) = (None, 0, 0, head.is_none());
    loop {
        let step = server.act(Act::AuditVerify { from: from.take(), head: head.clone() }).await?;
        let mut step: Verified = serde_json::from_value(step)
            .map_err(|error| Failure::failed(format!("The server's answer is not understood: {error}.")))?;
        entries += step.entries;
        erased += step.erased;
        met |= step.met;
        if let Some(wrong) = step.wrong {
            return Err(broken(&wrong, &step.head));
        }
        from = step.next.take();
        if from.is_some() {
            continue;
        }
        if !met {
            return Err(Failure::failed(
                "The chain is sound in itself, but it does not contain the head that you named: it was rewritten, cut off, or \
                 purged beyond it.",
            ));
        }
        return match json {
            true => {
                let Verified { head, waiting, .. } = step;
                let found = serde_json::json!({ "sound": true, "entries": entries, "erased": erased, "waiting": waiting, "head": head });
                answer(&found, true)
            }
            false => say(&sound(entries, erased, &step)),
        };
    }
}

fn sound(entries: u64, erased: u64, step: &Verified) -> String {
    let waiting = match step.waiting {
        0 => String::new(),
        some => format!(" {some} stand under no seal yet: a running server seals what is new within a second."),
    };
    format!(
        "{entries} entries are as they were sealed; {erased} went with their person or organisation.{waiting} The head is {}",
        step.head
    )
}

fn broken(wrong: &Wrong, sound: &str) -> Failure {
    let what = match (&wrong.entry, wrong.what.as_str()) {
        (Some(entry), "reordered") => format!("the entry {entry} does not stand where it stood"),
        (Some(entry), what) => format!("the entry {entry} was {what}"),
        (None, "unsigned") => "it is not signed by this server".to_owned(),
        (None, what) => format!("it was {what}"),
    };
    Failure::failed(format!("The trail is not as it was sealed. Seal {}: {what}. Sound until {sound}.", wrong.seal))
}
