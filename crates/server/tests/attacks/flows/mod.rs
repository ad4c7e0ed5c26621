//! V-45: every step of every flow that has several, at every wrong moment. A flow is a list of steps; what is tried with them is
//! generated from it. Whoever makes another flow adds it to [`FLOWS`].

mod accounts;
mod device;
mod factors;
mod matrix;
mod providers;

use std::{collections::BTreeMap, pin::Pin};

use crate::harness::{Answer, Browser, TestServer, upstream::Upstream};

/// All flows in several steps, but for /authorize, whose moments are in `browser::order`.
const FLOWS: &[Flow] = &[
    accounts::SIGN_UP_BY_LINK,
    accounts::SIGN_UP_BY_CODE,
    accounts::VERIFICATION,
    accounts::RESET,
    accounts::CHANGE_OF_ADDRESS,
    accounts::WAY_BACK,
    accounts::DELETION,
    factors::AUTHENTICATOR_APP,
    factors::SECOND_FACTOR,
    device::DEVICE,
    providers::LINKING,
    providers::LINKING_ON_ARRIVAL,
];

/// A flow in several steps.
pub struct Flow {
    pub name: &'static str,
    pub person: Person,
    pub steps: &'static [Step],
}

/// Who goes through a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Somebody without an account.
    Stranger,
    /// Somebody signed in whose address nobody proved.
    Unproved,
    /// Somebody signed in.
    Member,
    /// Somebody with an account who is not signed in.
    Forgetful,
    /// Somebody with an authenticator app who is not signed in.
    Guarded,
}

/// One step. What it learns is handed on to the later ones.
pub struct Step {
    pub name: &'static str,
    pub take: for<'a> fn(Attempt<'a>) -> Pin<Box<dyn Future<Output = Taken> + 'a>>,
    /// Whether an account, or what has access to it, is made, changed or ended by it.
    pub changes: bool,
    /// Whether it works in the browser that began, and in no other. A link that is mailed for a new password is not bound.
    pub bound: bool,
    /// Whether it is good still when what opens the account has changed: the way back from a thief's address.
    pub outlasts: bool,
    /// Whether the later ones rest on it although it changes no account: a sign-in on the way.
    pub needed: bool,
}

impl Step {
    /// A step that shows or sends something, and changes nothing yet.
    pub const fn before(
        name: &'static str,
        take: for<'a> fn(Attempt<'a>) -> Pin<Box<dyn Future<Output = Taken> + 'a>>,
    ) -> Self {
        Self { name, take, changes: false, bound: true, outlasts: false, needed: false }
    }

    /// A step that has an effect.
    pub const fn effect(
        name: &'static str,
        take: for<'a> fn(Attempt<'a>) -> Pin<Box<dyn Future<Output = Taken> + 'a>>,
    ) -> Self {
        Self { changes: true, ..Self::before(name, take) }
    }
}

/// Handles that were learned: tokens of links, codes, ids in addresses.
pub type Known = BTreeMap<&'static str, String>;

/// A step as it is taken.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub server: &'a TestServer,
    /// A provider that the server offers as `acme`.
    pub acme: &'a Upstream,
    pub browser: &'a Browser,
    /// Whose flow it is.
    pub email: &'a str,
    pub known: &'a Known,
}

impl Attempt<'_> {
    /// What was learned; for who has not, something of the right form that leads nowhere.
    pub fn known(&self, name: &str) -> String {
        self.known.get(name).cloned().unwrap_or_else(|| {
            let secret = || model::Secret::generate().expose().clone();
            let id = || model::Id::<()>::new(self.server.authority.now()).to_string();
            match name {
                "code" => "000000".to_owned(),
                "id" | "identity" | "waiting" => id(),
                _ => format!("{}{}", id(), secret()),
            }
        })
    }
}

/// What came of a step.
pub struct Taken {
    pub answer: Answer,
    pub learned: Vec<(&'static str, String)>,
}

impl Taken {
    pub fn only(answer: Answer) -> Self {
        Self { answer, learned: Vec::new() }
    }
}
