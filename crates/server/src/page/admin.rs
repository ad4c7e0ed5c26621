//! `/admin`: the administration of the server, for its operators and nobody else: whoever is none finds nothing here. Every page
//! wants a recent proof of who one is, and every act is one of those that commands do too.

pub mod clients;
pub mod keys;
pub mod mail;
pub mod organizations;
pub mod overview;
pub mod people;
pub mod person;
pub mod providers;
pub mod settings;

use actix_web::HttpResponse;
use identity::{
    Actor,
    admin::{Act, ActErrorKind},
};
use protocol::Params;

use crate::{
    error_response::PageError,
    page::{Visit, account::prove, organization::unavailable},
    view::{Desk, OrganizationPage, Phrase, Section, in_administration},
};

impl Visit {
    /// Who administers the server in this browser.
    ///
    /// # Errors
    /// 404 for who does not; trouble of the database. The inner one leads to sign-in, or to a proof of who they are.
    pub(super) async fn administer(&self) -> Result<Result<Actor, Box<HttpResponse>>, PageError> {
        let Some(person) = &self.signed_in else { return Ok(Err(Box::new(self.go("/sign-in")))) };
        if !self.state.authority.operates(person.user.id).await? {
            return Err(PageError::not_found());
        }
        match self.state.authority.administrator(person, &self.caller, self.now).await? {
            Some(actor) => Ok(Ok(actor)),
            None => Ok(Err(Box::new(self.go(&format!("/prove?for={}", prove::Act::Administration.word()))))),
        }
    }

    /// Does what an operator asks; whether it was done.
    ///
    /// # Errors
    /// 404 for what is not there; trouble of the database.
    pub(super) async fn operate(&self, actor: &Actor, act: Act) -> Result<bool, PageError> {
        match self.state.authority.act_as(actor, act, self.now).await {
            Ok(_) => Ok(true),
            Err(refused) => match refused.kind {
                ActErrorKind::Absent | ActErrorKind::Forbidden | ActErrorKind::NotRecent => Err(PageError::not_found()),
                ActErrorKind::Unavailable => Err(unavailable(&refused)),
                ActErrorKind::Invalid | ActErrorKind::Conflict | ActErrorKind::Changed { .. } => Ok(false),
            },
        }
    }

    /// A page of the administration, with the title of this message and its part `.lead`.
    pub(super) fn desk(&self, desk: Desk, title: &Phrase<'_>, sections: Vec<Section>) -> OrganizationPage {
        let layout = in_administration(self.layout(), desk);
        let lead = title.part("lead").if_said().unwrap_or_default();
        OrganizationPage::in_frame(layout, title.to_string(), lead, sections)
    }
}

/// From where on a list is shown.
fn from(query: &str) -> String {
    Params::parse(query).ok().and_then(|mut params| params.take("from")).unwrap_or_default()
}

/// An address with where the next page of a list begins.
fn onward(desk: Desk, next: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("from", next).finish();
    format!("{}?{query}", desk.path())
}
