//! What an organisation demands of its members' sign-ins: made by whoever meets it themselves, so that nobody locks everybody out.
//!
//! Does not own what meets a demand (`demands`, `model::demands`).

use model::{Demands, Organization, Permission, Timestamp, Way, Ways};
use serde_json::Value;
use storage::Tx;

use super::{
    ActError, answer,
    thing::{By, Step},
};
use crate::{Actor, Authority, demands};

const ACTION: &str = "organization.demands_set";

impl Authority {
    /// Sets all of what an organisation demands; no way at all means every way. What was given by a sign-in that is not enough
    /// ends in the same transaction.
    pub(super) async fn organization_set_demands(
        &self,
        by: &Actor,
        named: String,
        (second_factor, ways_in): (bool, &[String]),
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let ways_in = self.ways_to_demand(ways_in)?;
        let (permitted, actor) = (By::whoever_may(Permission::SetDemands, by), by.clone());
        let set = self
            .change_by::<Organization>(
                permitted,
                named,
                ACTION,
                move |tx, it| set(tx, it, (second_factor, ways_in.clone()), actor.clone(), now),
                now,
            )
            .await?;
        self.end_what_slipped_through(&set, now).await?;
        Ok(set)
    }

    fn ways_to_demand(&self, words: &[String]) -> Result<Option<Ways>, ActError> {
        let parse = |word: &String| {
            Way::parse(word).ok_or_else(|| ActError::new(format!("'{}' is no way in", word.escape_debug())))
        };
        let ways = words.iter().map(parse).collect::<Result<Ways, ActError>>()?;
        demands::are_known(&ways, &self.offered_providers()).map_err(ActError::new)?;
        Ok((!ways.is_empty()).then_some(ways))
    }

    /// On a shared database, an app may have been let in silently by a command that had begun before the demand was there; it is
    /// done by now, and is found.
    async fn end_what_slipped_through(&self, set: &Value, now: Timestamp) -> Result<(), ActError> {
        let id = set.get("id").and_then(Value::as_str).and_then(model::Id::<Organization>::parse);
        let Some(id) = id.filter(|_| self.parts.store.is_shared()) else { return Ok(()) };
        self.parts
            .store
            .transaction(move |tx| {
                Box::pin(async move {
                    let Some(organization) = tx.organization(id).await? else { return Ok(()) };
                    demands::end_unmet(tx, id, &organization.demands, now).await.map(drop).map_err(ActError::from)
                })
            })
            .await
    }
}

fn set<'t>(
    tx: &'t mut Tx,
    organization: &'t mut Organization,
    (second_factor, ways_in): (bool, Option<Ways>),
    by: Actor,
    now: Timestamp,
) -> Step<'t, Value> {
    Box::pin(async move {
        let since = organization.demands.second_factor_at.unwrap_or(now);
        let wanted = Demands { second_factor_at: second_factor.then_some(since), ways_in };
        if let Some((user_id, shown)) = by.shown()
            && demands::unmet(tx, &wanted, user_id, shown).await?.is_some()
        {
            return Err(ActError::conflict(
                "you do not meet that yourself; sign in as you would demand it of others, and set it then",
            ));
        }
        // Whoever lets an app in by their membership comes before this and is found, or after it and is asked.
        tx.hold_memberships(organization.id).await?;
        tx.set_demands(organization.id, &wanted).await?;
        let ended = demands::end_unmet(tx, organization.id, &wanted, now).await?;
        organization.demands = wanted;
        let mut answer = answer::organization(organization);
        if let Some(members) = answer.as_object_mut() {
            members.insert("ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}
