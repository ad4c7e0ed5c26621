//! What the servers say when all is over: every connection is asked about once more, after a last restart, and what is said
//! goes into its journal like everything else.

use std::sync::Arc;

use drive::Error;

use crate::{
    caller::Caller,
    journal::{Act, Actor, Outcome},
    plan::Mishap,
    record::Record,
    seat::Room,
};

/// Asks about these connections, one after another.
///
/// # Errors
/// An answer that no server of this kind gives.
pub async fn audit(room: Room, part: u64, records: Vec<Arc<Record>>) -> Result<(), Error> {
    let mut caller = room.caller(Actor::Auditor, 1_000_000 + part);
    for record in records {
        look(&mut caller, &record).await?;
    }
    Ok(())
}

async fn look(caller: &mut Caller, record: &Record) -> Result<(), Error> {
    let journal = record.journal();
    let (tokens, access) = (journal.refresh_tokens(), journal.access_tokens());
    let (Some(newest), Some(access)) = (tokens.last(), access.last()) else { return Ok(()) };
    let oldest = tokens.first().copied().unwrap_or(*newest);
    caller.insist(record, Act::Use(*access), Mishap::None).await?;
    let entry = caller.insist(record, Act::Refresh(*newest), Mishap::None).await?;
    if let Outcome::Pair { refresh, access } = entry.outcome {
        // It lives: its head is good, and is the only one.
        caller.insist(record, Act::Use(access), Mishap::None).await?;
        caller.insist(record, Act::Refresh(refresh), Mishap::None).await?;
        caller.insist(record, Act::Refresh(oldest), Mishap::None).await?;
        caller.insist(record, Act::Refresh(refresh), Mishap::None).await?;
        caller.insist(record, Act::Use(access), Mishap::None).await?;
    } else {
        caller.insist(record, Act::Refresh(oldest), Mishap::None).await?;
        caller.insist(record, Act::Redeem, Mishap::None).await?;
    }
    Ok(())
}
