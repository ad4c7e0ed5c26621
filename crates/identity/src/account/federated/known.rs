//! Somebody who was connected before: a session for them, or the proof that it is still them.

use model::{Timestamp, UpstreamIdentity, UpstreamLogin, User, Way, Ways};
use storage::StorageError;

use super::{
    super::{
        Again,
        admission::Proved,
        methods::{self, Method},
    },
    Arrived, ComeBack, FederatedRefusal, Homecoming, Whose,
};
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
        let admission = self.admit(proved(&user, &login.provider, back), now);
        let written = admission.clone();
        let passage = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let (seen, label, written) = (seen.clone(), arrived.label.clone(), written.clone());
                Box::pin(async move {
                    match tx.touch_upstream_identity(&seen, label.as_ref(), now).await? {
                        true => written.write(tx, now).await,
                        false => Ok(None),
                    }
                })
            })
            .await?;
        let Some(passage) = passage else { return Ok(Err(FederatedRefusal::Stale)) };
        Ok(Ok(Homecoming::Admitted(admission.given(passage, user), login.purpose.clone())))
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
        if self.whose(person, &arrived.who).await? != Whose::Theirs {
            return Ok(Err(FederatedRefusal::SomebodyElse));
        }
        let again =
            self.proved_again(person, Way::Provider(back.provider.clone()), (&back.browser, &back.caller), now).await?;
        Ok(match again {
            Some(Again::Proved(cookie)) => Ok(Homecoming::Proved(act.to_owned(), cookie)),
            Some(Again::Half) => Ok(Homecoming::Half(act.to_owned())),
            None => Err(FederatedRefusal::Stale),
        })
    }
}

/// A person who has proved who they are by another provider's word.
pub(super) fn proved(user: &User, provider: &str, back: ComeBack) -> Proved {
    Proved {
        user_id: user.id,
        security_epoch: user.security_epoch,
        amr: methods::by(Method::Provider),
        ways: Ways::default().with(Way::Provider(provider.to_owned())),
        browser: back.browser,
        replaces: back.signed_in.map(|signed_in| signed_in.session.id),
        caller: back.caller,
    }
}
