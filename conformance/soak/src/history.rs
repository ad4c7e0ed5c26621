//! Whether one connection's journal can be explained: is there an order of its requests, each at some moment between sending
//! and answer, in which the rules give every answer that was given?
//!
//! A request whose answer was lost may have taken effect, at any moment until it no longer can, or not at all. All
//! explanations are followed side by side; when none is left, the server broke its rules (or forgot what it had said), at
//! the request that is named.

use std::collections::HashSet;

use crate::{
    journal::{Act, Entry, Journal, Outcome},
    moment::{Moment, Span},
    rule::{Event, Meaning, Rules, State},
};

/// More explanations at once than this are not followed. It is far above what a run has; reaching it is an error.
const MOST: usize = 50_000;

/// What one request turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What it may have meant: one meaning if it is certain. Without any, it was lost and took no effect.
    pub meanings: Vec<Meaning>,
    /// A lost request for which both, an effect and none, explain the rest.
    pub perhaps_nothing: bool,
}

impl Explained {
    /// The only thing that it can have meant.
    #[must_use]
    pub fn certain(&self) -> Option<Meaning> {
        match self.meanings.as_slice() {
            [only] if !self.perhaps_nothing => Some(*only),
            _ => None,
        }
    }
}

/// An explained journal.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// For each entry of the journal, in its order.
    pub entries: Vec<Explained>,
    /// What may be so at the end.
    pub states: Vec<State>,
}

/// Why a journal cannot be explained.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// The entry at which the last explanation failed.
    pub entry: usize,
    /// What could have been so just before.
    pub states: Vec<State>,
    /// Not a contradiction, but too much to follow.
    pub gave_up: bool,
}

/// When a request whose answer never came can have had an effect at the latest.
pub trait Latest {
    /// For this entry.
    fn latest(&self, entry: &Entry) -> Moment;
}

impl<F: Fn(&Entry) -> Moment> Latest for F {
    fn latest(&self, entry: &Entry) -> Moment {
        self(entry)
    }
}

/// Explains a journal, or says where it cannot be. `code_issued`: when its code was made.
///
/// # Errors
/// There is no explanation.
pub fn explain(
    journal: &Journal,
    code_issued: Span,
    rules: &Rules,
    latest: &impl Latest,
) -> Result<Explanation, Contradiction> {
    let mut search = Search::new(journal, code_issued, rules, latest);
    for at in moments(journal.entries(), latest) {
        match at.what {
            What::Sent => search.open.push(at.entry),
            What::Answered => search.answered(at.entry, at.moment)?,
            What::Forgotten => search.forgotten(at.entry, at.moment)?,
        }
    }
    let states: HashSet<State> = search.worlds.iter().map(|world| world.state).collect();
    Ok(Explanation { entries: search.explained, states: states.into_iter().collect() })
}

/// One explanation so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    state: State,
    /// Requests under way that took effect already, in order of their numbers.
    done: Vec<(usize, Meaning)>,
}

impl World {
    fn has_done(&self, entry: usize) -> bool {
        self.done.iter().any(|(done, _)| *done == entry)
    }
}

#[derive(Clone, Copy)]
struct At {
    moment: Moment,
    what: What,
    entry: usize,
}

/// In this order at the same moment: then everything that overlaps is taken to overlap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Sent,
    Answered,
    Forgotten,
}

fn moments(entries: &[Entry], latest: &impl Latest) -> Vec<At> {
    let mut all = Vec::with_capacity(entries.len() * 2);
    for (number, entry) in entries.iter().enumerate() {
        all.push(At { moment: entry.sent, what: What::Sent, entry: number });
        all.push(match entry.outcome.is_told() {
            true => At { moment: entry.ended, what: What::Answered, entry: number },
            false => At { moment: latest.latest(entry).max(entry.ended), what: What::Forgotten, entry: number },
        });
    }
    all.sort_by_key(|at| (at.moment, at.what));
    all
}

struct Search<'a, L> {
    journal: &'a Journal,
    code_issued: Span,
    rules: &'a Rules,
    latest: &'a L,
    open: Vec<usize>,
    worlds: HashSet<World>,
    explained: Vec<Explained>,
}

impl<'a, L: Latest> Search<'a, L> {
    fn new(journal: &'a Journal, code_issued: Span, rules: &'a Rules, latest: &'a L) -> Self {
        let nothing = Explained { meanings: Vec::new(), perhaps_nothing: false };
        Self {
            journal,
            code_issued,
            rules,
            latest,
            open: Vec::new(),
            worlds: HashSet::from([World { state: State::Unspent, done: Vec::new() }]),
            explained: vec![nothing; journal.entries().len()],
        }
    }

