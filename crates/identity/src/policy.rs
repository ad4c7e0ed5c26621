//! One policy for pages, the management API and commands: who acts, and what they may do in an organisation (C-24, C-25).
//!
//! Owns the answer to "may they". The table of roles is `model`'s; what an act does is its own module's. Nothing that happens
//! inside an organisation asks anything else.

use model::{Id, Organization, Permission, Permissions, Project, Role, Shown, Timestamp, Unmet, User, audit::OPERATOR};
use storage::{ActsFor, Read, StorageError, Tx};

use crate::{Caller, account::SignedIn, demands};

/// Who acts, and from where; handed through every act.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// From which network address, if it came over a network.
    pub address: Option<String>,
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Who {
    /// Whoever opens the socket or runs the command line: may everything.
    Operator,
    /// A person who operates the server, in their browser, with a fresh proof of who they are: may everything, under their name.
    Administrator {
        /// Whose browser.
        user_id: Id<User>,
    },
    /// A program with an API token of a person who operates the server: may everything, under their name.
    OperatingToken {
        /// Whose.
        user_id: Id<User>,
        /// Which token, for the trail.
        token_id: String,
        /// Whether it changes anything. One that does was made after a fresh proof, and counts as such.
        writes: bool,
    },
    /// A signed-in browser.
    Person {
        /// Whose.
        user_id: Id<User>,
        /// Whether they have proved who they are just now.
        recent: bool,
        /// What they have shown of themselves there, which an organisation's demands are held against.
        shown: Shown,
    },
    /// A program with an API token of a person: never more than that person may.
    Token {
        /// Whose.
        user_id: Id<User>,
        /// Which token, for the trail.
        token_id: String,
        /// Whether it changes anything. One that does was made after a fresh proof, and counts as such.
        writes: bool,
        /// The one organisation that it reaches, if it does not reach all of its person's.
        within: Option<Id<Organization>>,
        /// What its person had shown when they made it. Nothing for one that was given for one organisation: that was asked
        /// then, and it ends with a demand that it would not meet.
        shown: Shown,
    },
}

impl Actor {
    /// Whoever runs a command.
    #[must_use]
    pub const fn operator() -> Self {
        Self { who: Who::Operator, address: None }
    }

    /// The person of a session.
    #[must_use]
    pub fn person(signed_in: &SignedIn, caller: &Caller, now: Timestamp) -> Self {
        let (user_id, recent) = (signed_in.user.id, signed_in.proved_recently(now));
        let who = Who::Person { user_id, recent, shown: demands::shown_by(&signed_in.session) };
        Self { who, address: Some(caller.address.clone()) }
    }

    /// Somebody who operates the server; whether they do is asked again before each act.
    pub(crate) fn administrator(user_id: Id<User>, caller: &Caller) -> Self {
        Self { who: Who::Administrator { user_id }, address: Some(caller.address.clone()) }
    }

    /// The person whose role as an operator it is by which they may everything.
    pub(crate) const fn operating(&self) -> Option<Id<User>> {
        match self.who {
            Who::Administrator { user_id } | Who::OperatingToken { user_id, .. } => Some(user_id),
            Who::Operator | Who::Person { .. } | Who::Token { .. } => None,
        }
    }

    /// The person, or the person of the token; nobody for an operator, who acts for the server.
    #[must_use]
    pub const fn user_id(&self) -> Option<Id<User>> {
        match self.who {
            Who::Operator | Who::Administrator { .. } | Who::OperatingToken { .. } => None,
            Who::Person { user_id, .. } | Who::Token { user_id, .. } => Some(user_id),
        }
    }

    /// The one organisation that alone they reach.
    #[must_use]
    pub const fn within(&self) -> Option<Id<Organization>> {
        match self.who {
            Who::Token { within, .. } => within,
            Who::Operator | Who::Administrator { .. } | Who::OperatingToken { .. } | Who::Person { .. } => None,
        }
    }

    /// Whether they may everything.
    #[must_use]
    pub const fn is_operator(&self) -> bool {
        matches!(self.who, Who::Operator | Who::Administrator { .. } | Who::OperatingToken { .. })
    }

    /// As the trail names them: the operator, or a person and the token that they act with.
    #[must_use]
    pub fn named(&self) -> ActsFor {
        let (by, token_id) = match &self.who {
            Who::Operator => (OPERATOR.to_owned(), None),
            Who::Person { user_id, .. } | Who::Administrator { user_id } => (user_id.to_string(), None),
            Who::Token { user_id, token_id, .. } | Who::OperatingToken { user_id, token_id, .. } => {
                (user_id.to_string(), Some(token_id.clone()))
            }
        };
        ActsFor { by, token_id, address: self.address.clone() }
    }

    /// Who is asked what an organisation demands, and what they have shown; nobody for an operator.
    pub(crate) const fn shown(&self) -> Option<(Id<User>, &Shown)> {
        match &self.who {
            Who::Operator | Who::Administrator { .. } | Who::OperatingToken { .. } => None,
            Who::Person { user_id, shown, .. } | Who::Token { user_id, shown, .. } => Some((*user_id, shown)),
        }
    }

    const fn is_recent(&self) -> bool {
        match self.who {
            Who::Operator | Who::Administrator { .. } => true,
            Who::Person { recent, .. } => recent,
            Who::Token { writes, .. } | Who::OperatingToken { writes, .. } => writes,
        }
    }

