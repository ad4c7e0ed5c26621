//! The ordinary case of a signed-in person who comes back to an app: nobody has to be asked, so the arrival at /authorize is the whole
//! request, in one command. It assumes, and where one assumption does not hold it does nothing: the dispatcher decides then. It allows
//! nothing that [`Authority::next_step`] would not.

use std::time::Duration;

use model::{ClientOrigin, Timestamp};
use storage::SilentAllowance;

use super::{Step, consent::may_be_silent, is_recent, resolve::Resolved, wishes_more};
use crate::{Authority, Caller, Error, account::SignedIn};

/// A client's last use within this time of the one that was written is not written again.
const COARSE: Duration = Duration::from_secs(60);

impl Authority {
    /// Where the browser is sent, if one grant covers the request and nothing else is to be done first.
    pub(super) async fn allow_at_once(
        &self,
        resolved: &Resolved,
        policy_version: i64,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Step>, Error> {
        let (authorization, client) = (&resolved.authorization, &resolved.client);
        // A document may have to be fetched again, and a hint to be read.
        let ordinary = client.origin != ClientOrigin::Document && authorization.request.id_token_hint.is_none();
        if !ordinary
            || !may_be_silent(client, &authorization.request.prompt)
            || !is_recent(authorization, signed_in, now)
            || wishes_more(&authorization.request, signed_in)
        {
            return Ok(None);
        }
        let asked = self.what_is_asked(resolved).await?;
        let code = self.code(authorization.id);
        let allowance = SilentAllowance {
            authorization: authorization.clone(),
            session_id: signed_in.session.id,
            resource_id: asked.resource.map(|resource| resource.id.clone()),
            scope: asked.scope,
            client_fingerprint: client.consent_fingerprint(),
            code_hash: code.secret.hash(),
            code_expires_at: now.plus(self.parts.settings.tokens.code_lifetime),
            address: caller.address.clone(),
            client_unused_since: now.minus(COARSE),
            policy_version,
        };
        Ok(if self.parts.store.allow_silently(allowance).await? { Some(self.success(resolved, &code)?) } else { None })
    }
}
