//! Things as they are in the ordinary case; a test changes what it is about.

use std::time::Duration;

use model::{
    AuditEvent, Authorization, AuthorizationState, Client, ClientId, ClientOrigin, Consent, Email, Family, Grant,
    GrantKind, Id, Membership, Organization, Profile, Project, Resource, ResourceId, ResourceScope, Role, Secret,
    SecretHash, Session, Slug, Timestamp, User, client::Home, user::PasswordHash,
};
use protocol::{
    Access, AuthorizationRequest, ClientMetadata, CodeChallenge, CodeVerifier, Params, RegisteredRedirectUri,
    ResourceIndicator, Scope,
};
use storage::{AccessToken, CodeRedemption, Redemption, Rotation, StorageError, Store};

use super::{NOW, at, commit};

pub const REDIRECT_URI: &str = "https://app.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn user(email: &str) -> User {
    User {
        name: Some("Ada".to_owned()),
        password_hash: Some(PasswordHash::new("$argon2id$v=19$x".to_owned())),
        ..User::new(Email::parse(email).unwrap(), NOW)
    }
}

pub fn organization(slug: &str) -> Organization {
    Organization {
        id: Id::new(NOW),
        slug: Slug::parse(slug).unwrap(),
        name: slug.to_uppercase(),
        created_at: NOW,
        disabled_at: None,
        device_writes_at: None,
        demands: model::Demands::default(),
    }
}

pub fn project(organization: &Organization, slug: &str) -> Project {
    let slug = Slug::parse(slug).unwrap();
    Project {
        id: Id::new(NOW),
        organization_id: organization.id,
        name: slug.as_str().to_uppercase(),
        slug,
        created_at: NOW,
        disabled_at: None,
        limited_at: None,
    }
}

pub fn membership(organization: &Organization, user: &User) -> Membership {
    Membership {
        organization_id: organization.id,
        user_id: user.id,
        role: Role::Member,
        role_id: None,
        created_at: NOW,
    }
}

pub fn resource(id: &str) -> Resource {
    let scope = |name: &str, access| ResourceScope {
        name: name.to_owned(),
        access,
        ingest: name.ends_with(":ingest"),
        description: format!("use {name}"),
        translations: std::collections::BTreeMap::new(),
    };
    Resource {
        id: ResourceId::new(id),
        name: id.to_uppercase(),
        identifier: ResourceIndicator::parse(&format!("https://{id}.example/mcp")).unwrap(),
        owner: None,
        secret_hash: SecretHash::of(b"resource secret"),
        scopes: vec![scope("issues:write", Access::Write), scope("issues:read", Access::Read)],
        access_tokens: model::AccessTokenForm::Opaque,
        default_at: None,
        created_at: NOW,
        disabled_at: None,
    }
}

