//! Opening and closing.

use storage::{Options, Store};

use crate::harness::{
    Fresh, at_once, commit, is_unavailable,
    things::{World, user},
};

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let version = world.policy_version;
    let db = db.reopen().await;
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.family(family.id).await.unwrap().unwrap().head_hash, family.head_hash);
    assert_eq!(read.policy_version().await.unwrap(), version, "migrations are not applied again");
}

#[tokio::test]
async fn a_closed_store_refuses_and_does_not_hang() {
    let db = Fresh::new().await;
    let store = db.store.clone();
    store.close().await;
    let ada = user("ada@example.com");
    assert!(is_unavailable(&commit!(store, [ada], tx => tx.insert_user(&ada).await)));
    assert!(store.read().await.is_err());
}

#[tokio::test]
async fn a_sqlite_database_has_one_owner_and_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let db = Fresh::new().await;
    if db.is_postgres() {
        return;
    }
    let ada = user("ada@example.com");
    commit!(db.store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    let refused = Store::open(&db.options()).await.err().expect("a second owner").to_string();
    assert!(refused.contains("another process"), "{refused}");
    let path = db.url().trim_start_matches("sqlite:").to_owned();
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mode = std::fs::metadata(format!("{path}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_leaves_one_file_every_time() {
    if std::env::var("TEST_DATABASE_URL").is_ok() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lanyard.db");
    let options = Options { connections: 1, ..Options::new(format!("sqlite:{}", path.display())) };
    for round in 0..30 {
        let store = Store::open(&options).await.unwrap();
        let one = user(&format!("u{round}@example.com"));
        commit!(store, [one], tx => tx.insert_user(&one).await).unwrap();
        assert!(store.read().await.unwrap().user(one.id).await.unwrap().is_some());
        store.close().await;
        let name = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().file_name().into_string().unwrap();
        let mut left: Vec<String> = std::fs::read_dir(directory.path()).unwrap().map(name).collect();
        left.sort();
        assert_eq!(left, ["lanyard.db", "lanyard.db.lock"], "round {round}: the write-ahead log is in the database");
    }
}

/// Of two connections that close at the same moment each sees the other, and both leave the write-ahead log behind; so before the
/// last one goes, no other has the log open.
#[cfg(all(feature = "fault-points", target_os = "linux"))]
#[tokio::test(flavor = "multi_thread")]
async fn the_last_connection_closes_alone() {
    use storage::fault::{Fault, Gate, Point};
    let db = Fresh::new().await;
    if db.is_postgres() {
        return;
    }
    let ada = user("ada@example.com");
    commit!(db.store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut read = db.store.read().await.unwrap();
        assert!(read.user(ada.id).await.unwrap().is_some());
        readers.push(read);
    }
    let log = std::path::PathBuf::from(format!("{}-wal", db.url().trim_start_matches("sqlite:")));
    let open = || {
        let files = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(Result::ok);
        files.filter(|file| std::fs::read_link(file.path()).is_ok_and(|to| to == log)).count()
    };
    assert!(open() >= 5, "the writer's and four readers'");
    drop(readers);
    let gate = Gate::default();
    db.store.faults().arm(Point::Close, Fault::Wait(gate.clone()));
    let closing = tokio::spawn({
        let store = db.store.clone();
        async move { store.close().await }
    });
    gate.reached().await;
    assert_eq!(open(), 1, "the writer's");
    gate.open();
    closing.await.unwrap();
    assert!(open() == 0 && !log.exists());
}

#[tokio::test]
async fn a_path_may_hold_what_a_url_may_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("100% a?b#c.db");
    let store = Store::open(&Options::new(format!("sqlite:{}", path.display()))).await.unwrap();
    let ada = user("ada@example.com");
    commit!(store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    assert!(store.read().await.unwrap().user(ada.id).await.unwrap().is_some());
    store.close().await;
    assert!(path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_may_start_at_once_on_postgresql() {
    let db = Fresh::new().await;
    if !db.is_postgres() {
        return;
    }
    let options = Options { connections: 2, ..db.options() };
    let opened = at_once(std::slice::from_ref(&db.store), 6, move |_, _| {
        let options = options.clone();
        async move { Store::open(&options).await.map(drop).map_err(|error| error.to_string()) }
    })
    .await;
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    assert_eq!(db.count("versions").await, 1);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_says_so() {
    let nowhere = Options::new("sqlite:/nonexistent/directory/lanyard.db");
    assert!(is_unavailable(&Store::open(&nowhere).await.map(drop)));
    let nobody = Options {
        acquire_timeout: std::time::Duration::from_secs(1),
        ..Options::new("postgres://nobody@127.0.0.1:1/none")
    };
    assert!(is_unavailable(&Store::open(&nobody).await.map(drop)));
}
