//! FT-19: a database that was put back from a backup (SQLite; what is put back by PostgreSQL's own tools is marked likewise).

use std::{fs, path::PathBuf};

use identity::{
    Authority, Settings,
    backup::{self, BackupKey, BackupSettings},
    events::Followed,
};
use model::{AuditEvent, Email, Id, Proof, ProofKind, SecretHash};

use crate::harness::{Pair, World, secrets};

/// A world in which something was handed out, a backup, and what happened since.
struct Story {
    world: World,
    _directory: tempfile::TempDir,
    backup: PathBuf,
    key: BackupKey,
}

impl Story {
    /// Nothing on PostgreSQL, which is backed up by its own tools.
    async fn new() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let key = BackupKey::generate();
        let settings = BackupSettings {
            directory: Some(directory.path().join("backups")),
            key: Some(key.clone()),
            ..BackupSettings::none()
        };
        let world = World::with(|all: &mut Settings| all.backup = settings).await;
        if world.authority.store().is_shared() {
            assert!(world.authority.back_up(None, world.authority.now()).await.is_err(), "pg_dump does that");
            return None;
        }
        Some(Self { world, backup: PathBuf::new(), key, _directory: directory })
    }

    async fn back_up(&mut self) {
        let made = self.world.authority.back_up(None, self.world.authority.now()).await.unwrap();
        assert!(made.sealed && made.bytes > 0);
        self.backup = made.file;
    }

    async fn restore(&mut self) {
        let (options, settings) = (self.world.database.options(), self.world.authority.settings().clone());
        let path = PathBuf::from(options.url.strip_prefix("sqlite:").unwrap());
        let put = || backup::restore(&self.backup, (&path, &options), Some(self.key.clone()), self.world.clock.now());
        assert!(put().await.is_err(), "not while a server has it open");
        self.world.authority.store().close().await;
        let restored = put().await.unwrap();
        assert!(restored.old.is_some_and(|old| old.exists()), "the old one is kept");
        let store = storage::Store::open(&options).await.unwrap();
        self.world.authority = Authority::new(store, secrets(), self.world.clock.clone(), settings).await.unwrap();
    }
}

#[tokio::test]
async fn ft19_a_restored_backup_forks_no_family_and_the_untouched_ones_go_on() {
    let Some(mut story) = Story::new().await else { return };
    let (moved, still) = (story.world.connect("demo-cli").await, story.world.connect("other-cli").await);
    let second: Pair = story.world.refresh("demo-cli", &moved.refresh).await.unwrap();
    story.back_up().await;
    story.world.advance(60);
    let third = story.world.refresh("demo-cli", &second.refresh).await.unwrap();
    story.world.advance(60);
    let fourth = story.world.refresh("demo-cli", &third.refresh).await.unwrap();
    story.restore().await;
    let world = &story.world;
    let refused = world.refresh("demo-cli", &fourth.refresh).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "invalid_grant");
    assert!(world.refresh("demo-cli", &second.refresh).await.is_err(), "its family has ended; nothing is forked");
    assert_eq!(world.unread_notices().await, 0, "it is nobody's theft");
    world.refresh("other-cli", &still.refresh).await.unwrap();
}

#[tokio::test]
async fn ft19_what_was_handed_out_before_and_serves_once_is_refused() {
    let Some(mut story) = Story::new().await else { return };
    let now = story.world.authority.now();
    let code = story.world.code("demo-cli").await;
    let user = story.world.person.user.clone();
    let proof = proof(&user.email, user.id, now);
    let (id, link) = (proof.id, proof);
    let written: Result<(), storage::StorageError> = story
        .world
        .authority
        .store()
        .transaction(move |tx| {
            let link = link.clone();
            Box::pin(async move { tx.insert_proof(&link).await })
        })
        .await;
    written.unwrap();
    assert_eq!(story.world.authority.store().read().await.unwrap().sessions_of(user.id, now).await.unwrap().len(), 1);
    story.back_up().await;
    story.restore().await;
    let authority = &story.world.authority;
    assert!(story.world.redeem("demo-cli", &code).await.is_err(), "a code may have been redeemed since");
    let mut read = authority.store().read().await.unwrap();
    assert!(read.sessions_of(user.id, now).await.unwrap().is_empty());
    assert!(read.proof(id).await.unwrap().is_none(), "a link may have been used since");
    let epoch = read.user(user.id).await.unwrap().unwrap().security_epoch;
    assert!(epoch > user.security_epoch);
    drop(read);
    authority.seal_entries(authority.now()).await.unwrap();
    assert_eq!(authority.verify_audit(None, None).await.unwrap().wrong, None, "the trail goes on");
}

