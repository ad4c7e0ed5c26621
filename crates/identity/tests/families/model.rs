//! FT-20: the reference of docs/families.md as a model, beside the real authority, under random histories.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::harness::{Pair, World};

const CLI: &str = "demo-cli";
const WINDOW: u64 = 30;
const RECOVERY: u64 = 7 * 86_400;
const IDLE: u64 = 30 * 86_400;
const ACCESS: u64 = 15 * 60;

/// What may happen. Indexes are taken modulo what was issued so far; 0 is the newest.
#[derive(Clone, Debug)]
enum Event {
    Refresh(usize),
    UseAccess(usize),
    Advance(u64),
    Crash,
    Revoke(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => prop_oneof![5 => 0..2usize, 2 => 2..4usize, 1 => 0..12usize].prop_map(Event::Refresh),
        4 => prop_oneof![4 => 0..1usize, 1 => 0..6usize].prop_map(Event::UseAccess),
        6 => prop_oneof![3 => 1..40u64, 2 => 60..1200u64, 1 => 3600..200_000u64, 1 => 500_000..700_000u64].prop_map(Event::Advance),
        1 => Just(Event::Crash),
        1 => (0..4usize).prop_map(Event::Revoke),
    ]
}

/// The row, as the reference keeps it, and everything that was ever handed out.
struct Reference {
    now: u64,
    generation: u64,
    head: usize,
    previous: Option<usize>,
    answered_at: u64,
    seen: bool,
    used_at: u64,
    revoked: bool,
    issued: Vec<Issued>,
}

struct Issued {
    pair: Pair,
    generation: u64,
    access_expires_at: u64,
    superseded: bool,
}

/// What the reference expects of a refresh.
#[derive(Debug, PartialEq)]
enum Expected {
    Refused,
    Same(usize),
    New,
}

impl Reference {
    fn new(first: Pair) -> Self {
        let issued = vec![Issued { pair: first, generation: 1, access_expires_at: ACCESS, superseded: false }];
        Self {
            now: 0,
            generation: 1,
            head: 0,
            previous: None,
            answered_at: 0,
            seen: false,
            used_at: 0,
            revoked: false,
            issued,
        }
    }

    fn refresh(&mut self, at: usize) -> Expected {
        if self.revoked || self.now >= self.used_at + IDLE {
            return Expected::Refused;
        }
        let age = self.now - self.answered_at;
        let open = self.previous.is_some() && age <= WINDOW && self.now < self.issued[self.head].access_expires_at;
        if at == self.head {
            if open {
                self.seen = true;
                return Expected::Same(self.head);
            }
            self.previous = Some(self.head);
        } else if Some(at) == self.previous {
            if open {
                if !self.seen {
                    self.answered_at = self.now;
                }
                return Expected::Same(self.head);
            }
            if self.seen || age > RECOVERY {
                self.revoked = true;
                return Expected::Refused;
            }
            self.issued[self.head].superseded = true;
        } else {
            self.revoked = true;
            return Expected::Refused;
        }
        self.generation += 1;
        self.answered_at = self.now;
        self.used_at = self.now;
        self.seen = false;
        Expected::New
    }

    fn answered(&mut self, pair: Pair) {
        self.head = self.issued.len();
        let access_expires_at = self.now + ACCESS;
        self.issued.push(Issued { pair, generation: self.generation, access_expires_at, superseded: false });
    }

    fn use_access(&mut self, at: usize) -> bool {
        let issued = &self.issued[at];
        // The head's and its predecessor's, which stays the predecessor through a recovery.
        let kept = at == self.head || Some(at) == self.previous;
        let alive = !self.revoked && !issued.superseded && kept && self.now < issued.access_expires_at;
        if alive && issued.generation == self.generation {
            self.seen = true;
        }
        alive
    }

    fn at(&self, back: usize) -> usize {
        self.issued.len() - 1 - back % self.issued.len()
    }
}

#[test]
fn ft20_the_reference_and_the_authority_agree_on_every_history() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = std::cell::RefCell::new(runtime.block_on(World::new()));
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(event(), 1..40), |events| {
            runtime.block_on(replay(&mut world.borrow_mut(), &events));
            Ok(())
        })
        .unwrap();
}

async fn replay(world: &mut World, events: &[Event]) {
    let mut reference = Reference::new(world.connect(CLI).await);
    for event in events {
        match *event {
            Event::Refresh(back) => {
                let at = reference.at(back);
                let presented = reference.issued[at].pair.refresh.clone();
                let expected = reference.refresh(at);
                match (world.refresh(CLI, &presented).await, &expected) {
                    (Err(error), Expected::Refused) => assert_eq!(error.code, protocol::ErrorCode::InvalidGrant),
                    (Ok(pair), Expected::Same(head)) => assert_eq!(pair, reference.issued[*head].pair, "{events:?}"),
                    (Ok(pair), Expected::New) => {
                        assert!(
                            reference
                                .issued
                                .iter()
                                .all(|one| one.pair.refresh != pair.refresh && one.pair.access != pair.access)
                        );
                        reference.answered(pair);
                    }
                    (answer, expected) => {
                        panic!("{event:?} of {events:?}: {answer:?}, but the reference says {expected:?}")
                    }
                }
            }
            Event::UseAccess(back) => {
                let at = reference.at(back);
                let works = world.works(&reference.issued[at].pair.access).await;
                assert_eq!(works, reference.use_access(at), "{event:?} of {events:?}");
            }
            Event::Advance(seconds) => {
                reference.now += seconds;
                world.advance(seconds);
            }
            Event::Crash => world.restart().await,
            Event::Revoke(back) => {
                let at = reference.at(back);
                world.revoke(CLI, &reference.issued[at].pair.refresh.clone()).await;
                reference.revoked = true;
            }
        }
    }
}
