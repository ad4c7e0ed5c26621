//! Backups by the command line, while a server works, and what is put back of them. SQLite; PostgreSQL has tools of its own.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use crate::{
    commands::{Desk, shown},
    harness::{Held, Process, World, process::Start},
};

/// Refreshes one connection after another without a pause, until it is told to end; what the client holds then.
fn refreshing(
    process: &std::sync::Arc<Process>,
    held: &Held,
) -> (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<(Held, u32)>) {
    let (stop, mut stopped) = tokio::sync::oneshot::channel();
    let (process, mut held) = (std::sync::Arc::clone(process), held.clone());
    let task = tokio::spawn(async move {
        let mut times = 0;
        while stopped.try_recv() == Err(tokio::sync::oneshot::error::TryRecvError::Empty) {
            held = process.refresh(&held.refresh).await.unwrap().held();
            times += 1;
        }
        (held, times)
    });
    (stop, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn c40_a_sealed_backup_under_load_is_restored_elsewhere_and_connections_go_on_by_their_rules() {
    let (world, held) = World::new(3).await;
    let desk = Desk::of(&world);
    if world.is_postgres() {
        let complaint = desk.complains(&["backup"]).await;
        return assert!(complaint.contains("pg_dump --format=custom"), "{complaint}");
    }
    let at = |name: &str| world.directory.path().join(name);
    let [key, other] = ["backup.key", "other.key"].map(|name| shown(&at(name)));
    for file in [&key, &other] {
        let made =
            std::process::Command::new(env!("CARGO_BIN_EXE_lanyard")).args(["backup-key", file]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let settings = vec![("LANYARD__BACKUP__KEY_FILE", key.clone())];
    let process = std::sync::Arc::new(Process::start_with(&world, Start { settings, ..Start::default() }).await);

    let (stop, busy) = refreshing(&process, &held[2]);
    let made = desk.answers(&["backup"]).await;
    stop.send(()).unwrap();
    let (_, times) = busy.await.unwrap();
    assert!(times > 0, "the server answered meanwhile");
    let kept = world.sqlite_path().with_file_name("backups");
    let backup = PathBuf::from(made["file"].as_str().unwrap());
    assert_eq!((made["sealed"].as_bool(), backup.parent()), (Some(true), Some(kept.as_path())), "{made}");
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&backup).unwrap();
    assert!(
        bytes.starts_with(b"lanyard backup 1\n") && !bytes.windows(13).any(|some| some == b"SQLite format"),
        "C-44"
    );
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 1, "nothing is left in the clear beside it");

    // Since the backup: one connection went on, and one did not.
    let newer = process.refresh(&held[1].refresh).await.unwrap().held();
    let file = shown(&backup);
    let complaint = desk.complains(&["restore", &file, "--key-file", &key]).await;
    assert!(complaint.contains("A server is running on this database. Stop it first."), "{complaint}");
    assert!(std::sync::Arc::into_inner(process).unwrap().stop().await);

    let elsewhere = at("elsewhere.db");
    let url = format!("sqlite:{}", elsewhere.display());
    let desk = Desk { database_url: Some(url.clone()), ..desk };
    let complaint = desk.complains(&["restore", &file]).await;
    assert!(complaint.contains("name the file of its key with --key-file"), "{complaint}");
    let complaint = desk.complains(&["restore", &file, "--key-file", &other]).await;
    assert!(complaint.contains("sealed with another key, or is not whole"), "{complaint}");
    assert!(!elsewhere.exists(), "nothing was put there");
    desk.says(&["restore", &file, "--key-file", &key]).await;

    let settings = vec![("LANYARD__DATABASE__URL", url)];
    let process = Process::start_with(&world, Start { settings, ..Start::default() }).await;
    let next = process.refresh(&held[0].refresh).await.unwrap().held();
    assert!(process.accepts(&world, &next.access).await, "the untouched one goes on");
    process.refresh(&newer.refresh).await.unwrap().assert_invalid_grant();
    let trail = desk.says(&["audit", "list"]).await;
    assert!(trail.contains("server.restored"), "{trail}");
    desk.says(&["audit", "verify"]).await;
    assert!(process.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn c40_what_is_no_backup_changes_nothing_and_no_restore_takes_the_old_databases_place() {
    let (world, held) = World::new(1).await;
    if world.is_postgres() {
        return;
    }
    let (desk, database) = (Desk::of(&world), world.sqlite_path().to_owned());
    let at = |name: &str| world.directory.path().join(name);
    let good = shown(&at("good.db"));
    desk.says(&["backup", &good]).await;
    let complaint = desk.complains(&["backup", &good]).await;
    assert!(complaint.contains("there is such a file already; name another"), "{complaint}");
    let before = fs::read(&database).unwrap();
    let whole = fs::read(&good).unwrap();
    for (name, bytes, why) in [
        ("text", b"not a database at all, but long enough to be looked at".as_slice(), "text: file is not a database"),
        ("half", &whole[..whole.len() / 2], "half: "),
        ("empty", b"", "empty: "),
    ] {
        fs::write(at(name), bytes).unwrap();
        let complaint = desk.complains(&["restore", &shown(&at(name))]).await;
        assert!(complaint.contains("Nothing was put back") && complaint.contains(why), "{name}: {complaint}");
    }
    assert!(desk.complains(&["restore", &shown(&at("missing"))]).await.contains("missing: "));
    assert!(desk.complains(&["restore", &shown(&database)]).await.contains("is the database itself"));
    assert_eq!(fs::read(&database).unwrap(), before, "nothing has changed");
    let beside = |what: &str| -> Vec<PathBuf> {
        let all = fs::read_dir(database.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.file_name().unwrap().to_str().unwrap().contains(what)).collect()
    };
    assert_eq!(beside(".restoring"), Vec::<PathBuf>::new());

    // However fast one follows the other, each keeps what it replaced.
    for _ in 0..3 {
        desk.says(&["restore", &good]).await;
    }
    let kept: Vec<_> = beside(".before-").into_iter().filter(|path| !shown(path).ends_with("-shm")).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().any(|path| fs::read(path).unwrap() == before), "what was there first is still there");
    assert_eq!(beside(".restoring"), Vec::<PathBuf>::new());
    let process = Process::start(&world).await;
    assert_eq!(process.refresh(&held[0].refresh).await.unwrap().status, 200);
    assert!(process.stop().await);
}
