//! Every page in every state: what each must have, and what none may.
//!
//! With `LANYARD_PAGES_DIR` set, the pages and their files are also written there, to be opened in a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a page that cannot be read is a failed test"
)]

mod anatomy;
mod consent;
mod frame;
mod html;
mod language;
mod look;
mod messages;
mod safety;

use std::{collections::HashSet, fs, path::Path};

use model::Language;
use server::view::{self, Specimen};

use html::tags;

/// In English, which tests look for words in.
pub(crate) fn gallery() -> Vec<Specimen> {
    gallery_in(Language::English)
}

pub(crate) fn gallery_in(language: Language) -> Vec<Specimen> {
    view::gallery(language).expect("every sample renders")
}

pub(crate) fn specimen(page: &str, state: &str) -> Specimen {
    gallery()
        .into_iter()
        .find(|it| it.page == page && it.state == state)
        .unwrap_or_else(|| panic!("no {page}, {state}"))
}

/// Every page in every state and language.
pub(crate) fn each(check: impl Fn(&str, &str)) {
    for language in Language::ALL {
        for Specimen { page, state, html } in gallery_in(language) {
            check(&format!("{page}, {state}, {}", language.tag()), &html);
        }
    }
}

pub(crate) fn ids(html: &str) -> Vec<String> {
    tags(html).iter().filter_map(|tag| tag.attribute("id").map(str::to_owned)).collect()
}

#[test]
fn there_are_all_pages() {
    let pages: HashSet<_> = gallery().iter().map(|it| it.page).collect();
    for page in
        ["home", "sign-up", "sign-in", "consent", "connections", "confirm", "error", "leave", "signed-out", "security"]
            .into_iter()
            .chain(["check-mail", "opened-link", "forgotten", "reset", "reset-done", "dev-mail", "sessions"])
            .chain(["account", "change-password", "password-changed", "change-address", "prove"])
            .chain(["typed-confirmation", "leaving", "left"])
            .chain(["provider-refused", "connect-provider"])
            .chain(["second-factor", "recovery", "totp", "recovery-codes", "recovery-codes-left"])
            .chain(["passkeys", "name-passkey"])
            .chain(["device", "let-in", "organization", "administration", "invitation"])
    {
        assert!(pages.contains(page), "{page}");
    }
}

#[test]
fn pages_can_be_looked_at() {
    let Some(folder) = std::env::var_os("LANYARD_PAGES_DIR") else {
        return;
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets")).unwrap();
    for name in view::asset::asset_names() {
        fs::write(folder.join("assets").join(name), view::asset(name).unwrap().bytes).unwrap();
    }
    for language in Language::ALL.map(Language::tag) {
        let plain = format!("<html lang=\"{language}\"");
        for Specimen { page, state, html } in gallery_in(Language::of_tag(language).unwrap()) {
            let html = html.replace("\"/assets/", "\"assets/");
            for theme in ["light", "dark"] {
                let themed = html.replace(&format!("{plain} data-theme=\"dark\""), &plain);
                let themed = themed.replace(&plain, &format!("{plain} data-theme=\"{theme}\""));
                fs::write(folder.join(format!("{page}.{state}.{language}.{theme}.html")), themed).unwrap();
            }
        }
    }
}