    /// An answer arrived: what it tells must have happened by now, after any of the requests that are under way.
    fn answered(&mut self, entry: usize, now: Moment) -> Result<(), Contradiction> {
        let (reached, meanings) = self.reaching(entry, now)?;
        if reached.is_empty() {
            return Err(self.contradiction(entry, false));
        }
        self.open.retain(|open| *open != entry);
        self.worlds = reached;
        self.explain(entry, meanings, false);
        Ok(())
    }

    /// A request that was lost can have no effect any more: either it had one by now, or it never will.
    fn forgotten(&mut self, entry: usize, now: Moment) -> Result<(), Contradiction> {
        let (reached, meanings) = self.reaching(entry, now)?;
        self.open.retain(|open| *open != entry);
        self.worlds.retain(|world| !world.has_done(entry));
        let perhaps_nothing = !self.worlds.is_empty();
        self.worlds.extend(reached);
        self.explain(entry, meanings, perhaps_nothing);
        Ok(())
    }

    /// Every world in which this request has just had its effect, and what it meant there. It is taken off the list of what
    /// is under way and done.
    fn reaching(&self, entry: usize, now: Moment) -> Result<(HashSet<World>, HashSet<Meaning>), Contradiction> {
        let mut todo: Vec<World> = self.worlds.iter().cloned().collect();
        let (mut visited, mut reached, mut meanings) = (self.worlds.clone(), HashSet::new(), HashSet::new());
        while let Some(mut world) = todo.pop() {
            if let Some(place) = world.done.iter().position(|(done, _)| *done == entry) {
                meanings.insert(world.done.remove(place).1);
                reached.insert(world);
                continue;
            }
            for next in self.nexts(&world, now) {
                if visited.insert(next.clone()) {
                    todo.push(next);
                }
            }
            if visited.len() > MOST {
                return Err(self.contradiction(entry, true));
            }
        }
        Ok((reached, meanings))
    }

    /// This world after one more of the requests that are under way.
    fn nexts(&self, world: &World, now: Moment) -> Vec<World> {
        let mut nexts = Vec::new();
        for number in self.open.iter().filter(|open| !world.has_done(**open)) {
            let Some(entry) = self.journal.entries().get(*number) else { continue };
            for step in self.rules.steps(world.state, &self.event(entry, now), self.code_issued) {
                let mut done = world.done.clone();
                let place = done.partition_point(|(done, _)| done < number);
                done.insert(place, (*number, step.meaning));
                nexts.push(World { state: step.state, done });
            }
        }
        nexts
    }

    fn event(&self, entry: &Entry, now: Moment) -> Event {
        let latest = if entry.outcome.is_told() { entry.ended } else { self.latest.latest(entry) };
        let generation = match entry.outcome {
            Outcome::Pair { refresh, .. } => self.journal.generation(refresh),
            _ => 0,
        };
        Event {
            act: entry.act,
            outcome: entry.outcome,
            generation,
            now: Span::new(entry.sent, now.min(latest).max(entry.sent)),
        }
    }

    fn explain(&mut self, entry: usize, meanings: HashSet<Meaning>, perhaps_nothing: bool) {
        if let Some(explained) = self.explained.get_mut(entry) {
            let mut meanings: Vec<Meaning> = meanings.into_iter().collect();
            meanings.sort_unstable();
            *explained = Explained { perhaps_nothing: perhaps_nothing && !meanings.is_empty(), meanings };
        }
    }

    fn contradiction(&self, entry: usize, gave_up: bool) -> Contradiction {
        let states: HashSet<State> = self.worlds.iter().map(|world| world.state).collect();
        Contradiction { entry, states: states.into_iter().collect(), gave_up }
    }
}

/// A request in words; tokens by number and generation.
#[must_use]
pub fn in_words(journal: &Journal, entry: &Entry) -> String {
    let named = |token| format!("#{}/{}", journal.generation(token), token.0);
    let act = match entry.act {
        Act::Redeem => "redeems the code".to_owned(),
        Act::Refresh(token) => format!("refreshes with {}", named(token)),
        Act::Use(token) => format!("uses {}", named(token)),
        Act::Revoke(token) => format!("gives back {}", named(token)),
    };
    let outcome = match entry.outcome {
        Outcome::Pair { refresh, access } => format!("{} and {}", named(refresh), named(access)),
        other => format!("{other:?}"),
    };
    format!("{}–{}  {:?} at server {} {act}: {outcome}", entry.sent, entry.ended, entry.actor, entry.server)
}
