//! Leaving: a person gives up their account (C-38). Everything that it was open with ends at once; the account itself is erased
//! when the grace period is over, and until then signing in offers to stay. A session of somebody who leaves can do that and
//! nothing else ([`Authority::signed_in`] does not know it).

use std::time::Duration;

use model::{Email, Organization, Role, Timestamp, User};
use storage::{StorageError, Tx};

use super::{SignedIn, ending, mailed::Post, notice::NOTICE_LIFE, recent::NotRecent, sessions::event};
use crate::{Authority, Caller, Error, demands, mail::Message};

/// The reason of connections that end because their person leaves.
pub const LEFT: &str = "account_left";

/// What leaving means for one person.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Organisations that would be left without an owner: each must be handed over or deleted first.
    pub owned_alone: Vec<OwnedAlone>,
    /// Organisations that go on without them, with all that is in them.
    pub stays: Vec<Organization>,
    /// How long they may think better of it; zero: the account is erased at once.
    pub grace: Duration,
}

/// An organisation with one owner.
#[derive(Clone, Debug)]
pub struct OwnedAlone {
    /// Which.
    pub organization: Organization,
    /// Its projects, which go with it.
    pub projects: Vec<String>,
    /// Who could own it instead: its other members.
    pub others: Vec<User>,
    /// Whether it demands what this browser has not shown: then nothing of it is told, and nothing is done to it.
    pub closed: bool,
}

/// How an account goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It is gone.
    Erased,
    /// It goes then.
    Until(Timestamp),
}

/// Why an account stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveRefusal {
    /// The person must prove who they are first.
    NotRecent,
    /// What was typed is not the account's address.
    Typed,
    /// An organisation would be left without an owner.
    OwnsAlone,
    /// The account has changed in this moment.
    Changed,
}

impl From<NotRecent> for LeaveRefusal {
    fn from(NotRecent: NotRecent) -> Self {
        Self::NotRecent
    }
}

