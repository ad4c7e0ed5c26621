//! The device grant (RFC 8628): a device asks, and a person enters its code in a browser. From there on the request is an authorization
//! like any other, bound to that browser, and decided by the dispatcher of `authorize`.
//!
//! Does not own what the device is told when it asks again (`token::device_code`).

use std::time::Duration;

use model::{
    Authorization, AuthorizationState, DeviceCode, Id, Secret, SecretHash, Timestamp, Token, TokenKind, UserCode,
    device::PACE,
};
use protocol::{AuthorizationRequest, ClientCredentials, DeviceAuthorizationResponse, GrantType, OAuthError, Params};
use storage::{AsStorageError as _, StorageError, Tx};

use crate::{
    Authority, Caller, Error,
    account::{Limit, SignedIn},
    permitted,
};

/// How often a user code is made anew that another device has already.
const ATTEMPTS: usize = 3;
/// How much of a program's description is kept.
const USER_AGENT_CHARACTERS: usize = 300;

/// Too much was asked; nothing was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// When the window ends.
    pub retry_after: Duration,
}

/// Why a code that was typed leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryRefusal {
    /// There is no such code, or not any more, or another browser was first; nothing more is ever said.
    Wrong,
    /// Too many wrong codes; this one was not looked at, right or wrong.
    TooMany(TooMany),
}