pub fn client(id: &str) -> Client {
    let metadata = serde_json::json!({
        "redirect_uris": [REDIRECT_URI],
        "client_name": id,
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    Client {
        id: ClientId::new(id),
        origin: ClientOrigin::Operator,
        name: id.to_uppercase(),
        profile: Profile::Oauth21,
        first_party: false,
        metadata: ClientMetadata::from_value(metadata).unwrap(),
        secret_hash: None,
        fingerprint: None,
        nonce_instead_of_pkce: false,
        owner: None,
        home: None,
        document: None,
        created_at: NOW,
        used_at: None,
        disabled_at: None,
    }
}

pub fn grant(user: &User, client: &Client, kind: GrantKind) -> Grant {
    Grant {
        id: Id::new(NOW),
        user_id: user.id,
        client_id: client.id.clone(),
        kind,
        scope: scope("issues:read"),
        client_fingerprint: client.consent_fingerprint(),
        created_at: NOW,
        used_at: None,
        used_address: None,
        revoked: None,
    }
}

/// A family in its first generation.
pub fn family(grant: &Grant) -> Family {
    Family {
        id: Id::new(NOW),
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        scope: grant.scope.clone(),
        policy_version: 1,
        generation: 1,
        head_hash: hash("head 1"),
        previous_hash: None,
        retry_salt: "salt".to_owned(),
        key_version: 1,
        answered_at: NOW,
        head_seen_at: None,
        repeated_at: None,
        repeat_streak: 0,
        idle_expires_at: at(30 * 86400),
        absolute_expires_at: at(365 * 86400),
        session_id: Id::new(NOW),
        auth_time: NOW,
        amr: "pwd".to_owned(),
        created_at: NOW,
        revoked: None,
    }
}

/// A client of the world's project, and a token that it got for itself.
pub fn own_token(world: &World) -> (Client, AccessToken) {
    let home = Home { organization_id: world.organization.id, project_id: world.project.id };
    let robot = Client { home: Some(home), ..client("robot") };
    let token = AccessToken {
        id: Id::new(NOW),
        generation: 0,
        hash: hash("own"),
        family_id: None,
        client_id: robot.id.clone(),
        resource_id: Some(world.resource.id.clone()),
        scope: scope("issues:read"),
        actors: Vec::new(),
        issued_at: NOW,
        expires_at: at(900),
    };
    (robot, token)
}

/// The access token of a family's present generation.
pub fn access_token(family: &Family, resource: &Resource) -> AccessToken {
    AccessToken {
        id: family.id.cast(),
        generation: family.generation,
        hash: hash(&format!("access {}", family.generation)),
        family_id: Some(family.id),
        client_id: family.client_id.clone(),
        resource_id: Some(resource.id.clone()),
        scope: family.scope.clone(),
        actors: Vec::new(),
        issued_at: NOW,
        expires_at: at(900),
    }
}

pub fn session(user: &User) -> Session {
    Session {
        id: Id::new(NOW),
        hash: hash("cookie"),
        user_id: user.id,
        amr: "pwd otp".to_owned(),
        ways: model::Ways::of_amr("pwd"),
        authenticated_at: NOW,
        created_at: NOW,
        seen_at: NOW,
        expires_at: at(86400),
        address: "192.0.2.1".to_owned(),
        user_agent: "Firefox".to_owned(),
    }
}

/// A pending authorization that expects a code verifier.
pub fn authorization(client: &Client) -> Authorization {
    let query = format!(
        "response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&state=s%20%2B&scope=issues%3Aread\
         &code_challenge={}&code_challenge_method=S256",
        client.id,
        challenge().as_str()
    );
    Authorization {
        id: Id::new(NOW),
        client_id: client.id.clone(),
        request: AuthorizationRequest::parse(&Params::parse(&query).unwrap()).unwrap(),
        redirect_uri: Some(RegisteredRedirectUri::restore(REDIRECT_URI).unwrap()),
        device_code_id: None,
        browser_hash: hash("browser"),
        created_at: NOW,
        expires_at: at(600),
        state: AuthorizationState::Pending,
    }
}

pub fn consent(grant: &Grant) -> Consent {
    Consent {
        at: NOW,
        session_id: Id::new(NOW),
        user_id: grant.user_id,
        grant_id: grant.id,
        resource_id: match &grant.kind {
            GrantKind::Identity => None,
            GrantKind::Project { resource_id, .. } => Some(resource_id.clone()),
        },
        scope: grant.scope.clone(),
        auth_time: NOW,
        amr: "pwd".to_owned(),
        code_hash: hash("code"),
        code_expires_at: at(60),
        spent: None,
    }
}

pub fn challenge() -> CodeChallenge {
    CodeVerifier::parse(VERIFIER).unwrap().challenge()
}

/// What fits the code of [`consent`].
pub fn redemption(authorization: &Authorization) -> Redemption {
    Redemption {
        code: CodeRedemption {
            id: authorization.id,
            code_hash: hash("code"),
            client_id: authorization.client_id.clone(),
            redirect_uri: Some(REDIRECT_URI.to_owned()),
            code_challenge: Some(challenge()),
            family_id: Id::new(NOW),
            now: at(1),
        },
        head_hash: hash("head 1"),
        retry_salt: "salt".to_owned(),
        key_version: 1,
        access_hash: hash("access 1"),
        idle_expires_at: at(30 * 86400),
        absolute_expires_at: at(365 * 86400),
        access_expires_at: at(900),
        policy_version: 1,
    }
}

/// What rotates `family` `seconds` after `NOW`, with a window of 30 seconds.
pub fn rotation(family: &Family, seconds: u64) -> Rotation {
    let next = family.generation + 1;
    Rotation {
        family_id: family.id,
        generation: family.generation,
        presented_hash: family.head_hash.clone(),
        client_id: family.client_id.clone(),
        head_hash: Secret::generate().hash(),
        retry_salt: format!("salt {next}"),
        key_version: 1,
        access_hash: hash(&format!("access {next}")),
        now: at(seconds),
        window_over_before: at(seconds).minus(Duration::from_secs(30)),
        idle_expires_at: at(seconds + 30 * 86400),
        access_expires_at: at(seconds + 900),
        policy_version: family.policy_version,
    }
}

pub fn audit_event(action: &'static str, now: Timestamp) -> AuditEvent {
    AuditEvent::new(action, now)
}

pub fn hash(text: &str) -> SecretHash {
    SecretHash::of(text.as_bytes())
}

pub fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

/// One person with one grant to one client over one project at one resource.
#[derive(Clone)]
pub struct World {
    pub user: User,
    pub organization: Organization,
    pub project: Project,
    pub resource: Resource,
    pub client: Client,
    pub grant: Grant,
    /// What everything here was written under.
    pub policy_version: i64,
}

impl World {
    pub async fn put(store: &Store) -> Self {
        let user = user("ada@example.com");
        let organization = organization("acme");
        let project = project(&organization, "apollo");
        let resource = resource("api");
        let client = client("cli");
        let kind = GrantKind::Project {
            resource_id: resource.id.clone(),
            organization_id: organization.id,
            project_id: project.id,
        };
        let grant = grant(&user, &client, kind);
        let mut world = Self { user, organization, project, resource, client, grant, policy_version: 0 };
        commit!(store, [world], tx => {
            tx.insert_user(&world.user).await?;
            tx.insert_organization(&world.organization).await?;
            tx.insert_project(&world.project).await?;
            tx.put_membership(&membership(&world.organization, &world.user)).await?;
            tx.insert_resource(&world.resource).await?;
            tx.insert_client(&world.client).await?;
            tx.insert_grant(&world.grant).await
        })
        .unwrap();
        world.policy_version = store.read().await.unwrap().policy_version().await.unwrap();
        world
    }

    /// A family of the grant with its access token, written.
    pub async fn put_family(&self, store: &Store) -> Family {
        let mut family = family(&self.grant);
        family.policy_version = self.policy_version;
        let token = access_token(&family, &self.resource);
        commit!(store, [family, token], tx => {
            tx.insert_family(&family).await?;
            tx.insert_access_token(&token).await
        })
        .unwrap();
        family
    }

    /// An authorization whose code waits, written.
    pub async fn put_code(&self, store: &Store) -> Authorization {
        let authorization = authorization(&self.client);
        let consent = consent(&self.grant);
        commit!(store, [authorization, consent], tx => {
            tx.insert_authorization(&authorization).await?;
            tx.allow_authorization(authorization.id, &consent, Some(&challenge())).await
        })
        .unwrap();
        authorization
    }

    /// What fits the code of [`World::put_code`].
    pub fn redemption(&self, authorization: &Authorization) -> Redemption {
        Redemption { policy_version: self.policy_version, ..redemption(authorization) }
    }

    /// Another grant of the same person, for who they are.
    pub fn identity_grant(&self) -> Grant {
        Grant { scope: scope("openid"), ..grant(&self.user, &self.client, GrantKind::Identity) }
    }
}

/// Whether the access token of this generation would be let in.
pub async fn works(store: &Store, family: &Family, generation: u64, now: Timestamp) -> bool {
    let hash = hash(&format!("access {generation}"));
    store.read().await.unwrap().live_access_token(family.id.cast(), generation, &hash, now).await.unwrap().is_some()
}

/// The family as it is kept.
pub async fn stored(store: &Store, family: &Family) -> Family {
    store.read().await.unwrap().family(family.id).await.unwrap().unwrap()
}

/// Ends a family.
pub async fn revoke(store: &Store, family: &Family) -> Result<bool, StorageError> {
    let id = family.id;
    commit!(store, [id], tx => tx.revoke_family(id, "revoked", at(100)).await)
}
