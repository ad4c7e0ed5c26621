//! Authorizations: one running request at /authorize each, from its arrival to the code's redemption.

use protocol::{AuthorizationRequest, RegisteredRedirectUri, Scope};

use crate::{ClientId, DeviceCode, Family, Grant, Id, ResourceId, SecretHash, Session, Timestamp, User};

/// A running request.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Its id.
    pub id: Id<Authorization>,
    /// Who asks; its document may not have been fetched yet.
    pub client_id: ClientId,
    /// What is asked, validated when it arrived; nothing is read from the browser again.
    pub request: AuthorizationRequest,
    /// Where the answer goes; none until an unseen client document was fetched, and for a device.
    pub redirect_uri: Option<RegisteredRedirectUri>,
    /// The device that it was made for, where a person entered its code.
    pub device_code_id: Option<Id<DeviceCode>>,
    /// SHA-256 of the secret of the browser that began it: no other may go on with it.
    pub browser_hash: SecretHash,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When it can no longer be decided.
    pub expires_at: Timestamp,
    /// How far it has come.
    pub state: AuthorizationState,
}

/// How far a request has come.
#[derive(Clone, Debug)]
pub enum AuthorizationState {
    /// Nobody has decided.
    Pending,
    /// The person said no.
    Denied {
        /// When.
        at: Timestamp,
    },
    /// The person said yes.
    Allowed(Box<Consent>),
}

/// A yes, and the code that came of it.
#[derive(Clone, Debug)]
pub struct Consent {
    /// When.
    pub at: Timestamp,
    /// In which session.
    pub session_id: Id<Session>,
    /// Who.
    pub user_id: Id<User>,
    /// The grant that it made or used again.
    pub grant_id: Id<Grant>,
    /// At which resource, if any.
    pub resource_id: Option<ResourceId>,
    /// What was granted.
    pub scope: Scope,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How.
    pub amr: String,
    /// SHA-256 of the code's secret; for a device, of what it asks with.
    pub code_hash: SecretHash,
    /// Until when the code can be redeemed.
    pub code_expires_at: Timestamp,
    /// The family that the code was spent on.
    pub spent: Option<Id<Family>>,
}