impl Authority {
    /// What leaving would mean: what must be settled first, and what stays behind.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn what_leaving_means(&self, signed_in: &SignedIn) -> Result<Leaving, Error> {
        let id = signed_in.user.id;
        let mut read = self.parts.store.read().await?;
        let mut owned_alone = Vec::new();
        for organization in read.owned_alone(id).await? {
            let closed = demands::missing(&mut read, organization.id, signed_in).await?.is_some();
            if closed {
                owned_alone.push(OwnedAlone { organization, projects: Vec::new(), others: Vec::new(), closed });
                continue;
            }
            let projects = read.projects_of(organization.id).await?.into_iter().map(|project| project.name).collect();
            let others = read.other_members(organization.id, id).await?;
            owned_alone.push(OwnedAlone { organization, projects, others, closed });
        }
        let mut stays: Vec<(Organization, Role)> = read.organizations_of(id).await?;
        stays.retain(|(one, _)| !owned_alone.iter().any(|alone| alone.organization.id == one.id));
        let stays = stays.into_iter().map(|(organization, _)| organization).collect();
        Ok(Leaving { owned_alone, stays, grace: self.parts.settings.deletion_grace })
    }

    /// Gives up an account, for whoever has typed its address. All sessions and connections end at once.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn leave(
        &self,
        signed_in: &SignedIn,
        typed: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Left, LeaveRefusal>, Error> {
        if let Err(refusal) = signed_in.must_be_recent(now) {
            return Ok(Err(refusal.into()));
        }
        let user = signed_in.user.clone();
        if Email::parse(typed).is_none_or(|typed| typed != user.email) {
            return Ok(Err(LeaveRefusal::Typed));
        }
        let grace = self.parts.settings.deletion_grace;
        let left = if grace.is_zero() { Left::Erased } else { Left::Until(now.plus(grace)) };
        let told = self.leaving_post(&user, left, (caller, now))?;
        let address = caller.address.clone();
        let done = self
            .parts
            .store
            .transaction(move |tx| {
                let (user, address, told) = (user.clone(), address.clone(), told.clone());
                Box::pin(async move { give_up(tx, &user, left, (address, told), now).await })
            })
            .await?;
        self.parts.mail.ring();
        Ok(done.map(|()| left))
    }

    fn leaving_post(
        &self,
        user: &User,
        left: Left,
        (caller, now): (&Caller, Timestamp),
    ) -> Result<Option<Post>, Error> {
        if !self.sends_mail() {
            return Ok(None);
        }
        let message = match left {
            Left::Erased => Message::AccountErased,
            Left::Until(at) => Message::AccountLeft { until: at },
        };
        self.post(&user.email, message, true, NOTICE_LIFE, (caller, now)).map(Some)
    }

    /// Whoever is signed in with this cookie and leaves; nobody if they do not.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn leaving(&self, cookie: Option<&str>, now: Timestamp) -> Result<Option<SignedIn>, Error> {
        Ok(self.person_of(cookie, now).await?.filter(|person| person.user.erase_at.is_some()))
    }

    /// They stay after all; whether the account was still there to be kept.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn stay(&self, leaving: &SignedIn, caller: &Caller, now: Timestamp) -> Result<bool, Error> {
        let (id, epoch, address) = (leaving.user.id, leaving.user.security_epoch, caller.address.clone());
        let kept: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("user.stayed", id, Some(id.to_string()), address.clone(), now);
                Box::pin(async move {
                    if !tx.set_erase_at(id, epoch, None).await? {
                        return Ok(false);
                    }
                    tx.insert_audit_event(&event).await?;
                    Ok(true)
                })
            })
            .await;
        Ok(kept?)
    }

    /// Erases those whose grace period is over; how many. An organisation that has no owner then is named in the log.
    pub(crate) async fn erase_who_left(&self, now: Timestamp) -> Result<u64, StorageError> {
        let mut erased = 0;
        loop {
            let due = self.parts.store.read().await?.users_to_erase(now).await?;
            if due.is_empty() {
                return Ok(erased);
            }
            for user in due {
                erased += u64::from(self.erase_if_due(user, now).await?);
            }
        }
    }

    /// It is looked at again in the transaction, since they may have thought better of it.
    async fn erase_if_due(&self, user: User, now: Timestamp) -> Result<bool, StorageError> {
        self.parts
            .store
            .transaction(move |tx| {
                let id = user.id;
                Box::pin(async move {
                    let still = tx.user(id).await?.and_then(|user| user.erase_at).is_some_and(|at| at <= now);
                    if still {
                        erase(tx, id, now).await?;
                    }
                    Ok(still)
                })
            })
            .await
    }
}

async fn give_up(
    tx: &mut Tx,
    user: &User,
    left: Left,
    (address, told): (String, Option<Post>),
    now: Timestamp,
) -> Result<Result<(), LeaveRefusal>, StorageError> {
    let until = match left {
        Left::Until(at) => Some(at),
        Left::Erased => None,
    };
    // Of two owners who leave at once, the second sees that the first has.
    tx.hold_organizations_of(user.id).await?;
    if !tx.owned_alone(user.id).await?.is_empty() {
        return Ok(Err(LeaveRefusal::OwnsAlone));
    }
    if !tx.set_erase_at(user.id, user.security_epoch, until).await? {
        return Ok(Err(LeaveRefusal::Changed));
    }
    ending::end_everything(tx, user, LEFT, now).await?;
    tx.insert_audit_event(&event("user.left", user.id, Some(user.id.to_string()), address, now)).await?;
    if left == Left::Erased {
        erase(tx, user.id, now).await?;
    }
    if let Some(told) = told {
        told.write(tx, now).await?;
    }
    Ok(Ok(()))
}

/// Nothing is left but that it happened, under an id that leads to nobody.
async fn erase(tx: &mut Tx, id: model::Id<User>, now: Timestamp) -> Result<(), StorageError> {
    let orphaned: Vec<String> = tx.owned_alone(id).await?.iter().map(|one| one.slug.to_string()).collect();
    if !orphaned.is_empty() {
        tracing::warn!(organizations = orphaned.join(" "), "the last owner of organisations was erased");
    }
    crate::connections::tell_memberships_end(tx, id, now).await?;
    tx.delete_user(id).await?;
    let erased = model::AuditEvent { subject: Some(id.to_string()), ..model::AuditEvent::new("user.erased", now) };
    tx.insert_audit_event(&erased).await
}
