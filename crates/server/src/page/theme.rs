//! `POST /theme`: light, dark, or as the system has it, remembered in this browser.

use actix_web::HttpResponse;
use protocol::{OAuthError, Params};

use super::Visit;
use crate::{form::ProtectedForm, view::Theme};

/// What the form says.
pub struct Choice {
    theme: Theme,
    back: String,
}

impl TryFrom<Params> for Choice {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        let theme = params.get("theme").map(Theme::from_word).unwrap_or_default();
        Ok(Self { theme, back: back(&params) })
    }
}

/// Remembers the choice and goes back.
pub async fn post(visit: Visit, form: ProtectedForm<Choice>) -> HttpResponse {
    let Choice { theme, back } = form.into_inner();
    let cookies = &visit.state.edge.cookies;
    let cookie = match theme {
        Theme::Auto => cookies.clear_theme(),
        Theme::Light | Theme::Dark => cookies.set_theme(theme.word()),
    };
    visit.go_with(&back, [cookie])
}

/// Where a form of the footer leads back to: the page that it stood on.
pub(super) fn back(params: &Params) -> String {
    params.get("back").filter(|back| is_path_of_ours(back)).unwrap_or("/").to_owned()
}

/// A path, and nothing that a browser would read as another host.
fn is_path_of_ours(back: &str) -> bool {
    let plain = back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    back.starts_with('/') && !back.starts_with("//") && plain
}

#[cfg(test)]
mod tests {
    use super::is_path_of_ours;

    #[test]
    fn nothing_leads_to_another_host() {
        for path in ["/", "/connections", "/connections?x=1"] {
            assert!(is_path_of_ours(path), "{path}");
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "connections",
            "/a\r\nb",
        ] {
            assert!(!is_path_of_ours(path), "{path:?}");
        }
    }
}
