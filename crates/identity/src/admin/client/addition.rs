//! A new client, as an operator asks for it, and what makes it possible: every rule that the flows rely on is checked here,
//! so that a client that exists can be used.

use model::{Client, ClientId, ClientOrigin, ClientSecretHash, Id, Organization, Profile, Timestamp, client::Home};
use protocol::{Access, ClientMetadata, GrantType, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::Read;

use super::super::{ActError, organization, project};

/// What the protocol's reader of metadata is shown where a client has no redirect URI; it is taken out again.
const NOWHERE: &str = "http://127.0.0.1/";

/// What an operator says of a new client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientAdd {
    /// Its identifier; made up if none is given.
    pub id: Option<String>,
    /// What people read.
    pub name: String,
    /// How it authenticates.
    pub kind: ClientKind,
    /// Where answers may be sent; none for a client that only asks for itself.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// `authorization_code` and `refresh_token` if none are given. `device_code` lists it for the device grant (C-14).
    #[serde(default)]
    pub grant_types: Vec<String>,
    /// The most that it may ask for, space separated; if none is given, all that such a client may have.
    #[serde(default)]
    pub scope: Option<String>,
    /// Which reading of the standards it follows: `oauth21`, or `oidc`.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Whether it is the operator's own, and may hold write scopes.
    #[serde(default)]
    pub first_party: bool,
    /// For client_credentials: whose data it reads.
    #[serde(default)]
    pub home: Option<ClientHome>,
    /// A confidential client that proves the code by the OpenID nonce instead of PKCE.
    #[serde(default)]
    pub nonce_instead_of_pkce: bool,
    /// How its ID tokens are signed: ES256 if nothing is said.
    #[serde(default)]
    pub id_token_signed_response_alg: Option<String>,
    /// Its home page.
    #[serde(default)]
    pub client_uri: Option<String>,
}

impl ClientAdd {
    /// One of which nothing special is said.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, kind: ClientKind) -> Self {
        Self {
            id: Some(id.into()),
            name: name.into(),
            kind,
            redirect_uris: Vec::new(),
            grant_types: Vec::new(),
            scope: None,
            profile: None,
            first_party: false,
            home: None,
            nonce_instead_of_pkce: false,
            id_token_signed_response_alg: None,
            client_uri: None,
        }
    }
}

/// How a client authenticates (RFC 7591 §2).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientKind {
    /// Not at all: a program on a person's device.
    Public {},
    /// By a secret, which is made and shown once.
    Confidential {},
    /// By assertions signed with its own key (RFC 7523 §2.2): exactly one of the two.
    PrivateKeyJwt {
        /// Its public keys (RFC 7517 §5).
        jwks: Option<Value>,
        /// Where they are, https.
        jwks_uri: Option<String>,
    },
}

/// A project, and the organisation that it belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientHome {
    /// The organisation, by slug or id.
    pub organization: String,
    /// The project, by slug or id.
    pub project: String,
}

/// The client that was asked for, of the operator or of an organisation.
pub(super) async fn client(
    read: &mut Read,
    asked: &ClientAdd,
    owner: Option<Id<Organization>>,
    (id, secret_hash): (ClientId, Option<ClientSecretHash>),
    now: Timestamp,
) -> Result<Client, ActError> {
    let metadata = metadata(asked)?;
    refuse_contradictions(asked, &metadata)?;
    if let Some(scope) = &metadata.scope {
        refuse_scope(read, scope, asked.first_party, owner).await?;
    }
    let home = match &asked.home {
        Some(home) => {
            let (organization, project) = project::find(read, &home.organization, &home.project).await?;
            Some(Home { organization_id: organization.id, project_id: project.id })
        }
        None => None,
    };
    Ok(Client {
        id,
        origin: ClientOrigin::Operator,
        name: organization::parse_name(&asked.name)?,
        profile: asked.profile.unwrap_or(Profile::Oauth21),
        first_party: asked.first_party,
        metadata,
        secret_hash,
        fingerprint: None,
        nonce_instead_of_pkce: asked.nonce_instead_of_pkce,
        owner,
        home,
        document: None,
        created_at: now,
        used_at: None,
        disabled_at: None,
    })
}

/// What of a client is not as it is asked for.
pub(in super::super) async fn differs(
    read: &mut Read,
    found: &Client,
    asked: &ClientAdd,
) -> Result<Vec<&'static str>, ActError> {
    let wanted = metadata(asked)?;
    let same_grants = wanted.grant_types.len() == found.metadata.grant_types.len()
        && wanted.grant_types.iter().all(|grant_type| found.metadata.grant_types.contains(grant_type));
    let home = match &asked.home {
        Some(home) => Some(project::find(read, &home.organization, &home.project).await.ok().map(|found| found.1.id)),
        None => None,
    };
    let differs = [
        ("kind", wanted.token_endpoint_auth_method != found.metadata.token_endpoint_auth_method),
        ("name", organization::parse_name(&asked.name)? != found.name),
        ("redirect_uris", wanted.redirect_uris != found.metadata.redirect_uris),
        ("grant_types", !same_grants),
        ("scope", wanted.scope != found.metadata.scope),
        ("first_party", asked.first_party != found.first_party),
        ("home", home != found.home.map(|home| Some(home.project_id))),
    ];
    Ok(differs.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect())
}

