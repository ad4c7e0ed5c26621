//! `/organizations/{organization}/members`: who belongs to it and as what; another role, the end of a membership, and leaving.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ActErrorKind};
use model::{Id, NamedRole, Permission, Permissions, Role};
use protocol::{OAuthError, Params};
use storage::Member;

use super::{Done, Room};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Choice, Confirm, Fact, Form, Input, Moment, Phrase, Place, Row, Section},
};

/// Organisation and member, as they are written in the address.
type Names = Path<(String, String)>;

/// A role, as a form says it: a word, or the id of one of the organisation's own.
pub struct AsWhat(String);

impl TryFrom<Params> for AsWhat {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("role").unwrap_or_default()))
    }
}

impl AsWhat {
    /// The role, and the organisation's own on top of `member`.
    pub(super) fn parse(text: &str) -> (Role, Option<String>) {
        match Role::parse(text) {
            Some(role) => (role, None),
            None => (Role::Member, Some(text.to_owned())),
        }
    }
}

/// Shows them.
///
/// # Errors
/// 404 for what is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SeeMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let members = visit.state.authority.members_in(&room.standing).await?;
    let title = visit.say("members-title");
    let mut sections = vec![Section {
        rows: members.iter().map(|member| row(&visit, &room, member)).collect(),
        ..Section::new("members", &title.part("all"))
    }];
    sections.extend(room.may(Permission::ManageMembers).then(|| inviting(&visit, &room)));
    sections.push(leaving(&visit, &room));
    visit.sections(&room.page(&visit, Place::Members, &title, sections))
}

fn inviting(visit: &Visit, room: &Room) -> Section {
    let it = visit.say("members-invite");
    let act = view::Act::link("invite", it.part("act"), &room.path(Place::Invitations, ""));
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("inviting", &it) }
}

/// The way out, for whoever belongs here.
pub(super) fn leaving(visit: &Visit, room: &Room) -> Section {
    let it = visit.say("members-leave").with("organization", &room.organization().name);
    let act = view::Act::link("leave", it.part("act"), &room.path(Place::Overview, "/leave"));
    Section {
        said: Some(it.part("text").into()),
        acts: vec![act.with(ActKind::DangerousLink)],
        ..Section::new("leaving", &it.part("heading"))
    }
}

fn row(visit: &Visit, room: &Room, member: &Member) -> Row {
    let it = visit.say("members-title");
    let own = room.standing.user_id == Some(member.user.id);
    let reachable = room.may(Permission::ManageMembers) && !own && reaches(room, member);
    let path = |below: &str| room.path(Place::Members, &format!("/{}{below}", member.user.id));
    let acts = vec![
        view::Act::link(&format!("role-{}", member.user.id), it.part("change"), &path("")),
        view::Act::link(&format!("remove-{}", member.user.id), it.part("remove"), &path("/remove"))
            .with(ActKind::DangerousLink),
    ];
    let name = member.user.name.as_deref().filter(|name| !name.is_empty());
    Row {
        title: member.user.email.to_string(),
        badge: match member.user.disabled_at {
            Some(_) => Some(it.part("disabled").into()),
            None => own.then(|| it.part("you").into()),
        },
        facts: name
            .map(|name| Fact::text("", name))
            .into_iter()
            .chain([
                role_of(visit, member),
                Fact::at(it.part("since"), Moment::date(member.membership.created_at.as_micros())),
            ])
            .collect(),
        acts: if reachable { acts } else { Vec::new() },
        ..Row::default()
    }
}

/// As what somebody belongs: words of ours, or the organisation's own name for it.
fn role_of(visit: &Visit, member: &Member) -> Fact {
    match &member.named {
        Some(named) => Fact::text(visit.say("members-role").part("named"), named),
        None => {
            Fact { words: visit.say("members-role").part(member.membership.role.as_str()).into(), ..Fact::default() }
        }
    }
}

fn reaches(room: &Room, member: &Member) -> bool {
    let role = member.membership.role;
    room.standing.reaches(role, Permissions::of(role).and(member.permissions))
}

/// Comes to a member whose role the person may give and take.
async fn come_to(visit: &Visit, names: &Names) -> Result<Result<(Room, Member), Box<HttpResponse>>, PageError> {
    let room = match visit.enter(&names.0, Permission::ManageMembers).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let user_id = Id::parse(&names.1).ok_or_else(PageError::not_found)?;
    let member = visit.state.authority.member_in(&room.standing, user_id).await?.ok_or_else(PageError::not_found)?;
    if !reaches(&room, &member) {
        return Err(PageError::not_found());
    }
    if !room.is_recent() {
        return Ok(Err(Box::new(visit.to_prove(&room, Place::Members))));
    }
    Ok(Ok((room, member)))
}

