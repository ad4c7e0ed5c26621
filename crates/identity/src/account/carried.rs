//! What a proof carries from the page where it was asked for to the moment at which it is brought back.

use model::{Authorization, Id, Invitation, Proof, UpstreamLogin, user::PasswordHash};
use serde::{Deserialize, Serialize};

/// Kept as JSON beside the proof; erased when it is spent.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Carried {
    /// A sign-up's name.
    pub(super) name: Option<String>,
    /// A sign-up's password, hashed.
    password_hash: Option<String>,
    /// The trip to another provider whose arrival gets the account, in place of a password.
    #[serde(default)]
    upstream: Option<String>,
    /// The request at /authorize that waits.
    waiting: Option<String>,
    /// The invitation without which nobody may sign up.
    #[serde(default)]
    invitation: Option<String>,
}

impl Carried {
    pub(super) fn sign_up(
        name: Option<String>,
        password_hash: &PasswordHash,
        waiting: Option<Id<Authorization>>,
    ) -> Self {
        Self { name, password_hash: Some(password_hash.expose().to_owned()), ..Self::waiting_for(waiting) }
    }

    /// A sign-up by another provider, which does not prove the address.
    pub(super) fn from_upstream(
        name: Option<String>,
        login: Id<UpstreamLogin>,
        waiting: Option<Id<Authorization>>,
    ) -> Self {
        Self { name, upstream: Some(login.to_string()), ..Self::waiting_for(waiting) }
    }

    pub(super) fn waiting_for(waiting: Option<Id<Authorization>>) -> Self {
        Self { waiting: waiting.map(|id| id.to_string()), ..Self::default() }
    }

    /// For as long as this invitation is open.
    pub(super) fn by_invitation(self, invitation: Option<Id<Invitation>>) -> Self {
        Self { invitation: invitation.map(|id| id.to_string()), ..self }
    }

    /// What this proof carries; nothing if it is over.
    pub(super) fn of(proof: &Proof) -> Self {
        proof.carried.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub(super) fn password_hash(&self) -> Option<PasswordHash> {
        self.password_hash.clone().map(PasswordHash::new)
    }

    pub(super) fn upstream(&self) -> Option<Id<UpstreamLogin>> {
        self.upstream.as_deref().and_then(Id::parse)
    }

    pub(super) fn invitation(&self) -> Option<Id<Invitation>> {
        self.invitation.as_deref().and_then(Id::parse)
    }

    pub(super) fn waiting(&self) -> Option<Id<Authorization>> {
        self.waiting.as_deref().and_then(Id::parse)
    }
}
