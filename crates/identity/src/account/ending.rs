//! The end of everything that an account was open with: at a reset, when an address is taken back, and when its person leaves. One transaction, so that
//! nothing of what somebody else held outlasts it.

use model::{Timestamp, User};
use storage::{StorageError, Tx};

use crate::{api_key, api_token, connections};

/// The reason of connections that end with a reset.
pub const RESET: &str = "password_reset";

/// Ends all sessions, connections, API keys and API tokens (for this reason) and pending proofs of an account, and moves its security epoch, so that what is being
/// proved at this moment comes to nothing.
///
/// # Errors
/// Trouble of the database; a conflict if the account has changed since `user` was read.
pub(super) async fn end_everything(
    tx: &mut Tx,
    user: &User,
    reason: &'static str,
    now: Timestamp,
) -> Result<(), StorageError> {
    tx.move_security_epoch(user.id, user.security_epoch).await?;
    tx.delete_sessions_of(user.id).await?;
    let grants = tx.live_grants_of(user.id).await?;
    connections::end(tx, &grants, reason, now).await?;
    let keys = tx.live_api_keys_of(user.id).await?;
    api_key::end(tx, &keys, reason, now).await?;
    api_token::end_all(tx, user.id, reason, now).await?;
    tx.end_proofs_of(user.id).await?;
    Ok(())
}