/// Asks as what a member shall belong.
///
/// # Errors
/// 404 for what is not there or not theirs to change; trouble of the database.
pub async fn ask_for_role(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    match come_to(&visit, &names).await? {
        Ok((room, member)) => role_page(&visit, &room, &member, None).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Gives a member another role.
///
/// # Errors
/// As [`ask_for_role`]; a form that is not ours.
pub async fn change_role(visit: Visit, names: Names, form: ProtectedForm<AsWhat>) -> Result<HttpResponse, PageError> {
    let (room, member) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let (role, named) = AsWhat::parse(&form.into_inner().0);
    let act = Act::MemberAdd { organization: room.named(), user: member.user.id.to_string(), role, named };
    match visit.act_in(&room, Place::Members, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Members, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(refused) => {
            let wrong = if refused.kind == ActErrorKind::Conflict { "last-owner" } else { "unfit" };
            role_page(&visit, &room, &member, Some(wrong)).await
        }
    }
}

async fn role_page(
    visit: &Visit,
    room: &Room,
    member: &Member,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let it = visit.say("members-change").with("member", member.user.email.as_str());
    let roles = visit.state.authority.roles_in(&room.standing).await?;
    let present = match member.membership.role_id {
        Some(id) => id.to_string(),
        None => member.membership.role.as_str().to_owned(),
    };
    let input = Input::one_of("role", &visit.say("members-role"), choices(visit, room, &roles, &present));
    let path = room.path(Place::Members, &format!("/{}", member.user.id));
    let form = Form::new("change-role", it.part("act"), &path, vec![input]);
    let section =
        Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("role", &it.part("heading")) };
    let page = room.page(visit, Place::Members, &it, vec![section]);
    visit.sections(&match wrong {
        Some(wrong) => page.refused(it.part(wrong), Some("role")),
        None => page,
    })
}

/// The roles that this person may give, with what each means.
pub(super) fn choices(visit: &Visit, room: &Room, named: &[NamedRole], chosen: &str) -> Vec<Choice> {
    let it = visit.say("members-role");
    let plain = [Role::Member, Role::Admin, Role::Owner].into_iter();
    let plain = plain.filter(|role| room.standing.reaches(*role, Permissions::of(*role))).map(|role| {
        let word = role.as_str();
        Choice::new(word, it.part(word), chosen == word).meaning(it.part(&format!("{word}-means")))
    });
    let own = named.iter().filter(|role| role.permissions.is_within(room.standing.permissions)).map(|role| {
        Choice::new(role.id.as_str(), &role.name, chosen == role.id.as_str()).meaning(it.part("named-means"))
    });
    plain.chain(own).collect()
}

/// Asks whether a membership shall end.
///
/// # Errors
/// As [`ask_for_role`].
pub async fn ask_to_remove(visit: Visit, names: Names) -> Result<HttpResponse, PageError> {
    let (room, member) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let it = visit
        .say("members-remove")
        .with("member", member.user.email.as_str())
        .with("organization", &room.organization().name);
    let below = format!("/{}/remove", member.user.id);
    ask(&visit, &room, &it, ("remove-member", room.path(Place::Members, &below), room.path(Place::Members, "")))
}

/// Ends a membership, with the connections and keys that rest on it.
///
/// # Errors
/// As [`ask_for_role`]; a form that is not ours.
pub async fn remove(visit: Visit, names: Names, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let (room, member) = match come_to(&visit, &names).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let act = Act::MemberRemove { organization: room.named(), user: member.user.id.to_string() };
    match visit.act_in(&room, Place::Members, act).await? {
        Done::Done(_) => Ok(visit.go(&room.path(Place::Members, ""))),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => role_page(&visit, &room, &member, Some("last-owner")).await,
    }
}

/// Asks whether somebody wants to leave.
///
/// # Errors
/// 404 for what is not there or not theirs; trouble of the database.
pub async fn ask_to_leave(visit: Visit, organization: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.enter_to_leave(&organization).await? {
        Ok(room) => leave_page(&visit, &room),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Ends one's own membership, with the connections and keys that rest on it.
///
/// # Errors
/// As [`ask_to_leave`]; a form that is not ours.
pub async fn leave(
    visit: Visit,
    organization: Path<String>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter_to_leave(&organization).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Some(user_id) = room.standing.user_id else { return Err(PageError::not_found()) };
    let act = Act::MemberRemove { organization: room.named(), user: user_id.to_string() };
    match visit.act_in(&room, Place::Overview, act).await? {
        Done::Done(_) => Ok(visit.go("/organizations")),
        Done::Led(answer) => Ok(answer),
        Done::Refused(_) => {
            let it = visit.say("members-leave").with("organization", &room.organization().name);
            let section = Section { said: Some(it.part("last-owner").into()), ..leaving(&visit, &room) };
            let page = room.page(&visit, Place::Overview, &it, vec![section]);
            visit.sections(&page.refused(it.part("last-owner"), None))
        }
    }
}

fn leave_page(visit: &Visit, room: &Room) -> Result<HttpResponse, PageError> {
    let it = visit.say("members-leave").with("organization", &room.organization().name);
    let here = room.path(Place::Overview, "/leave");
    ask(visit, room, &it, ("leave-organization", here, room.path(Place::Overview, "")))
}

/// A question with one answer that takes something away: the message, with `.text` and `.act`; the button's id, where the form
/// goes, and the way back.
pub(super) fn ask(
    visit: &Visit,
    room: &Room,
    it: &Phrase<'_>,
    (id, action, back): (&str, String, String),
) -> Result<HttpResponse, PageError> {
    visit.page(&Confirm {
        layout: room.layout(visit, Place::Members),
        question: it.to_string(),
        explanation: it.part("text").into(),
        act: it.part("act").into(),
        id: id.to_owned(),
        dangerous: true,
        action,
        carried: Vec::new(),
        back,
    })
}