/// Read by the same reader as a registration, then given what only an operator gives.
fn metadata(asked: &ClientAdd) -> Result<ClientMetadata, ActError> {
    let (method, jwks, jwks_uri) = match &asked.kind {
        ClientKind::Public {} => ("none", &None, &None),
        ClientKind::Confidential {} => ("client_secret_basic", &None, &None),
        ClientKind::PrivateKeyJwt { jwks, jwks_uri } => ("private_key_jwt", jwks, jwks_uri),
    };
    let nowhere = [NOWHERE.to_owned()];
    let redirect_uris = if asked.redirect_uris.is_empty() { &nowhere[..] } else { &asked.redirect_uris[..] };
    let mut said = json!({
        "client_name": asked.name,
        "redirect_uris": redirect_uris,
        "token_endpoint_auth_method": method,
        "jwks": jwks,
        "jwks_uri": jwks_uri,
        "scope": asked.scope,
        "id_token_signed_response_alg": asked.id_token_signed_response_alg,
        "client_uri": asked.client_uri,
    });
    if let Some(members) = said.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let read = ClientMetadata::from_value(said);
    let mut metadata = read.map_err(|error| ActError::new(format!("this client cannot be: {}", error.description)))?;
    if asked.redirect_uris.is_empty() {
        metadata.redirect_uris.clear();
    }
    metadata.grant_types = grant_types(&asked.grant_types)?;
    Ok(metadata)
}

fn grant_types(asked: &[String]) -> Result<Vec<GrantType>, ActError> {
    if asked.is_empty() {
        return Ok(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }
    let mut granted = Vec::new();
    for text in asked {
        let short = (text == "device_code").then_some(GrantType::DeviceCode);
        let grant_type = short.or_else(|| GrantType::parse(text)).ok_or_else(|| {
            let shown = text.escape_debug();
            ActError::new(format!(
                "the grant type '{shown}' is not offered; use authorization_code, refresh_token, client_credentials or device_code"
            ))
        })?;
        if !granted.contains(&grant_type) {
            granted.push(grant_type);
        }
    }
    Ok(granted)
}

/// What does not go together.
fn refuse_contradictions(asked: &ClientAdd, metadata: &ClientMetadata) -> Result<(), ActError> {
    let public = matches!(asked.kind, ClientKind::Public {});
    let may = |grant_type| metadata.grant_types.contains(&grant_type);
    let (code, refresh) = (may(GrantType::AuthorizationCode), may(GrantType::RefreshToken));
    let (itself, device) = (may(GrantType::ClientCredentials), may(GrantType::DeviceCode));
    let signs = |algorithm| crate::keyring::ALGORITHMS.contains(&algorithm);
    let wrong = [
        (
            !metadata.id_token_signed_response_alg.is_none_or(signs),
            "ID tokens are signed with ES256, RS256 or EdDSA here; name one of these, or none",
        ),
        (
            code && asked.redirect_uris.is_empty(),
            "a client that people sign in with needs a redirect URI; add --redirect-uri",
        ),
        (
            !code && !asked.redirect_uris.is_empty(),
            "redirect URIs are of use with authorization_code only; add that grant type or leave them out",
        ),
        (
            refresh && !code && !device,
            "refresh_token goes with authorization_code or device_code only; add one of them or leave this one out",
        ),
        (
            itself && public,
            "client_credentials needs a client that can prove who it is (RFC 6749 §4.4); make it confidential, or private_key_jwt",
        ),
        (
            itself && asked.home.is_none(),
            "client_credentials needs to know whose data the client reads; add an organisation and a project",
        ),
        (
            !itself && asked.home.is_some(),
            "an organisation and a project are for client_credentials only; add that grant type or leave them out",
        ),
        (
            asked.nonce_instead_of_pkce && public,
            "only a confidential client may use the nonce instead of PKCE (OAuth 2.1 §7.5.1)",
        ),
    ];
    match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, what)) => Err(ActError::new(what)),
        None => Ok(()),
    }
}

/// Every scope must be known where the client may ask for it, and a stranger's never writes (C-16). What other organisations have
/// does not come into it.
async fn refuse_scope(
    read: &mut Read,
    scope: &Scope,
    first_party: bool,
    owner: Option<Id<Organization>>,
) -> Result<(), ActError> {
    let mut resources = read.resources().await?;
    resources.retain(|resource| resource.owner.is_none() || resource.owner == owner);
    for token in scope.of_resources().iter() {
        let of: Vec<_> =
            resources.iter().flat_map(|resource| &resource.scopes).filter(|one| one.name == token).collect();
        if of.is_empty() {
            return Err(ActError::new(format!(
                "no resource has the scope '{token}'; `lanyard resource list` shows them"
            )));
        }
        if !first_party && of.iter().any(|one| one.access == Access::Write) {
            return Err(ActError::new(format!(
                "'{token}' changes data, which only a first-party client may do; leave it out, or add --first-party if the program is your own"
            )));
        }
    }
    Ok(())
}
