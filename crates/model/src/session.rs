//! Sessions: signed-in browsers and nothing else.

use crate::{Id, SecretHash, Timestamp, User, Ways};

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, the `sid` of ID tokens.
    pub id: Id<Session>,
    /// SHA-256 of the cookie's secret.
    pub hash: SecretHash,
    /// Who is signed in.
    pub user_id: Id<User>,
    /// How they proved it: RFC 8176 values, space separated.
    pub amr: String,
    /// By which ways they came in: at sign-in, and whenever they proved it again since.
    pub ways: Ways,
    /// When they last proved it (`auth_time`).
    pub authenticated_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The address that it began from.
    pub address: String,
    /// The browser, as it describes itself.
    pub user_agent: String,
}