#[tokio::test]
async fn ft19_whoever_listens_to_events_hears_reset() {
    let Some(mut story) = Story::new().await else { return };
    story.world.connect("demo-cli").await;
    story.world.authority.tell_events(story.world.authority.now()).await.unwrap();
    story.back_up().await;
    story.world.connect("other-cli").await;
    let authority = &story.world.authority;
    authority.tell_events(authority.now()).await.unwrap();
    let mut reader = authority.follow(&story.world.resource, None).await.unwrap();
    let Some(Followed::Opened(heard)) = reader.next().await else { panic!("not opened") };
    drop(reader);
    story.restore().await;
    // Even if as much has happened since as the reader had heard.
    let authority = &story.world.authority;
    for _ in 0..5 {
        let written: Result<(), storage::StorageError> = authority
            .store()
            .transaction(|tx| {
                let event =
                    AuditEvent::new("signing_keys.rotated", model::Timestamp::from_seconds(crate::harness::START));
                Box::pin(async move { tx.insert_audit_event(&event).await })
            })
            .await;
        written.unwrap();
    }
    authority.tell_events(authority.now()).await.unwrap();
    let mut reader = authority.follow(&story.world.resource, Some(heard)).await.unwrap();
    assert!(matches!(reader.next().await, Some(Followed::Reset(_))));
}

#[tokio::test]
async fn c40_what_was_saved_is_what_is_restored() {
    let Some(mut story) = Story::new().await else { return };
    story.world.connect("demo-cli").await;
    let before = dump(&story.world).await;
    story.back_up().await;
    story.world.connect("other-cli").await;
    assert_ne!(dump(&story.world).await, before);
    story.restore().await;
    assert_eq!(dump(&story.world).await, before);
    // A backup that is not whole changes nothing.
    let whole = fs::read(&story.backup).unwrap();
    fs::write(&story.backup, &whole[..whole.len() - 1]).unwrap();
    story.world.authority.store().close().await;
    let options = story.world.database.options();
    let path = PathBuf::from(options.url.strip_prefix("sqlite:").unwrap());
    let put = backup::restore(&story.backup, (&path, &options), Some(story.key.clone()), story.world.clock.now());
    assert!(put.await.is_err());
    story.world.restart().await;
    assert_eq!(dump(&story.world).await, before);
}

/// Every row of the tables that a restoration leaves as they were.
async fn dump(world: &World) -> String {
    use sqlx::{Connection as _, Row as _};
    let url = world.database.url().replacen("sqlite:", "sqlite://", 1);
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let mut all = String::new();
    for (table, columns) in [
        ("users", "id || email || coalesce(password_hash, '')"),
        ("organizations", "id || slug"),
        ("projects", "id || slug"),
        ("memberships", "organization_id || user_id || role"),
        ("clients", "id || metadata"),
        ("resources", "id || name"),
        ("grants", "id || scope || created_at"),
        ("families", "id || generation || head_hash"),
        ("access_tokens", "id || hash || expires_at"),
        ("signing_keys", "id || sealed_private_key"),
        ("audit_events WHERE action <> 'server.restored'", "id || action || at"),
    ] {
        let sql = format!("SELECT {columns} AS line FROM {table} ORDER BY 1");
        for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap() {
            all.push_str(&format!("{table} {}\n", row.get::<String, _>("line")));
        }
    }
    connection.close().await.unwrap();
    all
}

fn proof(email: &Email, user_id: Id<model::User>, now: model::Timestamp) -> Proof {
    Proof {
        id: Id::new(now),
        kind: ProofKind::Reset,
        account: Some((user_id, 1)),
        email: email.clone(),
        token_hash: SecretHash::of(b"token"),
        code: None,
        browser_hash: None,
        carried: None,
        tries: 0,
        mails: 1,
        created_at: now,
        expires_at: now.plus(std::time::Duration::from_secs(3600)),
        spent_at: None,
    }
}
