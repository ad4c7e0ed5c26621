//! The navigation of pages that stand within something: an organisation, or the administration of the server. What is in it was
//! decided by whoever fills it.

/// A menu in place of the account's.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What a screen reader calls it.
    pub label: String,
    /// What its pages stand within: an organisation's name.
    pub within: String,
    /// Where else there is such a place, for the switch.
    pub elsewhere: Vec<MenuItem>,
    /// Its pages.
    pub items: Vec<MenuItem>,
}

/// One way in a menu.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// What it says; it may be a stranger's text.
    pub label: String,
    /// Where it leads, below the issuer's path.
    pub path: String,
    /// Whether this is where the reader is.
    pub current: bool,
}

impl MenuItem {
    /// A way that leads there.
    #[must_use]
    pub fn new(label: impl std::fmt::Display, path: impl Into<String>, current: bool) -> Self {
        Self { label: label.to_string(), path: path.into(), current }
    }
}
