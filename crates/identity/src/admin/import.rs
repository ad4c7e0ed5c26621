//! People who come from elsewhere, with the hashes of their passwords: one line of JSON each. A line becomes an account with
//! all that it says, or nothing, and says what is wrong with it in words that quote no hash.
//!
//! Does not own files (`server`), nor how a hash is compared (`password`).

mod line;

use std::{collections::HashMap, fmt, sync::Arc};

use model::{AuditEvent, Email, Id, Membership, Organization, Timestamp, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::{StorageError, Tx};

use super::{ActError, TypedPassword, organization};
use crate::Authority;
use line::{Limits, Newcomer};

/// An address that somebody takes while its line is written makes the batch begin again, so often at the most.
const TRIES: usize = 3;

/// One line of a file of people.
#[derive(Clone, Serialize, Deserialize)]
pub struct ImportLine {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The line.
    pub text: TypedPassword,
}

impl fmt::Debug for ImportLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportLine({}, …)", self.number)
    }
}

/// What became of a line.
#[derive(Clone)]
enum Outcome {
    /// An account was made, or would be.
    Imported,
    /// The address has an account, which stays as it is.
    Exists,
    /// In words.
    Refused(String),
}

/// A line as it was read.
struct Read {
    number: u64,
    newcomer: Result<Newcomer, String>,
}

impl Authority {
    /// Imports these lines in one transaction, or only says what would come of it. The answer has a report for each line:
    /// `line`, `email` if it has one, `outcome` (`imported`, `exists`, `refused`), and `why`.
    pub(super) async fn user_import(
        &self,
        lines: Vec<ImportLine>,
        dry_run: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let limits = Limits::of(&self.parts.settings.password);
        let read =
            |line: &ImportLine| Read { number: line.number, newcomer: Newcomer::read(line.text.0.expose(), &limits) };
        let lines: Arc<Vec<Read>> = Arc::new(lines.iter().map(read).collect());
        for _ in 0..TRIES {
            let batch = Arc::clone(&lines);
            let done: Result<Vec<Outcome>, ActError> = self
                .parts
                .store
                .transaction(move |tx| {
                    let batch = Arc::clone(&batch);
                    Box::pin(async move { import(tx, &batch, dry_run, now).await })
                })
                .await;
            match done {
                Err(error) if error.is_taken() => {}
                done => return Ok(report(&lines, &done?)),
            }
        }
        Err(ActError::new("other accounts are made with the same addresses at this moment; try again"))
    }
}

async fn import(tx: &mut Tx, lines: &[Read], dry_run: bool, now: Timestamp) -> Result<Vec<Outcome>, ActError> {
    let mut organizations = HashMap::new();
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        outcomes.push(match &line.newcomer {
            Err(why) => Outcome::Refused(why.clone()),
            Ok(newcomer) => one(tx, newcomer, &mut organizations, dry_run, now).await?,
        });
    }
    Ok(outcomes)
}

async fn one(
    tx: &mut Tx,
    newcomer: &Newcomer,
    organizations: &mut HashMap<String, Option<Organization>>,
    dry_run: bool,
    now: Timestamp,
) -> Result<Outcome, ActError> {
    if tx.user_by_email(&newcomer.email).await?.is_some() {
        return Ok(Outcome::Exists);
    }
    let home = match &newcomer.home {
        None => None,
        Some((named, role)) => {
            if !organizations.contains_key(named) {
                organizations.insert(named.clone(), organization::look_up(tx, named).await?);
            }
            match organizations.get(named) {
                Some(Some(organization)) => Some((organization.id, *role)),
                _ => return Ok(Outcome::Refused(organization::missing(named))),
            }
        }
    };
    if !dry_run {
        let user = newcomer.user(now);
        write(tx, newcomer, &user, home.map(|(id, role)| membership(id, user.id, role, now)), now).await?;
    }
    Ok(Outcome::Imported)
}

const fn membership(
    organization_id: Id<Organization>,
    user_id: Id<User>,
    role: model::Role,
    created_at: Timestamp,
) -> Membership {
    Membership { organization_id, user_id, role, role_id: None, created_at }
}

async fn write(
    tx: &mut Tx,
    newcomer: &Newcomer,
    user: &User,
    membership: Option<Membership>,
    now: Timestamp,
) -> Result<(), StorageError> {
    tx.insert_user(user).await?;
    if let Some(hash) = &newcomer.hash {
        tx.note_imported_password(user.id, hash.work()).await?;
    }
    let mut imported = AuditEvent {
        user_id: Some(user.id),
        subject: Some(user.id.to_string()),
        ..AuditEvent::new("user.imported", now).by_operator()
    };
    if let Some(membership) = membership {
        tx.put_membership(&membership).await?;
        imported.organization_id = Some(membership.organization_id);
    }
    tx.insert_audit_event(&imported).await
}

fn report(lines: &[Read], outcomes: &[Outcome]) -> Value {
    let lines = lines.iter().zip(outcomes).map(|(line, outcome)| {
        let email = line.newcomer.as_ref().ok().map(|newcomer| &newcomer.email);
        let (outcome, why) = match outcome {
            Outcome::Imported => ("imported", None),
            Outcome::Exists => ("exists", Some(taken(email))),
            Outcome::Refused(why) => ("refused", Some(why.clone())),
        };
        json!({ "line": line.number, "email": email, "outcome": outcome, "why": why })
    });
    json!({ "lines": lines.collect::<Vec<_>>() })
}

fn taken(email: Option<&Email>) -> String {
    format!("{} has an account already, which stays as it is", email.map_or("the address", Email::as_str))
}
