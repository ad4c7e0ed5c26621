//! The power fails: what the process wrote and did not sync is lost with the system's cache (SQLite; PostgreSQL's files are its
//! own affair, and that every connection asks it for durable commits is tested in storage).
//!
//! `power.c`, loaded into the process, keeps an image of the database's files as of their last sync. The process is killed in
//! the middle of its work, the image takes the files' place, and everything that a client was told must be there.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;

use crate::harness::{
    Answer, Broken, Held, Process, World,
    process::{KILLED, Start},
};

/// So many clients work at once, and each has so many families.
const CLIENTS: usize = 8;
const FAMILIES: usize = 12;

/// What a client did with one family, and what it was told.
struct Told {
    held: Held,
    revoked: bool,
    answer: Result<Answer, Broken>,
}

fn library(directory: &Path) -> PathBuf {
    let (source, library) = (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/power.c"), directory.join("power.so"));
    let compiled = Command::new("cc")
        .args(["-O1", "-Wall", "-Werror", "-shared", "-fPIC", source, "-ldl", "-o"])
        .arg(&library)
        .output()
        .expect("the C compiler that SQLite is built with");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    library
}

/// The image of a file that a program wrote and did not sync is missing or old: the means of this test are tested.
#[test]
fn what_was_not_synced_is_not_in_the_image() {
    let directory = tempfile::tempdir().unwrap();
    let (library, image) = (library(directory.path()), directory.path().join("image"));
    std::fs::create_dir(&image).unwrap();
    let write = |text: &str, synced: bool| {
        let (file, input) = (directory.path().join("x.db-wal"), directory.path().join("input"));
        std::fs::write(&input, text).unwrap();
        let written = Command::new("dd")
            .args([format!("if={}", input.display()), format!("of={}", file.display()), "status=none".to_owned()])
            .args(synced.then_some("conv=fsync"))
            .envs([("LD_PRELOAD", &library), ("POWER_IMAGE", &image)])
            .status()
            .unwrap();
        assert!(written.success());
        std::fs::read_to_string(image.join("x.db-wal")).ok()
    };
    assert_eq!(write("lost", false), None);
    assert_eq!(write("kept", true).as_deref(), Some("kept"));
    assert_eq!(write("lost again", false).as_deref(), Some("kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ft17_what_was_not_synced_is_lost_and_nothing_that_a_client_was_told_is_missing() {
    let (world, held) = World::new(CLIENTS * FAMILIES).await;
    if world.is_postgres() {
        return;
    }
    let image = world.directory.path().join("image");
    std::fs::create_dir(&image).unwrap();
    // A clean stop has synced the database; there is no log yet.
    std::fs::copy(world.sqlite_path(), image.join("lanyard.db")).unwrap();
    let preload = [("LD_PRELOAD", library(world.directory.path())), ("POWER_IMAGE", image.clone())];
    let settings = preload.map(|(name, path)| (name, path.to_str().unwrap().to_owned())).into();
    let process = Process::start_with(&world, Start { settings, ..Start::default() }).await;

    let answered = AtomicUsize::new(0);
    let working = join_all(held.chunks(FAMILIES).map(|held| work(&process, held, &answered)));
    let (told, ()) = tokio::join!(working, async {
        while answered.load(Ordering::Relaxed) < CLIENTS * FAMILIES * 3 / 4 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.kill();
    });
    process.died_of(KILLED).await;
    let told: Vec<Told> = told.into_iter().flatten().collect();
    power_returns(&world, &image);

    let process = Process::start(&world).await;
    let (mut refreshed, mut revoked) = (0, 0);
    for one in &told {
        match &one.answer {
            Ok(answer) if one.revoked => {
                assert_eq!(answer.status, 200, "{answer:?}");
                assert!(!process.accepts(&world, &one.held.access).await, "a revocation came undone");
                process.refresh(&one.held.refresh).await.unwrap().assert_invalid_grant();
                revoked += 1;
            }
            Ok(answer) => {
                let next = answer.held();
                assert!(process.accepts(&world, &next.access).await, "a token that was handed out is unknown");
                assert_eq!(
                    process.refresh(&one.held.refresh).await.unwrap().held(),
                    next,
                    "the same pair, byte for byte"
                );
                refreshed += 1;
            }
            Err(Broken) if one.revoked => assert_eq!(process.revoke(&one.held.refresh).await.unwrap().status, 200),
            Err(Broken) => {
                let next = process.refresh(&one.held.refresh).await.unwrap().held();
                assert!(process.accepts(&world, &next.access).await);
            }
        }
    }
    assert!(refreshed > 0 && revoked > 0, "nothing was told before the power failed: {refreshed}, {revoked}");
}

/// Refreshes one family after the other, and revokes each fourth; slowly enough for a checkpoint to come in between.
async fn work(process: &Process, held: &[Held], answered: &AtomicUsize) -> Vec<Told> {
    let mut told = Vec::new();
    for (number, held) in held.iter().enumerate() {
        let revoked = number % 4 == 1;
        let answer = if revoked { process.revoke(&held.refresh).await } else { process.refresh(&held.refresh).await };
        answered.fetch_add(1, Ordering::Relaxed);
        told.push(Told { held: held.clone(), revoked, answer });
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    told
}

/// The files are as they were last synced.
fn power_returns(world: &World, image: &Path) {
    let path = world.sqlite_path();
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        drop(std::fs::remove_file(&file));
        let kept = image.join(file.file_name().unwrap());
        if kept.exists() {
            std::fs::copy(kept, file).unwrap();
        }
    }
}
