//! The navigation of the administration of the server.

use model::Language;

use super::{Layout, Menu, MenuItem, say};

/// Its pages, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// How the server is.
    Overview,
    /// People.
    People,
    /// Organisations.
    Organizations,
    /// Clients and resource servers.
    Clients,
    /// Signing keys.
    Keys,
    /// Providers to sign in with.
    Providers,
    /// The queue of mails.
    Mail,
    /// The settings in force.
    Settings,
}

impl Desk {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::People,
        Self::Organizations,
        Self::Clients,
        Self::Keys,
        Self::Providers,
        Self::Mail,
        Self::Settings,
    ];

    /// The word that stands for it in messages and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::People => "people",
            Self::Organizations => "organizations",
            Self::Clients => "clients",
            Self::Keys => "keys",
            Self::Providers => "providers",
            Self::Mail => "mail",
            Self::Settings => "settings",
        }
    }

    /// Its address below the issuer's path.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Overview => "/admin".to_owned(),
            desk => format!("/admin/{}", desk.word()),
        }
    }
}

/// The frame with that navigation.
#[must_use]
pub fn in_administration(layout: Layout, current: Desk) -> Layout {
    let language: Language = layout.language;
    let menu = say(language, "administration-menu");
    let items = Desk::ALL.map(|desk| MenuItem::new(menu.part(desk.word()), desk.path(), desk == current));
    let (label, within) = (menu.to_string(), layout.brand.name.clone());
    let elsewhere = vec![MenuItem::new(menu.part("account"), "/", false)];
    layout.within(Menu { label, within, elsewhere, items: items.into() })
}
