//! What the samples of several pages share.

use model::Language;

use super::{App, Brand, Layout, Provenance, SignedIn, Theme, Waiting};

/// A text that must come out as text, wherever a stranger may have written it.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>";

/// 22 November 2026, 14:03:05 UTC.
pub(super) const NOW: i64 = 1_795_356_185_000_000;
pub(super) const MINUTE: i64 = 60_000_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

pub(super) fn layout(language: Language, here: &str) -> Layout {
    Layout {
        brand: Brand { name: "Lanyard".to_owned(), accent: None },
        development: false,
        csrf: "sample-form-token".to_owned(),
        signed_in: None,
        theme: Theme::Auto,
        base: String::new(),
        here: here.to_owned(),
        comes_back: true,
        language,
        menu: None,
    }
}

pub(super) fn signed_in(language: Language, here: &str) -> Layout {
    let person = SignedIn { email: "member@example.com".to_owned(), name: "Mira Member".to_owned() };
    Layout { signed_in: Some(person), ..layout(language, here) }
}

pub(super) fn development(layout: Layout) -> Layout {
    Layout { development: true, ..layout }
}

pub(super) fn claude() -> App {
    App { name: "Claude".to_owned(), provenance: Provenance::Document { host: "claude.ai".to_owned() } }
}

pub(super) fn cursor() -> App {
    App { name: "Cursor".to_owned(), provenance: Provenance::Registered }
}

pub(super) fn hostile() -> App {
    App { name: HOSTILE.to_owned(), provenance: Provenance::Document { host: HOSTILE.to_owned() } }
}

pub(super) fn waiting(app: &str) -> Option<Waiting> {
    Some(Waiting { authorization: "au_0sample".to_owned(), app: app.to_owned() })
}
