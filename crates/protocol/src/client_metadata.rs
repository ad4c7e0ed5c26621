//! What a client says about itself (RFC 7591 §2). Owns reading it with the leniency that real clients need; whether the
//! client may have what it asks for is decided by whoever registers it.

mod algorithms;
mod keys;
mod shown;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use algorithms::{ApplicationType, AuthMethod, GrantType, SigningAlgorithm};

use crate::json::Members;
use crate::{ErrorCode, OAuthError, RedirectUri, Scope};

const MAX_BYTES: usize = 64 * 1024;
const MAX_REDIRECT_URIS: usize = 64;
const MAX_SHORT_LIST: usize = 32;

/// Client metadata with its defaults filled in. Absent members are not serialised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// Where answers may be sent; at least one, none twice.
    pub redirect_uris: Vec<RedirectUri>,
    /// The name that people are shown, without control and direction characters, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The client's home page, http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// The client's picture, http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The client's terms, http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The client's privacy policy, http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// How the client authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// What the client may ask the token endpoint for; always with `authorization_code`.
    pub grant_types: Vec<GrantType>,
    /// Always `["code"]`.
    pub response_types: Vec<String>,
    /// What the client may ask for; absent means all that such a client may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The client's public keys (RFC 7517), by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The client's public keys, by https reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Web or native (OpenID Connect Registration §2).
    pub application_type: ApplicationType,
    /// How ID tokens for this client are signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<SigningAlgorithm>,
    /// How the client signs its assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<SigningAlgorithm>,
    /// The software, across its instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The software's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Where a person may be sent after signing out (OpenID Connect RP-Initiated Logout §3.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
}

impl ClientMetadata {
    /// Reads a registration request of at most 64 KiB.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2).
    pub fn parse(bytes: &[u8]) -> Result<Self, OAuthError> {
        let members = Members::parse(bytes, MAX_BYTES).map_err(refused)?;
        Self::from_members(members, AuthMethod::ClientSecretBasic)
    }

    /// Reads metadata that is JSON already.
    ///
    /// # Errors
    /// As [`ClientMetadata::parse`].
    pub fn from_value(value: Value) -> Result<Self, OAuthError> {
        Self::from_members(Members::from_value(value).map_err(refused)?, AuthMethod::ClientSecretBasic)
    }

    /// `default_method` is what an absent `token_endpoint_auth_method` means.
    pub(crate) fn from_members(mut members: Members, default_method: AuthMethod) -> Result<Self, OAuthError> {
        let redirect_uris = redirect_uris(&mut members)?;
        let post_logout =
            uris(&mut members, "post_logout_redirect_uris").map_err(|e| e.recoded(ErrorCode::InvalidClientMetadata))?;
        let scope = members.text("scope").map_err(refused)?.as_deref().map(Scope::parse).transpose();
        let method = auth_method(&mut members, default_method)?;
        let (jwks, jwks_uri) = keys::of_client(&mut members, method).map_err(refused)?;
        Ok(Self {
            redirect_uris,
            client_name: members.text("client_name").map_err(refused)?.as_deref().and_then(shown::name),
            client_uri: shown::uri(&mut members, "client_uri").map_err(refused)?,
            logo_uri: shown::uri(&mut members, "logo_uri").map_err(refused)?,
            tos_uri: shown::uri(&mut members, "tos_uri").map_err(refused)?,
            policy_uri: shown::uri(&mut members, "policy_uri").map_err(refused)?,
            token_endpoint_auth_method: method,
            grant_types: grant_types(&mut members)?,
            response_types: vec!["code".to_owned()],
            scope: scope.map_err(|e| e.recoded(ErrorCode::InvalidClientMetadata))?.filter(|scope| !scope.is_empty()),
            jwks,
            jwks_uri,
            application_type: application_type(&mut members)?,
            id_token_signed_response_alg: algorithm(&mut members, "id_token_signed_response_alg")?,
            token_endpoint_auth_signing_alg: algorithm(&mut members, "token_endpoint_auth_signing_alg")?,
            software_id: members.text("software_id").map_err(refused)?.as_deref().and_then(shown::name),
            software_version: members.text("software_version").map_err(refused)?.as_deref().and_then(shown::name),
            contacts: contacts(&mut members)?,
            post_logout_redirect_uris: post_logout,
        })
    }
}

fn redirect_uris(members: &mut Members) -> Result<Vec<RedirectUri>, OAuthError> {
    let found = uris(members, "redirect_uris")?;
    if found.is_empty() {
        return Err(OAuthError::invalid_redirect_uri("redirect_uris must name at least one URI"));
    }
    Ok(found)
}

fn uris(members: &mut Members, name: &str) -> Result<Vec<RedirectUri>, OAuthError> {
    let texts = members.texts(name, MAX_REDIRECT_URIS).map_err(OAuthError::invalid_redirect_uri)?.unwrap_or_default();
    let mut found: Vec<RedirectUri> = Vec::with_capacity(texts.len());
    for text in texts {
        let uri = RedirectUri::register(&text)?;
        if !found.contains(&uri) {
            found.push(uri);
        }
    }
    Ok(found)
}

fn auth_method(members: &mut Members, default: AuthMethod) -> Result<AuthMethod, OAuthError> {
    match members.text("token_endpoint_auth_method").map_err(refused)? {
        None => Ok(default),
        Some(text) => AuthMethod::parse(&text).ok_or_else(|| refused("token_endpoint_auth_method is not supported")),
    }
}

/// RFC 7591 §3.2.1 lets the server replace what it does not offer: only these two can be had without an operator.
fn grant_types(members: &mut Members) -> Result<Vec<GrantType>, OAuthError> {
    let asked = members.texts("grant_types", MAX_SHORT_LIST).map_err(refused)?.unwrap_or_default();
    let refresh = asked.iter().any(|text| GrantType::parse(text) == Some(GrantType::RefreshToken));
    let mut granted = vec![GrantType::AuthorizationCode];
    granted.extend(refresh.then_some(GrantType::RefreshToken));
    Ok(granted)
}

fn application_type(members: &mut Members) -> Result<ApplicationType, OAuthError> {
    let text = members.text("application_type").map_err(refused)?;
    Ok(text.as_deref().and_then(ApplicationType::parse).unwrap_or_default())
}

fn algorithm(members: &mut Members, name: &str) -> Result<Option<SigningAlgorithm>, OAuthError> {
    match members.text(name).map_err(refused)? {
        None => Ok(None),
        Some(text) => {
            SigningAlgorithm::parse(&text).map(Some).ok_or_else(|| refused(format!("{name} is not supported")))
        }
    }
}

fn contacts(members: &mut Members) -> Result<Vec<String>, OAuthError> {
    let texts = members.texts("contacts", MAX_SHORT_LIST).map_err(refused)?.unwrap_or_default();
    Ok(texts.iter().filter_map(|text| shown::name(text)).collect())
}

fn refused(what: impl Into<String>) -> OAuthError {
    OAuthError::invalid_client_metadata(what.into())
}
