//! The words and the balance of the consent page.

use crate::{
    html::{tags, words},
    ids, specimen,
};

#[test]
fn consent_chooses_nothing_among_several_and_the_only_one_by_itself() {
    let chosen = |state: &str| {
        let html = specimen("consent", state).html;
        let radios: Vec<_> = tags(&html).into_iter().filter(|tag| tag.attribute("type") == Some("radio")).collect();
        let checked = radios.iter().filter(|tag| tag.attribute("checked").is_some()).count();
        (radios.len(), checked)
    };
    assert_eq!(chosen("several-projects"), (2, 0));
    assert_eq!(chosen("one-project"), (1, 1));
    assert_eq!(chosen("identity"), (0, 0));
    assert_eq!(chosen("no-project"), (0, 0));
    assert!(!ids(&specimen("consent", "no-project").html).contains(&"allow".to_owned()));
}

#[test]
fn consent_says_what_it_is_about() {
    for (state, expected) in [
        ("several-projects", "Claude wants to read one of your projects"),
        ("several-projects", "claude.ai · says who it is by its own web page"),
        ("several-projects", "read issues and comments in the project you choose"),
        ("several-projects", "change, create or delete anything"),
        ("several-projects", "you disconnect it, 30 days without use, or 22 November 2027 at the latest"),
        ("several-projects", "You will be sent to claude.ai"),
        ("several-projects", "Don’t allow Allow read-only access"),
        ("one-project", "wants to read your project Apollo"),
        ("one-project", "read issues and comments in Apollo"),
        ("this-computer", "a program on this computer ( 127.0.0.1 )"),
        ("this-computer", "We cannot check which program that is."),
        ("this-computer", "see your name and e-mail address"),
        ("program", "Registered itself; not verified"),
        ("program", "Any program on this device can claim these links."),
        ("identity", "Demo app wants to sign you in"),
        ("identity", "see or change any of your projects"),
        ("changes", "wants to read and change one of your projects"),
        ("changes", "create and change issues in the project you choose"),
        ("changes", "Don’t allow Allow reading and changing"),
        ("new-only", "Allowed before read issues and comments"),
        ("new-only", "New: it can read documents in Apollo"),
        ("no-project", "You have no project to show it"),
    ] {
        let said = words(&specimen("consent", state).html);
        assert!(said.contains(expected), "{state} does not say {expected:?}: {said}");
    }
    let identity = words(&specimen("consent", "identity").html);
    assert!(!identity.contains("Which project?"), "{identity}");
}

#[test]
fn the_two_answers_weigh_the_same() {
    let html = specimen("consent", "several-projects").html;
    let class = |id: &str| {
        let tag = tags(&html).into_iter().find(|tag| tag.attribute("id") == Some(id)).unwrap();
        assert_eq!(tag.attribute("name"), Some("decision"));
        tag.attribute("class").unwrap().to_owned()
    };
    assert_eq!(class("allow"), class("deny"));
}
