//! What an organisation demands and this browser has not shown, and how to show it. In place of the organisation's pages, and of the
//! answer to an app, for somebody who belongs to it and came in otherwise.
//!
//! Does not own what is demanded (`settings`), nor what meets it (`identity::demands`).

use actix_web::{HttpResponse, http::StatusCode};
use identity::authorize::Demanded;
use model::{Authorization, Id, Organization, Unmet, Way, Ways};

use crate::{
    error_response::PageError,
    page::{Visit, account::prove},
    view::{Act, ActKind, OrganizationPage, Place, Section},
};

impl Visit {
    /// Says what is missing for an organisation, and leads to where it is shown and from there back.
    ///
    /// # Errors
    /// The template cannot be rendered, a fault of ours.
    pub(in crate::page) fn unmet(
        &self,
        organization: &Organization,
        unmet: &Unmet,
        back: prove::Act,
    ) -> Result<HttpResponse, PageError> {
        let to_prove = format!("/prove?for={}", back.word());
        let mut sections = Vec::new();
        sections.extend(unmet.ways_in.as_ref().map(|ways| self.another_way(ways, &to_prove)));
        sections.extend(unmet.second_factor.then(|| self.second_factor(unmet.has_second_factor, &to_prove)));
        sections.push(self.to_leave(organization));
        let title = self.say("organizations-unmet").with("organization", &organization.name);
        let page = OrganizationPage::in_frame(self.layout(), title.to_string(), title.part("lead").into(), sections);
        self.page_with(StatusCode::FORBIDDEN, &page)
    }

    /// The same for an app that waits, whose request keeps the choice that was made.
    ///
    /// # Errors
    /// The template cannot be rendered, a fault of ours.
    pub(in crate::page) fn unmet_by(
        &self,
        waiting: Id<Authorization>,
        demanded: &Demanded,
    ) -> Result<HttpResponse, PageError> {
        self.unmet(&demanded.organization, &demanded.unmet, prove::Act::Consent(waiting, demanded.project_id))
    }

    fn to_leave(&self, organization: &Organization) -> Section {
        let it = self.say("members-leave").with("organization", &organization.name);
        let path = format!("{}/leave", Place::Overview.path(organization.slug.as_str()));
        let act = Act::link("leave", it.part("act"), &path).with(ActKind::DangerousLink);
        Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("leaving", &it.part("heading")) }
    }

    fn another_way(&self, ways: &Ways, to_prove: &str) -> Section {
        let it = self.say("organizations-unmet-way");
        let named: Vec<String> = ways.iter().map(|way| self.way(way)).collect();
        let said = it.clone().with("ways", named.join(", ")).part("text").to_string();
        let acts = vec![
            Act::link("show-way", it.part("act"), to_prove).with(ActKind::PrimaryLink),
            Act::link("ways-in", it.part("yours"), "/account/security"),
        ];
        Section { said: Some(said), acts, ..Section::new("way", &it) }
    }

    fn second_factor(&self, has_one: bool, to_prove: &str) -> Section {
        let it = self.say("organizations-unmet-factor");
        let (said, acts) = if has_one {
            ("shown", vec![Act::link("show-factor", it.part("act"), to_prove).with(ActKind::PrimaryLink)])
        } else {
            let app = Act::link("set-up-app", it.part("app"), "/account/totp").with(ActKind::PrimaryLink);
            ("none", vec![app, Act::link("set-up-passkey", it.part("passkey"), "/account/passkeys")])
        };
        Section { said: Some(it.part(said).into()), acts, ..Section::new("factor", &it) }
    }

    /// What a way in is called.
    pub(super) fn way(&self, way: &Way) -> String {
        match way {
            Way::Password => self.say("organizations-way").part("password").into(),
            Way::Passkey => self.say("organizations-way").part("passkey").into(),
            Way::Provider(name) => {
                let providers = self.state.authority.providers();
                let known = providers.iter().find(|one| one.id == *name);
                known.map_or_else(|| name.clone(), |provider| provider.name.clone())
            }
        }
    }
}
