//! Verifying the trail: walks the chain from its last checkpoint to its head, and every entry under it.

use std::{collections::HashMap, time::Duration};

use model::{AuditEntry, AuditSeal, GoesWith, SealedEntry, Timestamp, audit_chain::GENESIS};
use serde::{Deserialize, Serialize};
use storage::{Read, StorageError};

use crate::{Authority, Error};

/// So many seals are walked at once.
const STEP: u32 = 20;
/// So much earlier than the trail was complete an entry may claim to be: a transaction that took long, clocks that differ.
const LATE: Duration = Duration::from_secs(300);

/// How far a verification has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The last seal that was found sound.
    pub number: u64,
    /// Its link.
    pub link: String,
    /// Until when the trail was complete then, in microseconds.
    pub complete_until: i64,
}

/// What one step found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// Where the next step goes on; nothing at the head.
    pub next: Option<Place>,
    /// The last seal that was found sound, as `number.link`: kept elsewhere, it shows later that nothing before it was rewritten.
    pub head: String,
    /// Entries that were looked at and found sound.
    pub entries: u64,
    /// Entries that went with their person or organisation.
    pub erased: u64,
    /// Entries that stand under no seal yet, known at the head.
    pub waiting: u64,
    /// Whether the head that was asked for was passed.
    pub met: bool,
    /// The first thing that is not as it was sealed.
    pub wrong: Option<Wrong>,
}

/// The first thing that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// Under which seal.
    pub seal: u64,
    /// Which entry; nothing if it is the seal itself.
    pub entry: Option<String>,
    /// What is wrong with it: `changed`, `removed`, `inserted`, `reordered`, `unsigned`.
    pub what: &'static str,
}

impl Wrong {
    const fn of_seal(seal: u64, what: &'static str) -> Self {
        Self { seal, entry: None, what }
    }

    fn of_entry(seal: u64, id: &str, what: &'static str) -> Self {
        Self { seal, entry: Some(id.to_owned()), what }
    }
}

/// What a walk remembers.
struct Walk<'r> {
    read: &'r mut Read,
    found: Verified,
    /// Who and what is known to be gone.
    gone: HashMap<String, bool>,
}

impl Authority {
    /// One step of a verification behind `from`, or from the beginning. `head` is an earlier head, as [`Verified::head`] named it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn verify_audit(&self, from: Option<Place>, head: Option<&str>) -> Result<Verified, Error> {
        let mut read = self.parts.store.read().await?;
        let chain = read.audit_chain().await?;
        let mut walk = Walk { read: &mut read, found: Verified::default(), gone: HashMap::new() };
        let mut place = match walk.start(from, self).await? {
            Ok(place) => place,
            Err(wrong) => return Ok(walk.ended(Some(wrong))),
        };
        walk.found.met = head.is_none_or(|head| head == named(&place));
        let mut seals = walk.read.audit_seals_from(place.number + 1, STEP + 1).await?;
        let step = usize::try_from(STEP).unwrap_or(usize::MAX);
        let is_last = seals.len() <= step;
        seals.truncate(step);
        // A version of the secret that is gone cannot be checked; what it signed stands under the seals that came later.
        let last_is_signed = seals.last().is_none_or(|seal| seal.is_signed(&self.parts.secrets) == Some(true));
        for seal in seals {
            if let Err(wrong) = walk.seal(&seal, &place, self).await? {
                walk.found.head = named(&place);
                return Ok(walk.ended(Some(wrong)));
            }
            place = Place { number: seal.number, link: seal.link, complete_until: seal.complete_until.as_micros() };
            walk.found.met |= head.is_some_and(|head| head == named(&place));
        }
        walk.found.head = named(&place);
        if !is_last {
            walk.found.next = Some(place);
            return Ok(walk.ended(None));
        }
        let end = match last_is_signed {
            true => walk.end(&place, chain.position).await?,
            false => Some(Wrong::of_seal(place.number, "unsigned")),
        };
        Ok(walk.ended(end))
    }
}

fn named(place: &Place) -> String {
    format!("{}.{}", place.number, place.link)
}

