//! Who holds a connection's tokens: one careful process, two that share a store, and a thief beside an honest one. The honest
//! follow the advice of docs/families.md and nothing else.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use drive::Error;
use tokio::time::sleep;

use crate::{
    caller::Caller,
    fleet::lock,
    journal::{Act, Actor, Outcome},
    moment::{Moment, micros},
    plan::{Mishap, Turn},
    record::Record,
    seat::{Held, Room},
};

/// One process: it repeats with what it holds, and stores before it uses. What it holds at the end; nothing if it was refused.
///
/// # Errors
/// An answer that no server of this kind gives.
pub async fn careful(room: &Room, record: &Record, caller: &mut Caller, first: Held) -> Result<Option<Held>, Error> {
    let mut held = first;
    for turn in &record.script.turns {
        if room.fleet.is_winding_down() {
            break;
        }
        let Some(next) = take_turn(record, caller, held, turn).await? else { return Ok(None) };
        held = next;
    }
    Ok(Some(held))
}

async fn take_turn(record: &Record, caller: &mut Caller, held: Held, turn: &Turn) -> Result<Option<Held>, Error> {
    sleep(turn.pause).await;
    let entry = caller.insist(record, Act::Refresh(held.refresh), turn.mishaps[0]).await?;
    let Outcome::Pair { refresh, access } = entry.outcome else {
        record.was_refused(entry);
        return Ok(None);
    };
    for _ in 0..turn.uses {
        caller.ask(record, Act::Use(access), Mishap::None).await?;
    }
    Ok(Some(Held { refresh, access }))
}

/// What two processes share.
struct Store(Mutex<Stored>);

#[derive(Clone, Copy)]
struct Stored {
    held: Held,
    since: Moment,
    refused: bool,
}

impl Store {
    fn read(&self) -> Stored {
        *lock(&self.0)
    }

    fn write(&self, held: Held, since: Moment) {
        let mut stored = lock(&self.0);
        stored.held = held;
        stored.since = since;
    }

    fn refuse(&self) {
        lock(&self.0).refused = true;
    }
}

/// Two processes with one store: each reads it right before it refreshes, and writes it right after.
///
/// # Errors
/// As [`careful`].
pub async fn shared(room: &Room, seat: u64, record: &Arc<Record>, first: Held) -> Result<Option<Held>, Error> {
    let since = room.fleet.clock().now();
    let store = Store(Mutex::new(Stored { held: first, since, refused: false }));
    let (one, other) = tokio::join!(
        sharer(room, record, &store, 0, room.caller(Actor::Honest(0), seat)),
        sharer(room, record, &store, 1, room.caller(Actor::Honest(1), seat))
    );
    one?;
    other?;
    let stored = store.read();
    Ok((!stored.refused).then_some(stored.held))
}

async fn sharer(room: &Room, record: &Record, store: &Store, number: usize, mut caller: Caller) -> Result<(), Error> {
    for turn in &record.script.turns {
        let due = store.read().since.plus(turn.pause);
        let wait = due.since(room.fleet.clock().now());
        sleep(Duration::from_micros(u64::try_from(wait).unwrap_or(0))).await;
        let mut mishap = turn.mishaps.get(number).copied().unwrap_or(Mishap::None);
        loop {
            let (before, read_at) = (store.read(), room.fleet.clock().now());
            if before.refused || room.fleet.is_winding_down() {
                return Ok(());
            }
            let entry = caller.ask(record, Act::Refresh(before.held.refresh), mishap).await?;
            let now = room.fleet.clock().now();
            let in_time = now.since(read_at) < micros(room.rules.retry_window / 2);
            if !in_time {
                record.stood_still();
            }
            mishap = Mishap::None;
            match entry.outcome {
                // An answer that was long under way may be older than what the other one has stored since.
                Outcome::Pair { refresh, access } if in_time => {
                    let held = Held { refresh, access };
                    store.write(held, now);
                    for _ in 0..turn.uses {
                        caller.ask(record, Act::Use(access), Mishap::None).await?;
                    }
                    break;
                }
                Outcome::Refused => {
                    record.was_refused(entry);
                    store.refuse();
                    return Ok(());
                }
                _ => sleep(Duration::from_millis(15)).await,
            }
        }
    }
    Ok(())
}

/// A careful process, and a thief who took a copy of what it held.
///
/// # Errors
/// As [`careful`].
pub async fn stolen(
    room: &Room,
    seat: u64,
    record: &Arc<Record>,
    caller: &mut Caller,
    first: Held,
) -> Result<Option<Held>, Error> {
    let mut held = first;
    let mut thief = None;
    let mut refused = false;
    for (number, turn) in record.script.turns.iter().enumerate() {
        if room.fleet.is_winding_down() {
            break;
        }
        if number == record.script.theft.after {
            let (room, record, copy) = (room.clone(), Arc::clone(record), held);
            thief = Some(tokio::spawn(async move { steal(&room, seat, &record, copy).await }));
        }
        match take_turn(record, caller, held, turn).await? {
            Some(next) => held = next,
            None => {
                refused = true;
                break;
            }
        }
    }
    if let Some(thief) = thief {
        thief
            .await
            .unwrap_or_else(|error| Err(Error::Failed { program: "thief".to_owned(), said: error.to_string() }))?;
    }
    Ok((!refused).then_some(held))
}

/// Presents the copy, and goes on with what comes of it.
async fn steal(room: &Room, seat: u64, record: &Record, copy: Held) -> Result<(), Error> {
    let theft = record.script.theft;
    let mut caller = room.caller(Actor::Thief, seat);
    let mut held = copy;
    sleep(theft.keeps).await;
    for _ in 0..=theft.goes_on {
        let entry = caller.insist(record, Act::Refresh(held.refresh), Mishap::None).await?;
        let Outcome::Pair { refresh, access } = entry.outcome else { return Ok(()) };
        held = Held { refresh, access };
        caller.ask(record, Act::Use(access), Mishap::None).await?;
        sleep(theft.keeps / 2).await;
    }
    Ok(())
}
