//! Dynamic registration (RFC 7591): a client that nobody vouches for gets a name. Owns what such a client may have and when
//! two registrations are one; does not own reading the request (`protocol`) or removing unused clients (the janitor).

mod identical;

use std::{sync::Arc, time::Duration};

use model::{Client, ClientId, ClientOrigin, Id, Profile, Secret, SecretHash, Timestamp};
use protocol::{
    ClientMetadata, EMAIL, ErrorCode, OAuthError, OFFLINE_ACCESS, OPENID, PROFILE, RegistrationResponse, Scope,
    SigningAlgorithm,
};

use crate::{Authority, Error, household, keyring, known::Snapshot, permitted::tokens};

/// Registrations of one address are counted over this time.
const WINDOW: Duration = Duration::from_secs(3600);

/// An address has registered too many clients: 429 (RFC 6585 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRegistrations {
    /// How long until the next one is accepted, at the latest.
    pub retry_after: Duration,
}

impl Authority {
    /// Registers a client, or finds the one that an identical public client registered before.
    ///
    /// The answer echoes the metadata as it took effect: grant types and scopes that such a client may not have are left out,
    /// and one that named no scope has all that it may have, also those that come later.
    ///
    /// # Errors
    /// `invalid_client_metadata` for what cannot be had here (RFC 7591 §3.2.2), `registration_not_supported` where an
    /// operator switched registration off, `temporarily_unavailable` while very many register, trouble of the database.
    pub async fn register(
        &self,
        metadata: ClientMetadata,
        caller_address: &str,
        now: Timestamp,
    ) -> Result<Result<RegistrationResponse, TooManyRegistrations>, Error> {
        if !self.parts.settings.registration.dynamic {
            let why = "clients cannot register themselves here; ask the operator for a client_id";
            return Err(OAuthError::new(ErrorCode::RegistrationNotSupported, why).into());
        }
        let Ok(_turn) = self.parts.registering.try_acquire() else {
            return Err(OAuthError::temporarily_unavailable("too many clients register at the same time").into());
        };
        let known = self.known().await?;
        let metadata = limited(metadata, &known)?;
        if !self.may_register(caller_address, now).await? {
            return Ok(Err(TooManyRegistrations { retry_after: WINDOW }));
        }
        let (new, secret) = new_client(metadata.clone(), now);
        let client = self.registered_or_found(new, now).await?;
        let shown = effective(metadata, &known);
        let issued_at = u64::try_from(client.created_at.as_seconds()).unwrap_or(0);
        Ok(Ok(RegistrationResponse::new(client.id.to_string(), issued_at, secret, shown)))
    }

    /// Counts before anything is stored, so that parallel requests cannot slip through.
    async fn may_register(&self, caller_address: &str, now: Timestamp) -> Result<bool, Error> {
        let subject = format!("register {}", household::of(caller_address));
        let count = self
            .parts
            .store
            .transaction::<u64, Error, _>(move |tx| {
                let subject = subject.clone();
                Box::pin(async move { Ok(tx.count_attempt(&subject, WINDOW, now).await?) })
            })
            .await?;
        Ok(count <= self.parts.settings.registration.per_address_hourly)
    }

    async fn registered_or_found(&self, new: Client, now: Timestamp) -> Result<Client, Error> {
        let new = Arc::new(new);
        self.parts
            .store
            .transaction::<Client, Error, _>(move |tx| {
                let new = Arc::clone(&new);
                Box::pin(async move {
                    if let Some(fingerprint) = &new.fingerprint
                        && let Some(found) = tx.client_by_fingerprint(fingerprint).await?
                        && identical::same_uris(&found.metadata, &new.metadata)
                    {
                        // Somebody wants it now: its time as an unused client begins anew.
                        tx.touch_client(&found.id, now).await?;
                        return Ok(found);
                    }
                    tx.insert_client(&new).await?;
                    Ok(Client::clone(&new))
                })
            })
            .await
    }
}

/// What is stored of a client that nobody vouches for, whether it registered itself or came by document: scopes that write
/// are left out. (Grant types that only an operator gives were dropped when the metadata was read.)
///
/// # Errors
/// `invalid_client_metadata` for an ID token algorithm that does not sign here.
pub(crate) fn limited(mut metadata: ClientMetadata, known: &Snapshot) -> Result<ClientMetadata, OAuthError> {
    if metadata.id_token_signed_response_alg.is_some_and(|algorithm| !keyring::ALGORITHMS.contains(&algorithm)) {
        return Err(OAuthError::invalid_client_metadata("id_token_signed_response_alg is not offered here"));
    }
    metadata.scope = metadata.scope.map(|asked| asked.intersection(&strangers_scope(known)));
    Ok(metadata)
}

/// The widest scope of clients that nobody vouches for: who the person is, and what reads.
pub(crate) fn strangers_scope(known: &Snapshot) -> Scope {
    let identity = tokens(&[OPENID, PROFILE, EMAIL, OFFLINE_ACCESS]);
    known.enabled_resources().fold(identity, |all, resource| all.union(&resource.read_scope()))
}

/// The same, at the operator's resources alone.
pub(crate) fn strangers_scope_of_server(known: &Snapshot) -> Scope {
    let identity = tokens(&[OPENID, PROFILE, EMAIL, OFFLINE_ACCESS]);
    known.resources_of_server().fold(identity, |all, resource| all.union(&resource.read_scope()))
}

/// The metadata with what its silence means. What organisations have is left out: it is asked for by name, and whoever says nothing
/// is not told of everybody's.
fn effective(mut metadata: ClientMetadata, known: &Snapshot) -> ClientMetadata {
    metadata.scope.get_or_insert_with(|| strangers_scope_of_server(known));
    // OpenID Connect Registration §2.
    metadata.id_token_signed_response_alg.get_or_insert(SigningAlgorithm::RS256);
    metadata
}

/// A client of its own, and its secret if it authenticates with one.
fn new_client(metadata: ClientMetadata, now: Timestamp) -> (Client, Option<String>) {
    let method = metadata.token_endpoint_auth_method;
    let secret = method.is_secret().then(|| format!("lyd_cs_{}", Secret::generate().expose()));
    let client = Client {
        id: ClientId::new(format!("c_{}", Id::<Client>::new(now))),
        origin: ClientOrigin::Registration,
        name: name(&metadata),
        profile: Profile::Oauth21,
        first_party: false,
        secret_hash: secret.as_ref().map(|secret| SecretHash::of(secret.as_bytes())),
        fingerprint: identical::fingerprint(&metadata),
        metadata,
        nonce_instead_of_pkce: false,
        owner: None,
        home: None,
        document: None,
        created_at: now,
        used_at: None,
        disabled_at: None,
    };
    (client, secret)
}

/// What people read: the client's name, or where its answers go.
fn name(metadata: &ClientMetadata) -> String {
    let place = || metadata.redirect_uris.first().map(protocol::RedirectUri::host_label);
    metadata.client_name.clone().or_else(place).unwrap_or_default()
}
