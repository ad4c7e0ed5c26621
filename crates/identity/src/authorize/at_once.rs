//! The ordinary case of a signed-in person who comes back to an app: nobody has to be asked, so the arrival at /authorize is the whole
//! request, in one command. It assumes, and where one assumption does not hold it does nothing: the dispatcher decides then. It allows
//! nothing that [`Authority::next_step`] would not.

use std::time::Duration;

use model::{ClientOrigin, Timestamp};
use protocol::AuthorizationRequest;
use storage::SilentAllowance;

use super::{Step, consent::may_be_silent, known_wish, resolve::Resolved};
use crate::{
    Authority, Caller, Error,
    account::{ACR_VALUES, MFA, SessionCookie},
};

/// A use within this time of the one that was written is not written again.
const COARSE: Duration = Duration::from_secs(60);

impl Authority {
    /// Where the browser that shows this session cookie is sent, if one grant covers the request and nothing else is to be done first.
    pub(super) async fn allow_at_once(
        &self,
        resolved: &Resolved,
        policy_version: i64,
        session: &SessionCookie,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Step>, Error> {
        let (authorization, client) = (&resolved.authorization, &resolved.client);
        // A document may have to be fetched again; whose app it is must be asked whether the person belongs there.
        let ordinary =
            client.origin != ClientOrigin::Document && client.owner.is_none() && is_ordinary(&authorization.request);
        if !ordinary || !may_be_silent(client, &authorization.request.prompt) {
            return Ok(None);
        }
        let asked = self.what_is_asked(resolved).await?;
        let code = self.code(authorization.id);
        let youngest = authorization.request.max_age.map(|seconds| now.minus(Duration::from_secs(seconds)));
        let allowance = SilentAllowance {
            authorization: authorization.clone(),
            session_id: session.id,
            session_hash: session.secret.hash(),
            authenticated_after: youngest.unwrap_or(Timestamp::from_seconds(0)),
            amr_word: (known_wish(&authorization.request) == Some(ACR_VALUES[1])).then_some(MFA),
            verified: self.sends_mail(),
            resource_id: asked.resource.map(|resource| resource.id.clone()),
            scope: asked.scope,
            client_fingerprint: client.consent_fingerprint(),
            code_hash: code.secret.hash(),
            code_expires_at: now.plus(self.parts.settings.tokens.code_lifetime),
            address: caller.address.clone(),
            unseen_since: now.minus(COARSE),
            policy_version,
        };
        Ok(if self.parts.store.allow_silently(allowance).await? { Some(self.success(resolved, &code)?) } else { None })
    }
}

/// Whether the request asks for nothing that the command cannot judge: a new proof, a certain person.
fn is_ordinary(request: &AuthorizationRequest) -> bool {
    !request.prompt.login && request.id_token_hint.is_none()
}
