//! What a German page says is German: every text of it is another than on the English page, but for names.

use std::collections::{BTreeMap, BTreeSet};

use model::Language;

use crate::{
    gallery_in,
    html::{tags, unescaped},
};

/// What is the same in both languages, besides addresses: names, what strangers and operators wrote, and words that are both.
const NAMES: [&str; 85] = [
    "A",
    "Acme",
    "Acme Deployer",
    "Ada",
    "Apollo",
    "Apollo, Acme",
    "C",
    "Claude",
    "Claude Code",
    "Cursor",
    "Cursor on this device",
    "D",
    "Demo app",
    "Deutsch",
    "English",
    "First project",
    "GET /dev/mail/next?to=ADDRESS&amp;wait=10",
    "Gemini",
    "Lanyard",
    "Mira Member",
    "Passkey",
    "V",
    "VS Code",
    "ada(at)example.com",
    "create and change issues",
    "error",
    "expected",
    "got",
    "invalid_request",
    "one of the registered addresses, byte for byte",
    "parameter",
    "read documents in Apollo",
    "read issues and comments",
    "read issues and comments in Apollo",
    "read issues and comments, create and change issues",
    "redirect_uri",
    "rq_0Nk3VtZ8eQ",
    // Second factors.
    "0A1B-2C3D-4E5F-6G7H",
    "4C5D-6E7F-8G9H-0J1K",
    "6T7V-8W9X-0Y1Z-2A3B",
    "8J9K-0M1N-2P3Q-4R5S",
    "Blue key",
    "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP",
    "My phone",
    // Providers.
    "Acme Login",
    "GitHub",
    "Google",
    "Microsoft",
    // Devices.
    "Acme CLI",
    "BCDF-GHJK",
    "Code",
    "Orion",
    "XXXX-XXXX",
    "acme",
    // API keys.
    "E",
    "Event shipper",
    "Old shipper",
    "lyd_key_0VtyBFCkrPX5…a1B2",
    "send events",
    // API tokens.
    "Backup",
    "Name",
    "OpenAPI 3.1",
    "lyd_pat_0VtyBFCkrPX5…a1B2",
    "lyd_pat_0VtyBFCkrPX5hN3q8Lw2Zs_made-up-for-this-page",
    // Organisations.
    "Acme – Acme · Lanyard",
    "Apollo – Acme · Lanyard",
    "apollo",
    "gemini",
    "whsec_C2FtcGxl",
    "Organisation",
    "Olga Owner",
    "Support",
    // Apps of an organisation's own.
    "Apps",
    "Apps – Acme · Lanyard",
    "Dashboard",
    "Issues",
    "Issues · issues:read",
    "Issues – Acme · Lanyard",
    "Nightly report",
    "c_01JB",
    "change issues",
    "lyd_cs_C2FtcGxl",
    "nowhere",
    "r_01JB",
    "read issues",
];

/// Whether this is an address, and no word: of a person, a host, a page.
fn is_address(text: &str) -> bool {
    !text.contains(' ') && text.contains(['@', '.', ':', '/']) && !text.ends_with(['.', ':'])
        || text.strip_suffix(':').is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_lowercase()))
}

/// The texts of a page: what stands between tags, and what attributes say to people.
fn texts(html: &str) -> BTreeSet<String> {
    let body = html.split_once("<title>").map_or(html, |(_, rest)| rest);
    // What is in English on every page says so of itself.
    let sections = body.split("<section lang=\"en\"").enumerate();
    let body: String = sections
        .map(|(at, piece)| if at == 0 { piece } else { piece.split_once("</section>").map_or("", |(_, rest)| rest) })
        .collect();
    let nodes = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).map(unescaped);
    let attributes = tags(html).into_iter().flat_map(|tag| {
        let spoken = ["aria-label", "title", "alt", "placeholder", "data-shown", "data-copied"];
        tag.attributes
            .into_iter()
            .filter(move |(name, _)| spoken.contains(&name.as_str()))
            .filter_map(|(_, value)| value)
    });
    let all = nodes.chain(attributes).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|text| text.chars().any(char::is_alphabetic)).collect()
}

#[test]
fn no_english_is_left_on_a_german_page() {
    let english: BTreeMap<_, _> =
        gallery_in(Language::English).into_iter().map(|it| ((it.page, it.state), texts(&it.html))).collect();
    let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in gallery_in(Language::German).into_iter().filter(|it| !it.state.ends_with("hostile")) {
        for text in texts(&it.html).intersection(&english[&(it.page, it.state)]) {
            if !NAMES.contains(&text.as_str()) && !is_address(text) {
                left.entry(text.clone()).or_default().insert(it.page.to_owned());
            }
        }
    }
    assert!(left.is_empty(), "the same in both languages: {left:#?}");
}

#[test]
fn every_message_of_a_page_was_found() {
    for language in Language::ALL {
        for it in gallery_in(language) {
            let missing = it.html.split('⟦').skip(1).map(|rest| rest.split('⟧').next().unwrap_or_default());
            assert_eq!(
                missing.collect::<Vec<_>>(),
                Vec::<&str>::new(),
                "{}, {}, {}",
                it.page,
                it.state,
                language.tag()
            );
        }
    }
}