impl Authority {
    /// Answers a device authorization request (RFC 8628 §3.1): the codes, shown this once.
    ///
    /// # Errors
    /// `invalid_client`; `unauthorized_client` for a client that no operator listed for this grant; `invalid_scope`, `invalid_target`;
    /// trouble of the database.
    pub async fn authorize_device(
        &self,
        credentials: ClientCredentials,
        params: &Params,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<DeviceAuthorizationResponse, TooMany>, Error> {
        let client = self.authenticate_client(credentials, now).await?.client;
        if !client.may_use(GrantType::DeviceCode) {
            return Err(OAuthError::unauthorized_client("this client is not listed for the device grant")
                .because(format!("client {}", client.id))
                .into());
        }
        let request = AuthorizationRequest::of_device(client.id.to_string(), params)?;
        permitted::asked(&*self.known().await?, &client, request.scope.as_ref(), request.resource.as_ref())?;
        let settings = &self.parts.settings.device;
        let limit = Limit::of_address("device", caller, settings.per_address);
        if let Some(retry_after) = self.count_attempt(&[limit], settings.per_address_window, now).await? {
            return Ok(Err(TooMany { retry_after }));
        }
        for _ in 0..ATTEMPTS {
            let secret = Secret::generate();
            let device = self.device_code(&client.id, &request, &secret, caller, now)?;
            if self.insert_device_code(&device).await? {
                return Ok(Ok(self.shown(&device, secret)?));
            }
        }
        Err(StorageError::Unavailable("no user code was free".to_owned()).into())
    }

    fn device_code(
        &self,
        client_id: &model::ClientId,
        request: &AuthorizationRequest,
        secret: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<DeviceCode, StorageError> {
        let (id, secrets) = (Id::new(now), &self.parts.secrets);
        let key_version = secrets.current();
        let user_code_tag = UserCode::of(id, key_version, secrets)
            .and_then(|code| code.tag(key_version, secrets))
            .ok_or_else(|| StorageError::Unavailable("no key version".to_owned()))?;
        let said = caller.user_agent.chars().filter(|character| !character.is_control());
        Ok(DeviceCode {
            id,
            client_id: client_id.clone(),
            request: request.clone(),
            device_hash: secret.hash(),
            user_code_tag,
            key_version,
            address: caller.address.clone(),
            user_agent: said.take(USER_AGENT_CHARACTERS).collect(),
            created_at: now,
            expires_at: now.plus(self.parts.settings.device.code_lifetime),
            pace: PACE,
            polled_at: None,
            authorization_id: None,
            ended_at: None,
            family_id: None,
        })
    }

    /// No if another device has this user code.
    async fn insert_device_code(&self, device: &DeviceCode) -> Result<bool, StorageError> {
        let device = device.clone();
        let inserted: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let device = device.clone();
                Box::pin(async move { tx.insert_device_code(&device).await })
            })
            .await;
        match inserted {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.storage_error(), Some(StorageError::Constraint(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn shown(&self, device: &DeviceCode, secret: Secret) -> Result<DeviceAuthorizationResponse, Error> {
        let secrets = &self.parts.secrets;
        let token = Token::new(TokenKind::Device, device.id, 0, secret, secrets);
        let codes = token.expose(secrets).zip(device.user_code(secrets));
        let (device_code, user_code) = codes.ok_or_else(|| StorageError::Unavailable("no key version".to_owned()))?;
        let (user_code, verification_uri) = (user_code.grouped(), format!("{}/device", self.issuer()));
        Ok(DeviceAuthorizationResponse {
            device_code,
            verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
            user_code,
            verification_uri,
            expires_in: device.expires_at.since(device.created_at).as_secs(),
            interval: device.pace.as_secs(),
        })
    }

    /// A person typed the code of their device into this browser: the request that they are to decide, bound to the browser. Entering it
    /// again leads to the same one; no other browser gets at it any more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn enter_user_code(
        &self,
        typed: &str,
        browser: &Secret,
        signed_in: Option<&SignedIn>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Id<Authorization>, EntryRefusal>, Error> {
        // What cannot be a code is no guess.
        let Some(code) = UserCode::parse(typed) else { return Ok(Err(EntryRefusal::Wrong)) };
        let limits = self.entry_limits(browser, signed_in, caller);
        if let Some(retry_after) = self.count_entry(&limits, now).await? {
            return Ok(Err(EntryRefusal::TooMany(TooMany { retry_after })));
        }
        let secrets = &self.parts.secrets;
        let tags: Vec<SecretHash> = secrets.versions().filter_map(|version| code.tag(version, secrets)).collect();
        let browser_hash = browser.hash();
        let entered: Result<Option<Id<Authorization>>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (tags, browser_hash, limits) = (tags.clone(), browser_hash.clone(), limits.clone());
                Box::pin(async move {
                    let Some(id) = enter(tx, &tags, &browser_hash, now).await? else { return Ok(None) };
                    for limit in &limits {
                        tx.uncount_attempt(&limit.subject).await?;
                    }
                    Ok(Some(id))
                })
            })
            .await;
        Ok(entered?.ok_or(EntryRefusal::Wrong))
    }

    /// Per browser, address and account, and for all together, which stands last.
    fn entry_limits(&self, browser: &Secret, signed_in: Option<&SignedIn>, caller: &Caller) -> Vec<Limit> {
        let settings = &self.parts.settings.device;
        let most = settings.wrong_codes;
        let of = |subject| Limit { subject, most };
        let account = signed_in.map(|signed_in| of(format!("user-code:account:{}", signed_in.user.id)));
        let mut limits = vec![
            of(format!("user-code:browser:{}", browser.hash().as_str())),
            Limit::of_address("user-code", caller, most),
        ];
        limits.extend(account);
        limits.push(Limit { subject: "user-code:all".to_owned(), most: settings.wrong_codes_in_all });
        limits
    }

    /// Whoever is over a limit of their own does not use up what is everybody's.
    async fn count_entry(&self, limits: &[Limit], now: Timestamp) -> Result<Option<Duration>, StorageError> {
        let window = self.parts.settings.device.wrong_codes_window;
        let Some((all, own)) = limits.split_last() else { return Ok(None) };
        match self.count_attempt(own, window, now).await? {
            Some(wait) => Ok(Some(wait)),
            None => self.count_attempt(std::slice::from_ref(all), window, now).await,
        }
    }
}

async fn enter(
    tx: &mut Tx,
    tags: &[SecretHash],
    browser_hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Id<Authorization>>, StorageError> {
    let mut found = None;
    for tag in tags {
        found = tx.device_code_by_tag(tag, now).await?;
        if found.is_some() {
            break;
        }
    }
    let Some(device) = found else { return Ok(None) };
    if let Some(id) = device.authorization_id {
        let entered = tx.authorization(id).await?;
        return Ok(entered.filter(|entered| entered.browser_hash == *browser_hash).map(|entered| entered.id));
    }
    let authorization = Authorization {
        id: Id::new(now),
        client_id: device.client_id,
        request: device.request,
        redirect_uri: None,
        device_code_id: Some(device.id),
        browser_hash: browser_hash.clone(),
        created_at: now,
        expires_at: device.expires_at,
        state: AuthorizationState::Pending,
    };
    if !tx.claim_device_code(device.id, authorization.id, now).await? {
        // Another browser was faster; the next look says so.
        return Err(StorageError::Conflict("device code"));
    }
    tx.insert_authorization(&authorization).await?;
    Ok(Some(authorization.id))
}