impl Walk<'_> {
    fn ended(self, wrong: Option<Wrong>) -> Verified {
        Verified { wrong, ..self.found }
    }

    /// Behind the last purge at the earliest.
    async fn start(
        &mut self,
        from: Option<Place>,
        authority: &Authority,
    ) -> Result<Result<Place, Wrong>, StorageError> {
        let from = from.unwrap_or_else(|| Place { link: GENESIS.to_owned(), ..Place::default() });
        let purged = self.read.audit_chain().await?.forgotten;
        let left = self.read.audit_checkpoint().await?;
        if left.as_ref().map_or(0, |left| left.number) != purged {
            return Ok(Err(Wrong::of_seal(purged, "unsigned")));
        }
        Ok(Ok(match left {
            Some(left) if left.number > from.number => {
                if left.is_signed(&authority.parts.secrets) == Some(false) {
                    return Ok(Err(Wrong::of_seal(left.number, "unsigned")));
                }
                Place { number: left.number, link: left.link, complete_until: left.complete_until.as_micros() }
            }
            _ => from,
        }))
    }

    async fn seal(
        &mut self,
        seal: &AuditSeal,
        behind: &Place,
        authority: &Authority,
    ) -> Result<Result<(), Wrong>, StorageError> {
        if seal.number != behind.number + 1 {
            return Ok(Err(Wrong::of_seal(behind.number + 1, "removed")));
        }
        let (true, Some(sealed)) = (seal.follows(&behind.link), seal.entries()) else {
            return Ok(Err(Wrong::of_seal(seal.number, "changed")));
        };
        if seal.is_signed(&authority.parts.secrets) == Some(false) {
            return Ok(Err(Wrong::of_seal(seal.number, "unsigned")));
        }
        let there = self.read.audit_entries_under(seal.number).await?;
        if let Some(wrong) = self.entries(seal.number, &sealed, &there).await? {
            return Ok(Err(wrong));
        }
        let earliest = Timestamp::from_micros(behind.complete_until).minus(LATE);
        let late = there.iter().find(|entry| behind.number > 0 && entry.at < earliest);
        Ok(late.map_or(Ok(()), |entry| Err(Wrong::of_entry(seal.number, &entry.id, "inserted"))))
    }

    async fn entries(
        &mut self,
        seal: u64,
        sealed: &[SealedEntry],
        there: &[AuditEntry],
    ) -> Result<Option<Wrong>, StorageError> {
        let by_id: HashMap<&str, &AuditEntry> = there.iter().map(|entry| (entry.id.as_str(), entry)).collect();
        let mut order = there.iter().map(|entry| entry.id.as_str()).filter(|id| sealed.iter().any(|it| it.id == *id));
        for one in sealed {
            let Some(entry) = by_id.get(one.id.as_str()) else {
                if !self.went(one.goes_with).await? {
                    return Ok(Some(Wrong::of_entry(seal, &one.id, "removed")));
                }
                self.found.erased += 1;
                continue;
            };
            if entry.digest() != one.digest || !self.address_is_right(entry).await? {
                return Ok(Some(Wrong::of_entry(seal, &one.id, "changed")));
            }
            if order.next() != Some(&*one.id) {
                return Ok(Some(Wrong::of_entry(seal, &one.id, "reordered")));
            }
            self.found.entries += 1;
        }
        let inserted = there.iter().find(|entry| !sealed.iter().any(|it| it.id == entry.id));
        Ok(inserted.map(|entry| Wrong::of_entry(seal, &entry.id, "inserted")))
    }

    /// An address may be missing if its person is gone.
    async fn address_is_right(&mut self, entry: &AuditEntry) -> Result<bool, StorageError> {
        if entry.address.is_some() || entry.address_digest.is_none() {
            return Ok(true);
        }
        let by = entry.by.as_deref().map_or(entry.user_id, model::Id::parse);
        self.went(by.map(GoesWith::Person)).await
    }

    async fn went(&mut self, with: Option<GoesWith>) -> Result<bool, StorageError> {
        let Some(with) = with else { return Ok(false) };
        let key = format!("{with:?}");
        if let Some(known) = self.gone.get(&key) {
            return Ok(*known);
        }
        let gone = match with {
            GoesWith::Person(id) => self.read.was_erased(id).await?,
            GoesWith::Organization(id) => self.read.was_removed(id).await?,
        };
        self.gone.insert(key, gone);
        Ok(gone)
    }

    /// At the head: there must be no seal less than there were when this began, and no entry beside the chain.
    async fn end(&mut self, place: &Place, position: u64) -> Result<Option<Wrong>, StorageError> {
        if place.number < position {
            return Ok(Some(Wrong::of_seal(place.number + 1, "removed")));
        }
        self.found.waiting = self.read.unsealed_audit_entries().await?;
        let astray = self.read.audit_entry_astray().await?;
        Ok(astray.map(|id| Wrong::of_entry(place.number, &id, "inserted")))
    }
}
