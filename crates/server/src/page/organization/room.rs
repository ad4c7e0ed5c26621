//! An organisation as somebody stands in it, with what every one of its pages needs: the frame, and a way to act.

use actix_web::{HttpResponse, http::StatusCode};
use identity::{
    Actor, Denied, Standing, Who,
    admin::{Act, ActError, ActErrorKind},
};
use model::{Id, Organization, Permission, Permissions, Slug, Unmet};
use serde_json::Value;
use storage::{Read, StorageError};

use crate::{
    error_response::PageError,
    page::{Visit, account::prove},
    view::{Layout, MenuItem, OrganizationPage, Phrase, Place, Section, in_organization},
};

/// So many other organisations stand in the switch; the list has them all.
const ELSEWHERE: usize = 8;

/// Where somebody has come in.
pub struct Room {
    /// As what they stand there.
    pub standing: Standing,
    /// Who they are.
    pub actor: Actor,
    elsewhere: Vec<MenuItem>,
}

/// Where somebody comes who asks to be let in.
enum Entered {
    In(Box<Standing>, Vec<MenuItem>),
    /// They belong there, and this browser has not shown what is demanded.
    Unmet(Box<Organization>, Unmet),
    Nowhere,
}

/// What came of an act.
pub enum Done {
    /// It is done; this is the answer.
    Done(Value),
    /// It cannot be done as it was asked; for the page to say.
    Refused(ActError),
    /// The person must prove who they are first.
    Led(HttpResponse),
}

impl Visit {
    /// Who acts in this browser, if somebody is signed in.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        self.signed_in.as_ref().map(|person| Actor::person(person, &self.caller, self.now))
    }

    /// Comes into an organisation, which is named by its slug or id, to where this permission is wanted.
    ///
    /// # Errors
    /// 404 if there is none, or none that they may see, or this is not theirs; trouble of the database. The inner one leads to
    /// sign-in, or says what the organisation demands that they have not shown.
    pub async fn enter(
        &self,
        organization: &str,
        permission: Permission,
    ) -> Result<Result<Room, Box<HttpResponse>>, PageError> {
        let Some(actor) = self.actor() else { return Ok(Err(Box::new(self.go("/sign-in")))) };
        match self.look_in(organization, &actor, permission).await.map_err(identity::Error::from)? {
            Entered::In(standing, elsewhere) => Ok(Ok(Room { standing: *standing, actor, elsewhere })),
            Entered::Unmet(organization, unmet) => {
                let back = prove::Act::Demanded(organization.id);
                self.unmet(&organization, &unmet, back).map(|answer| Err(Box::new(answer)))
            }
            Entered::Nowhere => Err(PageError::not_found()),
        }
    }

    /// Comes into an organisation to leave it, and for nothing else: whatever it demands, that is open to whoever belongs to it.
    ///
    /// # Errors
    /// 404 if there is none, or none that they belong to; trouble of the database. The inner one leads to sign-in.
    pub async fn enter_to_leave(&self, organization: &str) -> Result<Result<Room, Box<HttpResponse>>, PageError> {
        let Some(actor) = self.actor() else { return Ok(Err(Box::new(self.go("/sign-in")))) };
        let mut read = self.state.authority.store().read().await.map_err(identity::Error::from)?;
        let id = named(&mut read, organization).await.map_err(identity::Error::from)?;
        let id = id.ok_or_else(PageError::not_found)?;
        let standing = identity::policy::stand_to_leave(&mut read, &actor, id).await.map_err(identity::Error::from)?;
        let standing = standing.map_err(|_| PageError::not_found())?;
        Ok(Ok(Room { standing: Standing { permissions: Permissions::NONE, ..standing }, actor, elsewhere: Vec::new() }))
    }

    async fn look_in(
        &self,
        organization: &str,
        actor: &Actor,
        permission: Permission,
    ) -> Result<Entered, StorageError> {
        let mut read = self.state.authority.store().read().await?;
        let Some(id) = named(&mut read, organization).await? else { return Ok(Entered::Nowhere) };
        let standing = match identity::policy::stand(&mut read, actor, id, permission).await? {
            Ok(standing) => standing,
            Err(Denied::Unmet(unmet)) => {
                let organization = read.organization(id).await?;
                return Ok(organization.map_or(Entered::Nowhere, |one| Entered::Unmet(Box::new(one), unmet)));
            }
            Err(_) => return Ok(Entered::Nowhere),
        };
        let mine = match actor.user_id() {
            Some(user_id) => read.organizations_of(user_id).await?,
            None => Vec::new(),
        };
        let others = mine.into_iter().filter(|(one, _)| one.id != id).take(ELSEWHERE);
        let item = |one: &Organization| MenuItem::new(&one.name, Place::Overview.path(one.slug.as_str()), false);
        Ok(Entered::In(Box::new(standing), others.map(|(one, _)| item(&one)).collect()))
    }

    /// Does what the person asks at this place of an organisation.
    ///
    /// # Errors
    /// 404 for what is not there or not theirs; trouble of the database.
    pub async fn act_in(&self, room: &Room, place: Place, act: Act) -> Result<Done, PageError> {
        let done = self.state.authority.act_as(&room.actor, act, self.now).await;
        self.came_of(room, place, done)
    }

    /// As [`Visit::act_in`], on something in the version that the person saw; if somebody changed it meanwhile, nothing is done.
    ///
    /// # Errors
    /// As [`Visit::act_in`].
    pub async fn act_on(&self, room: &Room, place: Place, act: Act, version: i64) -> Result<Done, PageError> {
        let done = self.state.authority.expecting(version).act_as(&room.actor, act, self.now).await;
        self.came_of(room, place, done)
    }

    fn came_of(&self, room: &Room, place: Place, done: Result<Value, ActError>) -> Result<Done, PageError> {
        match done {
            Ok(answer) => Ok(Done::Done(answer)),
            Err(refused) => match refused.kind {
                ActErrorKind::Absent | ActErrorKind::Forbidden => Err(PageError::not_found()),
                ActErrorKind::NotRecent => Ok(Done::Led(self.to_prove(room, place))),
                ActErrorKind::Unavailable => Err(unavailable(&refused)),
                ActErrorKind::Invalid | ActErrorKind::Conflict | ActErrorKind::Changed { .. } => {
                    Ok(Done::Refused(refused))
                }
            },
        }
    }

    /// To where the person proves who they are, and from there to this place.
    #[must_use]
    pub fn to_prove(&self, room: &Room, place: Place) -> HttpResponse {
        let act = prove::Act::Organization(room.standing.organization.id, place);
        self.go(&format!("/prove?for={}", act.word()))
    }
}

