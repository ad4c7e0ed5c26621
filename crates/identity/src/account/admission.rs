//! From a proof to a session: whoever proves who they are, in whatever way, is admitted here. A sign-in is: prove something
//! ([`Proved`]), and begin a session for it. What an account demands beyond the first proof has its place in between.

use model::{Id, Secret, Session, Timestamp, User};

use super::browser::Beginning;
use crate::{Authority, Caller};

/// A person who has proved who they are in this request. Nothing is written yet.
#[derive(Clone, Debug)]
pub(super) struct Proved {
    /// Who.
    pub(super) user_id: Id<User>,
    /// The account's security epoch when it was looked at; if it has moved since, nothing was proved.
    pub(super) security_epoch: u64,
    /// How (RFC 8176 §2), space separated.
    pub(super) amr: &'static str,
    /// The browser's present secret; requests that wait at /authorize are bound to it.
    pub(super) browser: Secret,
    /// The session that this browser has proved to hold, to be ended.
    pub(super) replaces: Option<Id<Session>>,
    /// Who is at the other end.
    pub(super) caller: Caller,
}

impl Proved {
    /// Whoever signed up has typed the password then.
    pub(super) fn at_sign_up(account: &User, browser: Secret, replaces: Option<Id<Session>>, caller: Caller) -> Self {
        Self { user_id: account.id, security_epoch: account.security_epoch, amr: "pwd", browser, replaces, caller }
    }
}

impl Authority {
    /// A session for them, to be written in the transaction of the act.
    pub(super) fn admit(&self, proved: Proved, now: Timestamp) -> Beginning {
        self.begin_session(proved, now)
    }
}
