//! `/account/delete`: a person gives up their account. What must be settled first stands on the page, with the buttons that do it.

use actix_web::{HttpResponse, http::StatusCode};
use identity::account::{LeaveRefusal, Leaving, Left, OwnedAlone, SignedIn};
use protocol::{OAuthError, Params};

use super::prove::Act as Proved;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{self, AccountPage, Act, ActKind, Field, Moment, Place, Row, Section, TypedConfirmation},
};

/// What was typed to confirm.
pub struct Form(pub(super) String);

impl Form {
    /// The text.
    #[must_use]
    pub fn typed(self) -> String {
        self.0
    }
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("confirmation").unwrap_or_default()))
    }
}

/// Shows what goes and what stays, or what must be settled first.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    match visit.recent(Proved::Leave) {
        Ok(person) => page(&visit, person, Field::default()).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Gives the account up; this browser is signed out with all others.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Proved::Leave) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Form(typed) = form.into_inner();
    match visit.state.authority.leave(person, &typed, &visit.caller, visit.now).await? {
        Ok(left) => left_behind(visit, left),
        Err(LeaveRefusal::Typed) => {
            let error = Some(visit.say("privacy-confirm").part("wrong").into());
            page(&visit, person, Field { value: typed, error }).await
        }
        Err(LeaveRefusal::OwnsAlone) => page(&visit, person, Field::default()).await,
        Err(LeaveRefusal::NotRecent | LeaveRefusal::Changed) => Ok(visit.go("/account/delete")),
    }
}

fn left_behind(mut visit: Visit, left: Left) -> Result<HttpResponse, PageError> {
    visit.signed_in = None;
    let at = match left {
        Left::Until(at) => Some(Moment::date(at.as_micros())),
        Left::Erased => None,
    };
    let mut answer = visit.page(&view::Left { layout: visit.layout(), at })?;
    answer.add_cookie(&visit.state.edge.cookies.clear_session()).map_err(crate::error_response::Unexpected::new)?;
    Ok(answer)
}

async fn page(visit: &Visit, person: &SignedIn, typed: Field) -> Result<HttpResponse, PageError> {
    let leaving = visit.state.authority.what_leaving_means(person).await?;
    if !leaving.owned_alone.is_empty() {
        let sections = leaving.owned_alone.iter().map(|alone| section(visit, alone)).collect();
        let page = AccountPage::new(visit.layout(), &visit.say("privacy-owned"), sections);
        return visit.page_with(StatusCode::CONFLICT, &page);
    }
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page_with(status, &confirmation(visit, person, &leaving, typed))
}

fn confirmation(visit: &Visit, person: &SignedIn, leaving: &Leaving, typed: Field) -> TypedConfirmation {
    let it = visit.say("privacy-confirm");
    let part = |name| it.part(name).to_string();
    let afterwards = if leaving.grace.is_zero() {
        part("at-once")
    } else {
        it.clone().with("grace", view::length(visit.language(), leaving.grace)).part("grace").into()
    };
    let stays = leaving.stays.iter();
    let stays = stays.map(|one| it.clone().with("organization", &one.name).part("organization").into()).collect();
    TypedConfirmation {
        layout: visit.layout(),
        question: it.to_string(),
        goes: ["account", "browsers", "apps", "memberships", "events"].map(part).into(),
        stays,
        afterwards,
        label: part("label"),
        expected: person.user.email.to_string(),
        typed,
        act: part("act"),
        action: "/account/delete".to_owned(),
        back: "/account/privacy".to_owned(),
    }
}

/// An organisation that would be left without an owner.
fn section(visit: &Visit, alone: &OwnedAlone) -> Section {
    let OwnedAlone { organization, projects, others, closed } = alone;
    let it = visit.say("privacy-owned");
    if *closed {
        let see = visit.say("organizations-unmet").with("organization", &organization.name);
        let id = format!("see-{}", organization.id);
        return Section {
            id: format!("organization-{}", organization.id).into(),
            heading: organization.name.clone(),
            said: Some(see.to_string()),
            acts: vec![Act::link(&id, see.part("see"), &Place::Overview.path(organization.id.as_str()))],
            ..Section::default()
        };
    }
    let projects = if projects.is_empty() {
        it.part("no-projects")
    } else {
        it.clone().with("projects", projects.join(", ")).part("projects")
    };
    let members = it.part(if others.is_empty() { "no-others" } else { "others" });
    let row = |user: &model::User| Row {
        title: user.email.to_string(),
        acts: vec![
            Act::link(
                &format!("hand-over-{}-{}", organization.id, user.id),
                it.part("hand-over"),
                &format!("/account/organizations/{}/owners/{}", organization.id, user.id),
            )
            .with(ActKind::Press)
            .about(user.email.as_str()),
        ],
        ..Row::default()
    };
    let delete = Act::link(
        &format!("delete-{}", organization.id),
        it.part("delete"),
        &format!("/account/organizations/{}/delete", organization.id),
    );
    Section {
        id: format!("organization-{}", organization.id).into(),
        heading: organization.name.clone(),
        said: Some(format!("{projects} {members}")),
        rows: others.iter().map(row).collect(),
        acts: vec![delete.with(ActKind::DangerousLink).about(&organization.name)],
        ..Section::default()
    }
}
