//! `/invitations/{id}`: what the link of an invitation's mail opens. The token leaves the address at once for a cookie of this
//! browser, which finds the way back from signing in; opening the link does nothing else.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, http::StatusCode, web::Path};
use identity::{
    account::SignedIn,
    invitation::{InvitationRefusal, OpenInvitation},
};
use model::Role;
use protocol::{Confidential, Params};

use super::{Nothing, Visit};
use crate::{
    error_response::{PageError, Unexpected},
    form::ProtectedForm,
    view::{self, Joining, Moment, Phrase},
};

/// Takes the token from the address, or shows what is offered.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit, id: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let carried = Params::parse(request.query_string())?.take("token").map(Confidential::new);
    let arrives = carried.is_some();
    let Some(token) = carried.or_else(|| visit.invited.clone()) else { return dead(&visit) };
    let open = visit.state.authority.open_invitation(token.expose(), visit.now).await?;
    let Some(open) = open.filter(|open| open.id.as_str() == id.as_str()) else { return dead(&visit) };
    match arrives {
        true => Ok(visit.go_with(&here(&open), [visit.state.edge.cookies.set_invitation(&token)])),
        false => page(&visit, &open),
    }
}

/// Makes the person a member.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let path = format!("/invitations/{}", id.as_str());
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let Some(token) = visit.invited.clone() else { return dead(&visit) };
    if visit.invitation_page().as_deref() != Some(path.as_str()) {
        return dead(&visit);
    }
    let authority = &visit.state.authority;
    match authority.accept_invitation(person, token.expose(), &visit.caller, visit.now).await? {
        Ok(organization) => Ok(visit
            .go_with(&format!("/organizations/{}", organization.slug), [visit.state.edge.cookies.clear_invitation()])),
        Err(InvitationRefusal::Dead) => dead(&visit),
        // The page says why.
        Err(InvitationRefusal::OtherAddress | InvitationRefusal::Unverified) => Ok(visit.go(&path)),
    }
}

fn here(open: &OpenInvitation) -> String {
    format!("/invitations/{}", open.id)
}

/// The same for whatever is no invitation any more, or never was one.
fn dead(visit: &Visit) -> Result<HttpResponse, PageError> {
    let mut answer = PageError::new(StatusCode::GONE, "error-invitation-dead").error_response();
    answer.add_cookie(&visit.state.edge.cookies.clear_invitation()).map_err(Unexpected::new)?;
    Ok(answer)
}

fn page(visit: &Visit, open: &OpenInvitation) -> Result<HttpResponse, PageError> {
    let it = visit
        .say("invitation-question")
        .with("organization", &open.organization.name)
        .with("inviter", open.inviter.as_ref().map(ToString::to_string).unwrap_or_default())
        .with("role", open.named.clone().unwrap_or_default())
        .with("address", view::mail::masked(open.email.as_str()))
        .with("own", visit.signed_in.as_ref().map(|person| person.user.email.to_string()).unwrap_or_default())
        .with("until", Moment::minute(open.expires_at.as_micros()).words(visit.language()));
    let by = if open.inviter.is_some() { "by" } else { "by-operator" };
    let mut said: Vec<String> = [by, role(open), "until"].iter().map(|part| it.part(part).into()).collect();
    let next = match first(visit, open, &it) {
        None => Joining::Join { label: it.part("join").into() },
        Some((why, acts)) => {
            said.push(it.part(why).into());
            Joining::First { acts }
        }
    };
    visit.page(&view::Invitation { layout: visit.layout(), question: it.to_string(), said, next, action: here(open) })
}

/// What comes before yes, and the links that lead there.
fn first(visit: &Visit, open: &OpenInvitation, it: &Phrase<'_>) -> Option<(&'static str, Vec<view::Step>)> {
    let step = |id, path: &str| view::Step::new(id, it, path);
    let Some(SignedIn { user, .. }) = &visit.signed_in else {
        // The invitation is the permission, where strangers may not sign up.
        return Some(("before", vec![step("sign-in", "/sign-in"), step("sign-up", "/sign-up")]));
    };
    if user.email != open.email {
        return Some(("other", vec![step("another", "/sign-in?account=another")]));
    }
    user.email_verified_at.is_none().then(|| ("unverified", vec![step("verify", "/account/verify")]))
}

fn role(open: &OpenInvitation) -> &'static str {
    match (open.role, &open.named) {
        (_, Some(_)) => "role-named",
        (Role::Owner, None) => "role-owner",
        (Role::Admin, None) => "role-admin",
        (Role::Member, None) => "role-member",
    }
}
