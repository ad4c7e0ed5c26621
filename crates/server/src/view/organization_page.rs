//! A page within an organisation: its navigation, what happened, and a list of sections. Which pages there are stands in
//! [`Place`], with what somebody must be allowed to for it to be offered.

use askama::Template;
use identity::Standing;
use model::{Language, Permission};

use super::{Connection, EndedConnection, Layout, Menu, MenuItem, Notice, Phrase, Section, say};

/// The pages of an organisation, in the order of its navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What it is, and what is in it.
    Overview,
    /// Its projects.
    Projects,
    /// What has access.
    Access,
    /// Who belongs to it.
    Members,
    /// Who is asked to.
    Invitations,
    /// The roles that it names itself.
    Roles,
    /// Its API keys.
    Keys,
    /// Its own apps.
    Apps,
    /// Where its data can be read.
    Resources,
    /// Where it is told of its events.
    Webhooks,
    /// What happened in it.
    Audit,
    /// What it is called, and its end.
    Settings,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Overview,
        Self::Projects,
        Self::Members,
        Self::Invitations,
        Self::Roles,
        Self::Access,
        Self::Keys,
        Self::Apps,
        Self::Resources,
        Self::Webhooks,
        Self::Audit,
        Self::Settings,
    ];

    /// The word that stands for it in addresses and forms.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Projects => "projects",
            Self::Members => "members",
            Self::Invitations => "invitations",
            Self::Roles => "roles",
            Self::Access => "access",
            Self::Keys => "keys",
            Self::Apps => "apps",
            Self::Resources => "resources",
            Self::Webhooks => "webhooks",
            Self::Audit => "audit",
            Self::Settings => "settings",
        }
    }

    /// The place that this word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.word() == word)
    }

    /// What somebody must be allowed to, to come here.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Overview | Self::Projects => Permission::SeeOrganization,
            Self::Members | Self::Invitations | Self::Roles => Permission::SeeMembers,
            Self::Access => Permission::SeeAccess,
            Self::Keys => Permission::ManageKeys,
            Self::Apps => Permission::ManageClients,
            Self::Resources => Permission::ManageResources,
            Self::Webhooks => Permission::ManageWebhooks,
            Self::Audit => Permission::SeeAudit,
            Self::Settings => Permission::ChangeOrganization,
        }
    }

    /// Its address below the issuer's path; `organization` is a slug or an id.
    #[must_use]
    pub fn path(self, organization: &str) -> String {
        match self {
            Self::Overview => format!("/organizations/{organization}"),
            place => format!("/organizations/{organization}/{}", place.word()),
        }
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/organization_page.html")]
pub struct OrganizationPage {
    /// The frame.
    pub layout: Layout,
    /// Its title and heading; it may be a stranger's text.
    pub title: String,
    /// What it is about, in a sentence, or nothing.
    pub lead: String,
    /// What was refused, and the field that is wrong.
    pub refusal: Option<(String, Option<String>)>,
    /// What happened, and what there is to know.
    pub notices: Vec<Notice>,
    /// What has access, where that is what the page is about.
    pub access: Option<AccessList>,
    /// What is on it.
    pub sections: Vec<Section>,
}

/// What has access to an organisation or to a project.
#[derive(Clone, Debug)]
pub struct AccessList {
    /// What stands above it, on a page about more.
    pub heading: Option<String>,
    /// What is said if nothing has.
    pub none: String,
    /// What is connected now, the newest first.
    pub live: Vec<Connection>,
    /// What was, the last ended first.
    pub ended: Vec<EndedConnection>,
    /// The page of those before.
    pub older: Option<String>,
}

impl OrganizationPage {
    /// A page of this organisation with the title of this message, and its part `.lead`.
    #[must_use]
    pub fn new(
        layout: Layout,
        standing: &Standing,
        current: Place,
        title: &Phrase<'_>,
        sections: Vec<Section>,
    ) -> Self {
        let layout =
            if layout.menu.is_some() { layout } else { in_organization(layout, standing, current, Vec::new()) };
        Self::in_frame(layout, title.to_string(), title.part("lead").if_said().unwrap_or_default(), sections)
    }

    /// A page whose frame has its navigation already.
    #[must_use]
    pub fn in_frame(layout: Layout, title: String, lead: String, sections: Vec<Section>) -> Self {
        Self { layout, title, lead, refusal: None, notices: Vec::new(), access: None, sections }
    }

    /// The same, with this above.
    #[must_use]
    pub fn with(mut self, notice: impl IntoIterator<Item = Notice>) -> Self {
        self.notices.extend(notice);
        self
    }

    /// The same, with what has access.
    #[must_use]
    pub fn showing(self, access: AccessList) -> Self {
        Self { access: Some(access), ..self }
    }

    /// The same, after a refusal; `field` is the id of the field that is wrong.
    #[must_use]
    pub fn refused(self, text: impl Into<String>, field: Option<&str>) -> Self {
        Self { refusal: Some((text.into(), field.map(str::to_owned))), ..self }
    }
}

/// The frame with the navigation of an organisation: only what this person may come to. `elsewhere` are other organisations.
#[must_use]
pub fn in_organization(layout: Layout, standing: &Standing, current: Place, elsewhere: Vec<MenuItem>) -> Layout {
    let (language, organization) = (layout.language, &standing.organization);
    let offered = Place::ALL.into_iter().filter(|place| standing.may(place.permission()));
    let items = offered.map(|place| {
        let label = say(language, "organizations-menu").part(place.word());
        MenuItem::new(label, place.path(organization.slug.as_str()), place == current)
    });
    let items = items.collect();
    let all = MenuItem::new(say(language, "organizations-menu").part("all"), "/organizations", false);
    layout.within(Menu {
        label: say(language, "organizations-menu").to_string(),
        within: organization.name.clone(),
        elsewhere: elsewhere.into_iter().chain([all]).collect(),
        items,
    })
}

impl OrganizationPage {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        super::organization_samples::all(language)
    }
}
