//! What the server says about itself (RFC 8414, OpenID Connect Discovery). Everything that is listed works, and nothing that
//! is not listed does; so each list stands beside what it speaks of, or is taken from there.

use bytes::Bytes;
use model::Language;
use protocol::{AuthMethod, GrantType, OAuthError, ServerMetadata, SigningAlgorithm, TOKEN_EXCHANGE};
use serde::Serialize;

use crate::{Authority, Error, account, keyring, known::Snapshot, register};

/// Algorithms that client assertions may be signed with.
const ASSERTION_ALGORITHMS: [SigningAlgorithm; 4] =
    [SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::PS256, SigningAlgorithm::EdDSA];
const GRANT_TYPES: [GrantType; 4] =
    [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials, GrantType::DeviceCode];
const CLIENT_METHODS: [AuthMethod; 4] =
    [AuthMethod::None, AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::PrivateKeyJwt];
/// Resource servers authenticate with a secret.
const RESOURCE_METHODS: [AuthMethod; 2] = [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
const CLAIMS: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
    "name",
    "email",
    "email_verified",
];

impl Authority {
    /// The metadata, the same at every well-known path and under whatever name it is asked for.
    ///
    /// # Errors
    /// Trouble of the database, where the scopes of resources stand.
    pub async fn server_metadata(&self) -> Result<ServerMetadata, Error> {
        Ok(self.metadata_of(&*self.known().await?))
    }

    fn metadata_of(&self, known: &Snapshot) -> ServerMetadata {
        let settings = &self.parts.settings;
        let at = |path: &str| format!("{}/{path}", settings.issuer);
        let methods =
            |methods: &[AuthMethod]| methods.iter().map(|method| method.as_str().to_owned()).collect::<Vec<_>>();
        let algorithms =
            |algorithms: &[SigningAlgorithm]| algorithms.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        ServerMetadata {
            issuer: settings.issuer.clone(),
            authorization_endpoint: at("authorize"),
            token_endpoint: at("token"),
            jwks_uri: at("jwks"),
            device_authorization_endpoint: Some(at("device_authorization")),
            registration_endpoint: settings.registration.dynamic.then(|| at("register")),
            revocation_endpoint: Some(at("revoke")),
            introspection_endpoint: Some(at("introspect")),
            userinfo_endpoint: Some(at("userinfo")),
            scopes_supported: scopes(known),
            response_types_supported: words(&["code"]),
            response_modes_supported: words(&["query"]),
            grant_types_supported: GRANT_TYPES
                .iter()
                .map(|grant_type| grant_type.as_str().to_owned())
                .chain([TOKEN_EXCHANGE.to_owned()])
                .collect(),
            token_endpoint_auth_methods_supported: methods(&CLIENT_METHODS),
            token_endpoint_auth_signing_alg_values_supported: algorithms(&ASSERTION_ALGORITHMS),
            revocation_endpoint_auth_methods_supported: methods(&CLIENT_METHODS),
            revocation_endpoint_auth_signing_alg_values_supported: algorithms(&ASSERTION_ALGORITHMS),
            introspection_endpoint_auth_methods_supported: methods(&RESOURCE_METHODS),
            code_challenge_methods_supported: words(&["S256"]),
            subject_types_supported: words(&["public"]),
            id_token_signing_alg_values_supported: algorithms(&keyring::ALGORITHMS),
            claims_supported: words(&CLAIMS),
            acr_values_supported: words(&account::ACR_VALUES),
            prompt_values_supported: words(&["none", "login", "consent", "select_account"]),
            ui_locales_supported: words(&Language::ALL.map(Language::tag)),
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: settings.registration.documents,
            service_documentation: settings.service_documentation.clone(),
            ..ServerMetadata::default()
        }
    }

    /// [`Authority::server_metadata`] as JSON: the same bytes until a resource changes.
    ///
    /// # Errors
    /// Trouble of the database, where the scopes of resources stand.
    pub async fn server_metadata_json(&self) -> Result<Bytes, Error> {
        self.metadata_json_of(&*self.known().await?)
    }

    /// The same, where nobody has to be asked for it.
    #[must_use]
    pub fn server_metadata_at_once(&self) -> Option<Bytes> {
        self.metadata_json_of(&*self.known_at_once()?).ok()
    }

    fn metadata_json_of(&self, known: &Snapshot) -> Result<Bytes, Error> {
        if let Some(metadata) = known.metadata.get() {
            return Ok(metadata.clone());
        }
        let json = as_json(&self.metadata_of(known))?;
        Ok(known.metadata.get_or_init(|| json).clone())
    }
}

/// A document that is sent often, written once.
pub(crate) fn as_json(document: &impl Serialize) -> Result<Bytes, Error> {
    serde_json::to_vec(document)
        .map(Bytes::from)
        .map_err(|error| OAuthError::server_error(format!("a document that is not JSON: {error}")).into())
}

/// Identity scopes and those of every enabled resource of the operator's, the writing ones too: first-party clients may ask for them.
fn scopes(known: &Snapshot) -> Vec<String> {
    let all = known
        .resources_of_server()
        .fold(register::strangers_scope_of_server(known), |all, resource| all.union(&resource.scope()));
    all.iter().map(str::to_owned).collect()
}
