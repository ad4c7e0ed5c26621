//! A link that leads away from this server: only to an address that was registered.

/// A link to an address that the caller trusts because it was registered, in words that name where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedLink {
    href: String,
    place: String,
}

impl TrustedLink {
    /// `href` must come from a registration, never from a request; `place` names it: `claude.ai`, `this computer`.
    /// `None` for a scheme that a browser would run or read instead of visiting.
    #[must_use]
    pub fn new(href: impl Into<String>, place: impl Into<String>) -> Option<Self> {
        let (href, place) = (href.into(), place.into());
        let (scheme, _) = href.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let is_run =
            matches!(scheme.as_str(), "javascript" | "data" | "vbscript" | "blob" | "file" | "about" | "view-source");
        (is_scheme && !is_run).then_some(Self { href, place })
    }

    /// The address.
    #[must_use]
    pub fn href(&self) -> &str {
        &self.href
    }

    /// Where it goes, for people.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_no_link() {
        for href in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            " https://a.example/",
            "\tjavascript:x",
            "no-scheme",
            ":x",
        ] {
            assert_eq!(TrustedLink::new(href, "a place"), None, "{href}");
        }
    }

    #[test]
    fn registered_forms_are_links() {
        for href in [
            "https://claude.ai/api/mcp/auth_callback",
            "http://127.0.0.1:4711/",
            "cursor://anysphere.cursor-mcp/oauth/callback",
        ] {
            assert!(TrustedLink::new(href, "a place").is_some(), "{href}");
        }
    }
}
