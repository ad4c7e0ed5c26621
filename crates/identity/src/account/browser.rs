//! The beginning of a session: a new cookie and a new secret for the browser, whatever it held before (V-11).

use model::{Id, Language, Secret, SecretHash, Session, Timestamp, User};
use storage::{StorageError, Tx};

use super::{NewSession, admission::Proved, audit, cookie::SessionCookie};
use crate::Authority;

/// How much of a browser's description is kept.
const USER_AGENT_CHARACTERS: usize = 300;

/// A session that is about to begin; written within the transaction of the sign-in.
#[derive(Clone)]
pub(super) struct Beginning {
    session: Session,
    language: Language,
    security_epoch: u64,
    secret: Secret,
    old_browser: SecretHash,
    new_browser: Secret,
    replaces: Option<Id<Session>>,
}

impl Authority {
    /// A session for this person and browser, not yet written.
    pub(super) fn begin_session(&self, proved: Proved, now: Timestamp) -> Beginning {
        let secret = Secret::generate();
        let session = Session {
            id: Id::new(now),
            hash: secret.hash(),
            user_id: proved.user_id,
            amr: proved.amr,
            ways: proved.ways,
            authenticated_at: now,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(self.parts.settings.sessions.lifetime),
            address: proved.caller.address,
            user_agent: storable(&proved.caller.user_agent),
        };
        Beginning {
            session,
            language: proved.caller.language,
            security_epoch: proved.security_epoch,
            secret,
            old_browser: proved.browser.hash(),
            new_browser: Secret::generate(),
            replaces: proved.replaces,
        }
    }
}

impl Beginning {
    /// Writes the session, ends the one that it replaces, and hands over what the browser was in the middle of. Not if the
    /// account was disabled since the person proved something, or what opens it has changed (V-22).
    pub(super) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        if !tx.hold_user(self.session.user_id, self.security_epoch).await? {
            return Ok(false);
        }
        if let Some(replaced) = self.replaces {
            tx.delete_session(replaced).await?;
        }
        tx.insert_session(&self.session).await?;
        tx.set_language(self.session.user_id, self.language).await?;
        self.hand_over(tx).await?;
        tx.insert_audit_event(&audit("session.started", &self.session, Some(&self.session.address), now)).await?;
        Ok(true)
    }

    /// Hands over to the browser's new secret what it was in the middle of.
    pub(super) async fn hand_over(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.rebind_authorizations(&self.old_browser, &self.new_browser.hash()).await?;
        tx.rebind_upstream_logins(&self.old_browser, &self.new_browser.hash()).await
    }

    /// The secret that the browser gets.
    pub(super) const fn new_browser(&self) -> &Secret {
        &self.new_browser
    }

    /// What the browser is given, once that is durable.
    pub(super) fn given(self, user: User) -> NewSession {
        let cookie = SessionCookie { id: self.session.id, secret: self.secret };
        NewSession { cookie: cookie.text(), browser: self.new_browser, session: self.session, user }
    }
}

/// PostgreSQL's TEXT has no U+0000, and a header may be long.
fn storable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(USER_AGENT_CHARACTERS).collect()
}
