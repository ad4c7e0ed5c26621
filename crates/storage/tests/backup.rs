//! Copies of a whole SQLite database. PostgreSQL says that it is copied otherwise.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use storage::{Options, Store, examine, put_in_place};

use crate::harness::{Fresh, NOW, commit, things::user};

#[tokio::test(flavor = "multi_thread")]
async fn c40_a_copy_is_whole_while_others_write() {
    let db = Fresh::new().await;
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("backups/copy.db");
    if db.is_postgres() {
        assert!(db.store.copy_into(&copy).await.unwrap_err().to_string().contains("pg_dump"));
        return;
    }
    let writing = tokio::spawn({
        let store = db.store.clone();
        async move {
            for number in 0..200 {
                let one = user(&format!("u{number}@example.com"));
                commit!(store, [one], tx => tx.insert_user(&one).await).unwrap();
            }
        }
    });
    let first = user("first@example.com");
    commit!(db.store, [first], tx => tx.insert_user(&first).await).unwrap();
    db.store.copy_into(&copy).await.unwrap();
    assert!(db.store.copy_into(&copy).await.is_err(), "a file that is there is not written over");
    writing.await.unwrap();
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    examine(&copy).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(directory.path().join("backups")).unwrap().collect();
    assert_eq!(names.len(), 1, "looking at it makes no files beside it");
    let store = Store::open(&Options::new(format!("sqlite:{}", copy.display()))).await.unwrap();
    assert!(store.read().await.unwrap().user(first.id).await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn what_is_no_sound_database_of_ours_is_not_put_back() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("text"), "nothing of the kind, and long enough to be looked at as if it were a database")
        .unwrap();
    assert!(examine(&at("text")).await.is_err());
    assert!(examine(&at("missing")).await.is_err());
    let store = Store::open(&Options::new(format!("sqlite:{}", at("whole.db").display()))).await.unwrap();
    let ada = user("ada@example.com");
    commit!(store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    store.copy_into(&at("copy.db")).await.unwrap();
    store.close().await;
    let mut bytes = std::fs::read(at("copy.db")).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 4096].fill(0xff);
    std::fs::write(at("broken.db"), &bytes).unwrap();
    assert!(examine(&at("broken.db")).await.is_err());
}

#[tokio::test]
async fn a_database_that_a_process_has_open_is_not_replaced_and_an_old_one_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("lanyard.db"), directory.path().join("copy.db"));
    let options = Options::new(format!("sqlite:{}", path.display()));
    let store = Store::open(&options).await.unwrap();
    store.copy_into(&copy).await.unwrap();
    let ada = user("ada@example.com");
    commit!(store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    assert!(put_in_place(&path, &copy, ".before").await.unwrap_err().to_string().contains("another process"));
    store.close().await;
    let old: PathBuf = put_in_place(&path, &copy, ".before").await.unwrap().unwrap();
    let had = async |options: &Options| {
        let store = Store::open(options).await.unwrap();
        let had = store.read().await.unwrap().user(ada.id).await.unwrap().is_some();
        store.close().await;
        had
    };
    assert!(!had(&options).await);
    assert!(had(&Options::new(format!("sqlite:{}", old.display()))).await);
}

#[tokio::test]
async fn c40_a_database_is_copied_before_it_is_migrated() {
    use sqlx::Connection as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lanyard.db");
    let copy = directory.path().join("backups/before.db");
    let options =
        Options { copy_before_migrating: Some(copy.clone()), ..Options::new(format!("sqlite:{}", path.display())) };
    Store::open(&options).await.unwrap().close().await;
    Store::open(&options).await.unwrap().close().await;
    assert!(!copy.exists(), "nothing was migrated that had something in it");
    // As an older release left it: without the last migration.
    let mut raw = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::raw_sql("CREATE TABLE left_over (id TEXT); DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
    // Its tables are there, so that it fails here; the copy comes first all the same.
    assert!(Store::open(&options).await.is_err());
    assert!(copy.exists());
    let mut raw = sqlx::SqliteConnection::connect(&format!("sqlite://{}", copy.display())).await.unwrap();
    sqlx::query("SELECT * FROM left_over").fetch_all(&mut raw).await.unwrap();
    raw.close().await.unwrap();
}

#[tokio::test]
async fn a_restored_database_begins_its_order_of_events_beyond_any_that_was_given() {
    let db = Fresh::new().await;
    let before = db.store.read().await.unwrap().feed().await.unwrap();
    commit!(db.store, [], tx => tx.begin_anew(NOW).await).unwrap();
    let after = db.store.read().await.unwrap().feed().await.unwrap();
    assert!(after.position >= before.position + 1_000_000_000);
    assert_eq!(after.position, after.forgotten);
    assert_eq!(
        db.count("feeds WHERE name IN ('events', 'webhooks') AND position = forgotten AND position > 0").await,
        2
    );
}