    /// Whether they change nothing, whatever they may.
    pub(crate) const fn only_reads(&self) -> bool {
        matches!(self.who, Who::Token { writes: false, .. } | Who::OperatingToken { writes: false, .. })
    }
}

/// As what somebody stands in an organisation that they may see.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub organization: Organization,
    /// Their role; none for an operator, who has no need of one.
    pub role: Option<Role>,
    /// All that they may do.
    pub permissions: Permissions,
    /// Who they are; none for an operator.
    pub user_id: Option<Id<User>>,
}

impl Standing {
    /// Whether they may do this.
    #[must_use]
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// The projects of the organisation that they see, oldest first: limited ones are absent for whom they are not open to.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects(&self, read: &mut Read) -> Result<Vec<Project>, StorageError> {
        match (self.role, self.user_id) {
            (Some(role), Some(user_id)) if !role.sees_every_project() => {
                read.projects_open_to(self.organization.id, user_id).await
            }
            _ => read.projects_of(self.organization.id).await,
        }
    }

    /// Whether they see this project of the organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sees(&self, read: &mut Read, project: &Project) -> Result<bool, StorageError> {
        if project.organization_id != self.organization.id {
            return Ok(false);
        }
        match (self.role, self.user_id) {
            (Some(role), Some(user_id)) if project.limited_at.is_some() && !role.sees_every_project() => {
                read.is_on_project(project.id, user_id).await
            }
            _ => Ok(true),
        }
    }

    /// Whether a role is theirs to give and to take: it is not above their own, and permits nothing that they may not.
    #[must_use]
    pub fn reaches(&self, role: Role, permissions: Permissions) -> bool {
        self.role.is_none_or(|own| role <= own) && permissions.is_within(self.permissions)
    }
}

/// Why somebody may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is not there, or not theirs to see; nobody is told which.
    Absent,
    /// They see it, but this is not theirs to do.
    Forbidden(Permission),
    /// They must prove who they are first.
    NotRecent,
    /// They belong to it, and this browser or token has not shown what it demands.
    Unmet(Unmet),
    /// The organisation is disabled; nothing in it is changed but by an operator.
    Disabled,
}

/// How an actor stands in an organisation, for looking.
///
/// # Errors
/// Trouble of the database.
pub async fn stand(
    read: &mut Read,
    actor: &Actor,
    organization_id: Id<Organization>,
    permission: Permission,
) -> Result<Result<Standing, Denied>, StorageError> {
    if actor.within().is_some_and(|within| within != organization_id) {
        return Ok(Err(Denied::Absent));
    }
    let Some(standing) = standing_of(read, actor.user_id(), organization_id).await? else {
        return Ok(Err(Denied::Absent));
    };
    if let (Some((user_id, shown)), None) = (actor.shown(), actor.within())
        && let Some(unmet) = demands::unmet(read, &standing.organization.demands, user_id, shown).await?
    {
        return Ok(Err(Denied::Unmet(unmet)));
    }
    Ok(if standing.may(permission) { Ok(standing) } else { Err(Denied::Forbidden(permission)) })
}

/// How somebody stands who wants to leave: whoever belongs to an organisation may, whatever it demands of them. Good for nothing
/// else.
///
/// # Errors
/// Trouble of the database.
pub async fn stand_to_leave(
    read: &mut Read,
    actor: &Actor,
    organization_id: Id<Organization>,
) -> Result<Result<Standing, Denied>, StorageError> {
    if actor.within().is_some_and(|within| within != organization_id) {
        return Ok(Err(Denied::Absent));
    }
    Ok(standing_of(read, actor.user_id(), organization_id).await?.ok_or(Denied::Absent))
}

/// As what somebody stands in an organisation, whatever they have shown of themselves; an operator, if it is nobody.
///
/// # Errors
/// Trouble of the database.
pub(crate) async fn standing_of(
    read: &mut Read,
    user_id: Option<Id<User>>,
    organization_id: Id<Organization>,
) -> Result<Option<Standing>, StorageError> {
    let Some(user_id) = user_id else {
        return Ok(read.organization(organization_id).await?.map(|organization| Standing {
            organization,
            role: None,
            permissions: Permission::ALL.into_iter().collect(),
            user_id: None,
        }));
    };
    let member = read.organization_of_member(organization_id, user_id).await?;
    Ok(member.map(|(organization, role, named)| Standing {
        organization,
        role: Some(role),
        permissions: Permissions::of(role).and(named),
        user_id: Some(user_id),
    }))
}

/// How an actor stands, for changing: their membership stays as it is until the transaction ends.
///
/// # Errors
/// Trouble of the database.
pub async fn stand_firm(
    tx: &mut Tx,
    actor: &Actor,
    organization_id: Id<Organization>,
    permission: Permission,
) -> Result<Result<Standing, Denied>, StorageError> {
    tx.act_for(actor.named());
    if let Some(user_id) = actor.user_id() {
        tx.hold_membership(organization_id, user_id).await?;
    }
    let standing = stand(tx, actor, organization_id, permission).await?;
    Ok(standing.and_then(|standing| {
        if actor.only_reads() {
            Err(Denied::Forbidden(permission))
        } else if standing.organization.disabled_at.is_some() && !actor.is_operator() {
            Err(Denied::Disabled)
        } else if permission.needs_recent_proof() && !actor.is_recent() {
            Err(Denied::NotRecent)
        } else {
            Ok(standing)
        }
    }))
}
