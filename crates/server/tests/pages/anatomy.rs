//! What people and their tools need of every page: headings, labels, ids, a focus that goes where it should.

use std::collections::HashSet;

use server::view::Specimen;

use crate::{
    each, gallery,
    html::{elements, tags, words},
    ids, specimen,
};

#[test]
fn a_page_has_one_heading_one_title_and_its_language() {
    each(|name, html| {
        let language = name.rsplit(", ").next().unwrap();
        assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{language}\"")), "{name}");
        assert_eq!(elements(html, "h1").len(), 1, "{name}");
        assert_eq!(elements(html, "main").len(), 1, "{name}");
        assert_eq!(elements(html, "title").len(), 1, "{name}");
        let title = words(elements(html, "title")[0]);
        assert!(title.ends_with(" · Lanyard") && title.len() > " · Lanyard".len(), "{name}: {title:?}");
    });
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    each(|name, html| {
        let levels: Vec<u32> = tags(html).iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    });
}

#[test]
fn every_input_has_a_label_and_every_reference_leads_somewhere() {
    each(|name, html| {
        let tags = tags(html);
        let ids: HashSet<_> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let labelled: HashSet<_> =
            tags.iter().filter(|tag| tag.is("label")).filter_map(|tag| tag.attribute("for")).collect();
        for input in tags.iter().filter(|tag| tag.is("input") && tag.attribute("type") != Some("hidden")) {
            let id = input.attribute("id").expect("an input has an id");
            assert!(labelled.contains(id), "{name}: {id} has no label");
        }
        for tag in &tags {
            for attribute in
                ["aria-describedby", "aria-labelledby", "aria-controls", "for", "data-copies", "data-uncovers"]
            {
                for id in tag.attribute(attribute).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {attribute} names {id}, which is not there");
                }
            }
            if let Some(id) = tag.attribute("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(id), "{name}: a link to #{id}");
            }
        }
    });
}

#[test]
fn an_id_is_there_once() {
    each(|name, html| {
        let mut seen = HashSet::new();
        for id in ids(html) {
            assert!(seen.insert(id.clone()), "{name}: {id} twice");
        }
    });
}

#[test]
fn a_refusal_begins_the_title_and_takes_the_focus() {
    for Specimen { page, state, html } in gallery() {
        let title = words(elements(&html, "title")[0]);
        let refused = matches!(page, "error" | "leave") || html.contains("id=\"refusal\"");
        assert_eq!(title.starts_with("Error: "), refused, "{page}, {state}: {title}");
        if html.contains("id=\"refusal\"") {
            let tags = tags(&html);
            let refusal = tags.iter().find(|tag| tag.attribute("id") == Some("refusal")).unwrap();
            assert!(refusal.attribute("autofocus").is_some() && refusal.attribute("tabindex") == Some("-1"), "{page}");
        }
    }
    for (page, state) in
        [("sign-in", "refused"), ("sign-up", "refused"), ("sign-up", "limited"), ("consent", "refused")]
    {
        assert!(specimen(page, state).html.contains("id=\"refusal\""), "{page}, {state}");
    }
}

#[test]
fn a_field_that_is_wrong_says_so_and_keeps_what_was_typed() {
    let html = specimen("sign-up", "refused").html;
    let tags = tags(&html);
    let field = |id: &str| tags.iter().find(|tag| tag.attribute("id") == Some(id)).unwrap();
    assert_eq!(field("email").attribute("aria-invalid"), Some("true"));
    assert_eq!(field("email").attribute("aria-describedby"), Some("email-error"));
    assert_eq!(field("email").attribute("value"), Some("ada(at)example.com"));
    assert_eq!(field("password").attribute("aria-describedby"), Some("password-error password-hint"));
    assert_eq!(field("password").attribute("value"), None);
    assert_eq!(field("name").attribute("aria-invalid"), None);
}

#[test]
fn the_ids_for_automation_are_there() {
    for (page, state, expected) in [
        ("sign-in", "plain", &["email", "password", "sign-in"][..]),
        ("sign-in", "refused", &["email", "password", "sign-in"]),
        ("sign-up", "plain", &["email", "password", "sign-up"]),
        ("consent", "several-projects", &["project-apollo", "project-gemini", "allow", "deny"]),
        ("consent", "one-project", &["project-apollo", "allow", "deny"]),
        ("consent", "identity", &["allow", "deny"]),
        ("connections", "full", &["revoke-gr_1", "revoke-gr_2", "revoke-gr_3", "revoke-gr_4", "sign-out"]),
        ("home", "member", &["sign-out"]),
        ("confirm", "sign-out", &["sign-out"]),
    ] {
        let found = ids(&specimen(page, state).html);
        for id in expected {
            assert!(found.iter().any(|it| it == id), "{page}, {state}: no {id}");
        }
    }
}