/// The organisation with this slug, or this id, which may be none's.
async fn named(read: &mut Read, organization: &str) -> Result<Option<Id<Organization>>, StorageError> {
    let by_slug = match Slug::parse(organization) {
        Some(slug) => read.organization_by_slug(&slug).await?.map(|found| found.id),
        None => None,
    };
    Ok(by_slug.or_else(|| Id::parse(organization)))
}

impl Room {
    /// Whether the person may do this here.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.standing.may(permission)
    }

    /// Whether the person has proved just now who they are.
    #[must_use]
    pub const fn is_recent(&self) -> bool {
        matches!(self.actor.who, Who::Person { recent: true, .. })
    }

    /// The organisation.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.standing.organization
    }

    /// An address in here, below this place: `""`, or `/apollo/delete`.
    #[must_use]
    pub fn path(&self, place: Place, below: &str) -> String {
        format!("{}{below}", place.path(self.organization().slug.as_str()))
    }

    /// As commands and acts name it.
    #[must_use]
    pub fn named(&self) -> String {
        self.organization().id.to_string()
    }

    /// The frame of a page at this place.
    #[must_use]
    pub fn layout(&self, visit: &Visit, current: Place) -> Layout {
        in_organization(visit.layout(), &self.standing, current, self.elsewhere.clone())
    }

    /// A page at this place, with the title of this message and its part `.lead`.
    #[must_use]
    pub fn page(&self, visit: &Visit, current: Place, title: &Phrase<'_>, sections: Vec<Section>) -> OrganizationPage {
        OrganizationPage::new(self.layout(visit, current), &self.standing, current, title, sections)
    }
}

impl Visit {
    /// A page that may have been refused: then with another status.
    ///
    /// # Errors
    /// The template cannot be rendered, a fault of ours.
    pub fn sections(&self, page: &OrganizationPage) -> Result<HttpResponse, PageError> {
        let status = if page.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        self.page_with(status, page)
    }
}

/// Trouble of the database: 503, and nothing has changed.
pub(in crate::page) fn unavailable(refused: &ActError) -> PageError {
    protocol::OAuthError::temporarily_unavailable(refused.message.clone()).into()
}
