//! Every sentence with which a flow refuses a request has its message, and every message its sentence.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

/// The sentences that stand in a file's code: texts that begin with a capital and end with a full stop.
fn sentences(file: &Path) -> BTreeSet<String> {
    let source = fs::read_to_string(file).unwrap();
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let is_sentence = |text: &&str| text.starts_with(|first: char| first.is_ascii_uppercase()) && text.ends_with('.');
    code.split('"').skip(1).step_by(2).filter(is_sentence).map(str::to_owned).collect()
}

#[test]
fn every_sentence_of_the_flows_has_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/src/authorize");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let said: BTreeSet<String> = files.flat_map(|file| sentences(&file)).collect();
    let known: BTreeSet<String> = SENTENCES.iter().map(|key| say(Language::English, key).to_string()).collect();
    assert_eq!(said, known);
}

#[test]
fn a_refusal_for_people_is_said_in_their_language_and_any_other_explained() {
    let told = |description: &'static str| {
        let [_, happened, to_do] = refused(OAuthError::invalid_request(description)).words(Language::German);
        (happened, to_do)
    };
    let (happened, to_do) = told("This sign-in is too old. Go back to the app and start again.");
    assert!(happened.starts_with("Diese Anmeldung ist zu alt.") && to_do.starts_with("Es wurde nichts erlaubt"));
    let (happened, to_do) = told("redirect_uri is missing");
    assert!(happened.starts_with("Eine App hat Sie") && to_do.starts_with("Gehen Sie zurück zur App"));
}
