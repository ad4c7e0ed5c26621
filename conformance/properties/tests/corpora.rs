//! Every property over its committed corpus and small changes of it, the same ones every time, so that targets and corpora
//! cannot rot between two runs of the fuzzer.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is not as expected is a failed test")]

use std::{fs, panic, path::PathBuf};

use properties::{PROPERTIES, Property, mutation};

/// A target's corpus is small on purpose: what the fuzzer finds on its way is kept outside of the repository.
const MOST_FILES: usize = 60;
const MOST_BYTES: usize = 4096;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

fn property(name: &str) -> Property {
    *PROPERTIES.iter().find(|property| property.name == name).unwrap()
}

fn holds_over_its_corpus(name: &str, variations: usize) {
    let property = property(name);
    let seeds = corpus(name);
    assert!((3..=MOST_FILES).contains(&seeds.len()), "{} files", seeds.len());
    for (at, (file, seed)) in seeds.iter().enumerate() {
        assert!(seed.len() <= MOST_BYTES, "{} is larger than the others", file.display());
        check(property, seed, &file.display().to_string());
        let other = &seeds[(at + 1) % seeds.len()].1;
        for (number, changed) in mutation::of(seed, other, variations).enumerate() {
            check(property, &changed, &format!("change {number} of {}", file.display()));
        }
    }
}

fn check(property: Property, bytes: &[u8], which: &str) {
    let held = panic::catch_unwind(|| (property.holds)(bytes));
    assert!(held.is_ok(), "{} does not hold for {which}: {:?}", property.name, String::from_utf8_lossy(bytes));
}

#[test]
fn authorize_holds() {
    holds_over_its_corpus("authorize", 400);
}

#[test]
fn basic_header_holds() {
    holds_over_its_corpus("basic_header", 400);
}

#[test]
fn client_assertion_holds() {
    holds_over_its_corpus("client_assertion", 60);
}

#[test]
fn client_document_holds() {
    holds_over_its_corpus("client_document", 200);
}

#[test]
fn cookies_holds() {
    holds_over_its_corpus("cookies", 200);
}

#[test]
fn json_rpc_holds() {
    holds_over_its_corpus("json_rpc", 400);
}

#[test]
fn redirect_uri_holds() {
    holds_over_its_corpus("redirect_uri", 400);
}

#[test]
fn registration_holds() {
    holds_over_its_corpus("registration", 200);
}

#[test]
fn scope_and_resource_holds() {
    holds_over_its_corpus("scope_and_resource", 400);
}

#[test]
fn token_holds() {
    holds_over_its_corpus("token", 100);
}

#[test]
fn user_code_holds() {
    holds_over_its_corpus("user_code", 400);
}

#[test]
fn token_form_holds() {
    holds_over_its_corpus("token_form", 400);
}

/// A property has its target, its corpus and its test, and there is nothing beside them.
#[test]
fn every_property_has_its_target_and_its_corpus() {
    let fuzz = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let names = |folder: &str| {
        let entries = fs::read_dir(fuzz.join(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let properties = PROPERTIES.map(|property| property.name);
    assert_eq!(names("corpus"), properties);
    assert_eq!(names("targets"), properties);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let tests = include_str!("corpora.rs");
    for name in properties {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is no binary of the fuzz targets");
        assert!(tests.contains(&format!("holds_over_its_corpus(\"{name}\"")), "{name} has no test");
    }
}

/// The check can fail: a property that does not hold is told.
#[test]
fn what_does_not_hold_is_told() {
    let never = Property { name: "never", holds: |data| assert!(!data.contains(&b'x'), "on purpose") };
    assert!(panic::catch_unwind(|| check(never, b"x", "this")).is_err());
    assert!(
        mutation::of(b"y", b"x", 200)
            .any(|changed| panic::catch_unwind(|| check(never, &changed, "a change")).is_err())
    );
}
