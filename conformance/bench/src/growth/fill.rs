//! Grants by the hundred thousand, straight through the storage crate: for each a family and its first access token, with
//! genuine texts, of people who are members of organisations with projects. What a server would have written, without anybody
//! signing in.

mod society;

use std::{fs, path::Path, sync::Arc, time::Duration};

use drive::{Database, Error, Tokens, flow::Client as Asking};
use model::{
    ClientId, Family, Grant, GrantKind, Id, ResourceId, Secret, ServerSecrets, Timestamp, Token, TokenKind, family,
};
use protocol::Scope;
use storage::{AccessToken, Options, StorageError, Store};

use self::society::{Place, Society};
use crate::{
    options::Population,
    subject::{PEOPLE, Subject, person},
};

/// So many are written in one transaction.
const AT_ONCE: usize = 1000;
const DAY: Duration = Duration::from_secs(86_400);

/// All that one grant is made of.
struct Row {
    grant: Grant,
    family: Family,
    access: AccessToken,
}

/// What is the same for all of them.
struct Ground {
    secrets: ServerSecrets,
    resource_id: ResourceId,
    client_id: ClientId,
    scope: Scope,
    policy_version: i64,
    now: Timestamp,
}

/// Adds grants until there are `count` whose tokens the cast holds, and returns the new ones. The server must be stopped.
///
/// # Errors
/// The database cannot be opened or written.
pub async fn up_to(subject: &mut Subject, count: usize, population: Population) -> Result<Vec<Tokens>, Error> {
    let Some(cast) = &subject.cast else { return Err(Error::Closed) };
    let (have, assistant, project) = (cast.families.len(), cast.assistant.clone(), cast.project.clone());
    let installed = subject.installed()?;
    let secrets = secrets(&installed.installation.directory().join("keys.toml"))?;
    let url = match installed.installation.database() {
        Database::Sqlite => format!("sqlite:{}", installed.installation.database_file().display()),
        Database::Postgres(url) => url.clone(),
    };
    let store = Store::open(&Options::new(url)).await.map_err(failed)?;
    let ground = ground(&store, secrets, &assistant).await?;
    let home = Place::parse(&installed.organization, &project).ok_or_else(malformed)?;
    let society = Society::gathered(&store, population.for_grants(count), home, ground.now).await?;
    if population.organizations > 0 {
        let owners = (0..PEOPLE).map(|number| model::Email::parse(&person(number)));
        society.let_own(&store, owners.collect::<Option<_>>().ok_or_else(malformed)?, ground.now).await?;
    }
    let mut made = Vec::with_capacity(count.saturating_sub(have));
    for from in (have..count).step_by(AT_ONCE) {
        let numbers = from..count.min(from + AT_ONCE);
        let (rows, tokens): (Vec<Row>, Vec<Tokens>) = numbers
            .map(|number| ground.grant(society.whose(number)?))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(malformed)?
            .into_iter()
            .unzip();
        write(&store, rows).await.map_err(failed)?;
        made.extend(tokens);
    }
    store.close().await;
    Ok(made)
}

async fn ground(store: &Store, secrets: ServerSecrets, client: &Asking) -> Result<Ground, Error> {
    let policy_version = store.read().await.map_err(failed)?.policy_version().await.map_err(failed)?;
    Ok(Ground {
        secrets,
        resource_id: ResourceId::new(drive::seed::RESOURCE_ID),
        client_id: ClientId::new(client.id.as_str()),
        scope: Scope::parse(&client.scope).map_err(|_| malformed())?,
        policy_version,
        now: now()?,
    })
}

impl Ground {
    fn grant(&self, (user_id, place): (Id<model::User>, Place)) -> Option<(Row, Tokens)> {
        let (now, client_id, scope) = (self.now, self.client_id.clone(), self.scope.clone());
        let resource_id = self.resource_id.clone();
        let Place { organization_id, project_id } = place;
        let grant = Grant {
            id: Id::new(now),
            user_id,
            client_id: client_id.clone(),
            kind: GrantKind::Project { resource_id, organization_id, project_id },
            scope: scope.clone(),
            client_fingerprint: "grown".to_owned(),
            created_at: now,
            used_at: None,
            used_address: None,
            revoked: None,
        };
        let (head, retry_salt) = (Secret::generate(), Secret::generate().expose());
        let access = family::access(&self.secrets, self.secrets.current(), &retry_salt, &head, "")?;
        let family = self.family(&grant, &head, retry_salt);
        let access_row = AccessToken {
            id: family.id.cast(),
            generation: 1,
            hash: access.hash(),
            family_id: Some(family.id),
            client_id,
            resource_id: Some(self.resource_id.clone()),
            scope,
            actors: Vec::new(),
            issued_at: now,
            expires_at: now.plus(DAY),
        };
        let text = |kind, secret| Token::new(kind, family.id, 1, secret, &self.secrets).expose(&self.secrets);
        let refresh = Some(text(TokenKind::Refresh, head)?);
        let tokens = Tokens { access: text(TokenKind::Access, access)?, refresh, id: None };
        Some((Row { grant, family, access: access_row }, tokens))
    }

    /// In its first generation, as a redeemed code leaves it.
    fn family(&self, grant: &Grant, head: &Secret, retry_salt: String) -> Family {
        let now = self.now;
        Family {
            id: Id::new(now),
            grant_id: grant.id,
            client_id: grant.client_id.clone(),
            scope: grant.scope.clone(),
            policy_version: self.policy_version,
            generation: 1,
            head_hash: head.hash(),
            previous_hash: None,
            retry_salt,
            key_version: self.secrets.current(),
            answered_at: now,
            // As after its first use, so that an introspection is a read.
            head_seen_at: Some(now),
            repeated_at: None,
            repeat_streak: 0,
            idle_expires_at: now.plus(DAY * 30),
            absolute_expires_at: now.plus(DAY * 365),
            session_id: Id::new(now),
            auth_time: now,
            amr: "pwd".to_owned(),
            created_at: now,
            revoked: None,
        }
    }
}

async fn write(store: &Store, rows: Vec<Row>) -> Result<(), StorageError> {
    let rows = Arc::new(rows);
    store
        .transaction(move |tx| {
            let rows = Arc::clone(&rows);
            Box::pin(async move {
                for row in rows.iter() {
                    tx.insert_grant(&row.grant).await?;
                    tx.insert_family(&row.family).await?;
                    tx.insert_access_token(&row.access).await?;
                }
                Ok::<_, StorageError>(())
            })
        })
        .await
}

/// The versions of the server's secret, as `lanyard init` writes them.
fn secrets(file: &Path) -> Result<ServerSecrets, Error> {
    let text = fs::read_to_string(file).map_err(Error::io("reading the key file"))?;
    let field = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(" = ")).filter(|(known, _)| *known == name);
        lines.map(|(_, value)| value.trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    let versions = field("version").iter().filter_map(|text| text.parse().ok()).collect::<Vec<u16>>();
    let values = field("value").iter().filter_map(|text| Some(*Secret::parse(text)?.bytes())).collect::<Vec<_>>();
    ServerSecrets::new(versions.into_iter().zip(values)).ok_or_else(malformed)
}

#[expect(clippy::disallowed_methods, reason = "what is made here begins now, and no request says when that is")]
fn now() -> Result<Timestamp, Error> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(|_| malformed())?;
    i64::try_from(since.as_micros()).map(Timestamp::from_micros).map_err(|_| malformed())
}

fn malformed() -> Error {
    Error::Malformed("an id, a secret or a scope of the installation")
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: StorageError) -> Error {
    Error::Failed { program: "filling the database".to_owned(), said: error.to_string() }
}
