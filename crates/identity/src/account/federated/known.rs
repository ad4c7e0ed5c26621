//! Somebody who was connected before: a session for them, or the proof that it is still them.

use model::{Timestamp, UpstreamIdentity, UpstreamLogin, User};
use storage::StorageError;

use super::{super::admission::Proved, AMR, Arrived, ComeBack, FederatedRefusal, Homecoming};
use crate::{Authority, Error};

impl Authority {
    /// Signs in the person of this identity, and nobody who is disabled (V-22).
    pub(super) async fn sign_in_known(
        &self,
        login: &UpstreamLogin,
        seen: UpstreamIdentity,
        arrived: Arrived,
        back: ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let person = self.parts.store.read().await?.user(seen.user_id).await?;
        let Some(user) = person.filter(|user| user.disabled_at.is_none()) else {
            return Ok(Err(FederatedRefusal::Disabled));
        };
        let seen = UpstreamIdentity { provider: login.provider.clone(), ..seen };
        let beginning = self.admit(proved(&user, back), now);
        let session = beginning.clone();
        let begun = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let (seen, label, session) = (seen.clone(), arrived.label.clone(), session.clone());
                Box::pin(async move {
                    Ok(tx.touch_upstream_identity(&seen, label.as_ref(), now).await? && session.write(tx, now).await?)
                })
            })
            .await?;
        if !begun {
            return Ok(Err(FederatedRefusal::Stale));
        }
        Ok(Ok(Homecoming::SignedIn(Box::new(beginning.given(user)), login.purpose.authorization())))
    }

    /// It is still them, if it is one of their own identities that came back.
    pub(super) async fn prove_arrival(
        &self,
        act: &str,
        arrived: &Arrived,
        back: &ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let Some(person) = &back.signed_in else { return Ok(Err(FederatedRefusal::Stale)) };
        let theirs = self.parts.store.read().await?.upstream_identity(&arrived.who).await?;
        if theirs.is_none_or(|identity| identity.user_id != person.user.id) {
            return Ok(Err(FederatedRefusal::SomebodyElse));
        }
        let proved = self.proved_again(person, &back.caller, now).await?;
        Ok(proved.map(|cookie| Homecoming::Proved(act.to_owned(), cookie)).ok_or(FederatedRefusal::Stale))
    }
}

/// A person who has proved who they are by another provider's word.
pub(super) fn proved(user: &User, back: ComeBack) -> Proved {
    Proved {
        user_id: user.id,
        security_epoch: user.security_epoch,
        amr: AMR,
        browser: back.browser,
        replaces: back.signed_in.map(|signed_in| signed_in.session.id),
        caller: back.caller,
    }
}
