//! What an organisation demands of its members' sign-ins, held against what they have shown (C-09, V-37).
//!
//! Owns the comparison for whoever acts, and that whatever was given by a sign-in that is not enough ends with the act by which it
//! becomes so: the demand that is made, the last second factor that goes. So no token has to ask (decision 0047). Does not own the
//! table of what meets what (`model::demands`), nor who may make a demand (`policy`, `admin::demands`).

use std::collections::{HashMap, HashSet};

use model::{Demands, Grant, Id, Organization, Session, Shown, Timestamp, Unmet, User, Ways};
use storage::{Basis, MemberProject, Read, StorageError, Tx};

use crate::{
    account::{SignedIn, is_two_factors},
    connections,
};

/// The reason of a grant that was given by a sign-in that is not enough any more.
pub const DEMANDS_UNMET: &str = "demands_unmet";

/// What a session has shown of its person.
pub(crate) fn shown_by(session: &Session) -> Shown {
    Shown { two_factors: is_two_factors(&session.amr), ways: session.ways.clone() }
}

/// What is missing of somebody who has shown this; nothing if all is met.
///
/// # Errors
/// Trouble of the database.
pub(crate) async fn unmet(
    read: &mut Read,
    demands: &Demands,
    user_id: Id<User>,
    shown: &Shown,
) -> Result<Option<Unmet>, StorageError> {
    if !demands.is_any() {
        return Ok(None);
    }
    let has_second_factor = read.second_factors(user_id).await?.is_demanded();
    Ok(demands.unmet(shown, has_second_factor))
}

/// What is missing of a signed-in browser for an organisation; nothing if all is met.
///
/// # Errors
/// Trouble of the database.
pub async fn missing(
    read: &mut Read,
    organization_id: Id<Organization>,
    person: &SignedIn,
) -> Result<Option<Unmet>, StorageError> {
    match read.organization(organization_id).await? {
        Some(organization) => unmet(read, &organization.demands, person.user.id, &shown_by(&person.session)).await,
        None => Ok(None),
    }
}

/// The organisations of these projects that demand more than this browser has shown.
pub(crate) async fn unmet_in(
    read: &mut Read,
    projects: &[MemberProject],
    signed_in: &SignedIn,
) -> Result<Vec<Id<Organization>>, StorageError> {
    let shown = shown_by(&signed_in.session);
    let mut closed: Vec<Id<Organization>> = Vec::new();
    for one in projects.iter().filter(|one| one.demands.is_any()) {
        let id = one.project.organization_id;
        if !closed.contains(&id) && unmet(read, &one.demands, signed_in.user.id, &shown).await?.is_some() {
            closed.push(id);
        }
    }
    Ok(closed)
}

/// Ends the grants over an organisation's projects of which anything was given by a sign-in that is not enough; how many.
pub(crate) async fn end_unmet(
    tx: &mut Tx,
    organization_id: Id<Organization>,
    demands: &Demands,
    now: Timestamp,
) -> Result<usize, StorageError> {
    if !demands.is_any() {
        return Ok(0);
    }
    let (mut factors, mut ends) = (HashMap::new(), HashSet::new());
    for given in tx.given_in(organization_id, now).await? {
        let Basis { grant_id, user_id, amr, ways } = given;
        let has_second_factor = match factors.get(&user_id) {
            Some(has) => *has,
            None => {
                let has = tx.second_factors(user_id).await?.is_demanded();
                factors.insert(user_id, has);
                has
            }
        };
        let shown = Shown { two_factors: is_two_factors(&amr), ways };
        if demands.unmet(&shown, has_second_factor).is_some() {
            ends.insert(grant_id);
        }
    }
    let mut grants: Vec<Grant> = Vec::with_capacity(ends.len());
    for id in ends {
        grants.extend(tx.grant(id).await?);
    }
    connections::end(tx, &grants, DEMANDS_UNMET, now).await
}

/// A second factor of somebody's is gone. If it was the last, whatever they hold where two are demanded ends with it; how many
/// connections.
pub(crate) async fn factor_gone(tx: &mut Tx, user_id: Id<User>, now: Timestamp) -> Result<usize, StorageError> {
    if tx.second_factors(user_id).await?.is_demanded() {
        return Ok(0);
    }
    let grants = tx.grants_by_two_factors(user_id).await?;
    connections::end(tx, &grants, DEMANDS_UNMET, now).await
}

/// The ways that an organisation may name: the account's own, and the providers of these names.
pub(crate) fn are_known(ways: &Ways, providers: &[String]) -> Result<(), String> {
    for way in ways.iter() {
        if let model::Way::Provider(name) = way
            && !providers.contains(name)
        {
            let offered: String = providers.iter().map(|one| format!(", {one}")).collect();
            return Err(format!("'{name}' is no way in here; use password, passkey{offered}"));
        }
    }
    Ok(())
}
