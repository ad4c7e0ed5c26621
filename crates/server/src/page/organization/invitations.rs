//! `/organizations/{organization}/invitations`: who is asked to become a member, what became of it, and asking somebody.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Invitation, InvitationEnd, InvitationStatus, NamedRole, Permission};
use protocol::{OAuthError, Params};

use super::{Done, Room, members};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Fact, Form, Input, Moment, Place, Row, Section},
};

/// Organisation and invitation, as they are written in the address.
type Names = Path<(String, String)>;

/// Whom to ask, as what.
#[derive(Clone, Default)]
pub struct Asked {
    email: String,
    role: String,
}

impl TryFrom<Params> for Asked {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self {
            email: params.take("email").unwrap_or_default(),
            role: params.take("role").unwrap_or_else(|| "member".to_owned()),
        })
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter(&organization, Permission::SeeMembers).await? {
        Ok(room) => page(&visit, &room, &Asked::default(), None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Asks somebody.
///
/// # Errors
/// 404 for what is not there or not theirs to do; a form that is not ours, trouble of the database.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = form.into_inner();
    let (role, named) = members::AsWhat::parse(&asked.role);
    let language = Some(visit.language().tag().to_owned());
    let email = asked.email.trim().to_owned();
    let act = Act::InvitationAdd { organization: room.named(), email, role, named, language };
    match visit.act_in(&room, Place::Invitations, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Invitations, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "not-now" } else { "address" };
            page(&visit, &room, &asked, Some(wrong)).await
        }
    }
}

/// Sends another mail.
///
/// # Errors
/// As [`post`].
pub async fn resend(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    about_one(visit, names, |invitation| Act::InvitationResend { invitation }).await
}

/// Takes an invitation back.
///
/// # Errors
/// As [`post`].
pub async fn revoke(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    about_one(visit, names, |invitation| Act::InvitationRevoke { invitation }).await
}

async fn about_one(visit: Visit, names: Names, act: impl Fn(String) -> Act) -> Result<HttpResponse, PageError> {
    let (organization, invitation) = names.into_inner();
    let room = match visit.enter(&organization, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let all = visit.state.authority.invitations_in(&room.standing).await?;
    if !all.iter().any(|one| one.id.as_str() == invitation) {
        return Err(PageError::not_found());
    }
    match visit.act_in(&room, Place::Invitations, act(invitation)).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Invitations, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => page(&visit, &room, &Asked::default(), Some("ended")).await,
    }
}

/// `wrong` is the part of the message that says what is wrong.
async fn page(visit: &Visit, room: &Room, asked: &Asked, wrong: Option<&str>) -> Result<HttpResponse, PageError> {
    let authority = &visit.state.authority;
    let (all, roles) = (authority.invitations_in(&room.standing).await?, authority.roles_in(&room.standing).await?);
    let title = visit.say("invitations-title");
    let mut sections = Vec::new();
    if room.may(Permission::ManageMembers) {
        sections.push(inviting(visit, room, &roles, asked, wrong));
    }
    let (waiting, past): (Vec<&Invitation>, Vec<&Invitation>) =
        all.iter().partition(|one| one.status(visit.now) == InvitationStatus::Waiting);
    let rows = |some: &[&Invitation]| some.iter().map(|one| row(visit, room, &roles, one)).collect::<Vec<_>>();
    sections.push(Section {
        said: waiting.is_empty().then(|| title.part("none").into()),
        rows: rows(&waiting),
        ..Section::new("waiting", &title.part("waiting"))
    });
    if !past.is_empty() {
        sections.push(Section { rows: rows(&past), ..Section::new("past", &title.part("past")) });
    }
    let page = room.page(visit, Place::Invitations, &title, sections);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(visit.say("invitations-new").part(wrong), (wrong != "ended").then_some("email")),
        None => page,
    })
}

fn inviting(visit: &Visit, room: &Room, roles: &[NamedRole], asked: &Asked, wrong: Option<&str>) -> Section {
    let it = visit.say("invitations-new");
    if !visit.state.authority.sends_mail() {
        return Section { said: Some(it.part("no-mail").into()), ..Section::new("new", &it) };
    }
    let chosen = if asked.role.is_empty() { "member" } else { &asked.role };
    let error = wrong.filter(|wrong| *wrong != "ended").map(|wrong| it.part(wrong).into());
    let inputs = vec![
        Input::line("email", &visit.say("invitations-email"), &asked.email).taking("email").refused(error),
        Input::one_of("role", &visit.say("members-role"), members::choices(visit, room, roles, chosen)),
    ];
    let form = Form::new("invite", it.part("act"), &room.path(Place::Invitations, ""), inputs);
    Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("new", &it) }
}

fn row(visit: &Visit, room: &Room, roles: &[NamedRole], invitation: &Invitation) -> Row {
    let (it, status) = (visit.say("invitations-title"), invitation.status(visit.now));
    let named = invitation.role_id.and_then(|id| roles.iter().find(|role| role.id == id));
    let role = match named {
        Some(role) => Fact::text(visit.say("members-role").part("named"), &role.name),
        None => Fact { words: visit.say("members-role").part(invitation.role.as_str()).into(), ..Fact::default() },
    };
    let (words, at) = match invitation.end {
        Some(InvitationEnd::Accepted { at, .. }) => ("accepted-at", at),
        Some(InvitationEnd::Revoked { at }) => ("revoked-at", at),
        None => ("until", invitation.expires_at),
    };
    let path = |below: &str| room.path(Place::Invitations, &format!("/{}/{below}", invitation.id));
    let open = matches!(status, InvitationStatus::Waiting | InvitationStatus::Expired);
    let acts = vec![
        view::Act::link(&format!("resend-{}", invitation.id), it.part("resend"), &path("resend")).with(ActKind::Press),
        view::Act::link(&format!("revoke-{}", invitation.id), it.part("revoke"), &path("revoke"))
            .with(ActKind::DangerousPress),
    ];
    Row {
        title: invitation.email.to_string(),
        badge: (status != InvitationStatus::Waiting).then(|| it.part(status.as_str()).into()),
        facts: vec![
            role,
            Fact::at(it.part("sent"), Moment::date(invitation.sent_at.as_micros())),
            Fact::at(it.part(words), Moment::date(at.as_micros())),
        ],
        acts: if open && room.may(Permission::ManageMembers) { acts } else { Vec::new() },
        ..Row::default()
    }
}
