//! From a proof to a session: whoever proves who they are, in whatever way, is admitted here, and here alone is decided whether
//! that is enough. A sign-in is: prove something ([`Proved`]), and either a session begins, or the account demands a second
//! factor and the sign-in waits for it, half done ([`Admitted`]).

use std::time::Duration;

use model::{HalfSignIn, Id, Purpose, Secret, Session, Timestamp, User, Way, Ways};
use storage::{StorageError, Tx};

use super::{
    NewSession,
    browser::Beginning,
    methods::{self, Method},
};
use crate::{Authority, Caller};

/// How long a sign-in waits for its second factor.
pub(super) const WAITS: Duration = Duration::from_secs(10 * 60);

/// A person who has proved who they are in this request. Nothing is written yet.
#[derive(Clone, Debug)]
pub(super) struct Proved {
    /// Who.
    pub(super) user_id: Id<User>,
    /// The account's security epoch when it was looked at; if it has moved since, nothing was proved.
    pub(super) security_epoch: u64,
    /// How (RFC 8176 §2), space separated.
    pub(super) amr: String,
    /// By which ways they came in.
    pub(super) ways: Ways,
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
        let (amr, ways) = (methods::by(Method::Password), Ways::default().with(Way::Password));
        Self { user_id: account.id, security_epoch: account.security_epoch, amr, ways, browser, replaces, caller }
    }
}

/// Where a proof has led.
#[derive(Clone, Debug)]
pub enum Admitted {
    /// A session has begun.
    In(Box<NewSession>),
    /// A second factor is demanded: nobody is signed in yet. The browser gets a new secret, to which the half sign-in is bound.
    Half(Secret),
}

/// What has become of an admission, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// A session has begun.
    Whole,
    /// A second factor is demanded.
    Half,
}

/// An admission that is about to be written, in the transaction of the act.
#[derive(Clone)]
pub(super) struct Admission {
    beginning: Beginning,
    half: HalfSignIn,
}

impl Authority {
    /// This person proved that; is more needed? Decided where it is written ([`Admission::write`]).
    pub(super) fn admit(&self, proved: Proved, now: Timestamp) -> Admission {
        let (user_id, security_epoch, amr) = (proved.user_id, proved.security_epoch, proved.amr.clone());
        let (session_id, ways) = (proved.replaces, proved.ways.clone());
        let beginning = self.begin_session(proved, now);
        let half = HalfSignIn {
            id: Id::new(now),
            browser_hash: beginning.new_browser().hash(),
            user_id,
            security_epoch,
            amr,
            ways,
            purpose: Purpose::SignIn,
            session_id,
            created_at: now,
            expires_at: now.plus(WAITS),
        };
        Admission { beginning, half }
    }
}

impl Admission {
    /// Begins the session, or keeps what was proved until the second factor is given. Nothing, if the account was disabled since,
    /// or what opens it has changed (V-22).
    pub(super) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<Passage>, StorageError> {
        // Held: nobody adds a factor between this look and the session.
        if !tx.hold_user(self.half.user_id, self.half.security_epoch).await? {
            return Ok(None);
        }
        let enough =
            methods::is_two_factors(&self.half.amr) || !tx.second_factors(self.half.user_id).await?.is_demanded();
        if enough {
            return Ok(self.beginning.write(tx, now).await?.then_some(Passage::Whole));
        }
        tx.put_half_sign_in(&self.half).await?;
        self.beginning.hand_over(tx).await?;
        Ok(Some(Passage::Half))
    }

    /// What the browser is given, once that is durable.
    pub(super) fn given(self, passage: Passage, user: User) -> Admitted {
        match passage {
            Passage::Whole => Admitted::In(Box::new(self.beginning.given(user))),
            Passage::Half => Admitted::Half(self.beginning.new_browser().clone()),
        }
    }
}
