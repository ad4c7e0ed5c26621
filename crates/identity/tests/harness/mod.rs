//! A whole authority on a fresh database, with a clock that tests move: one organisation, one project, one person, one
//! resource, and two public clients.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{sync::Arc, time::Duration};

use identity::{
    Authority, Caller, Clock, Settings,
    account::SignedIn,
    authorize::{Begun, Decision, Step},
};
use model::{
    Client, ClientId, ClientOrigin, Email, GrantKind, Id, Membership, Organization, Profile, Project, Resource,
    ResourceId, ResourceScope, Role, Secret, SecretHash, ServerSecrets, Session, Slug, Timestamp, User,
};
use protocol::{Access, ClientCredentials, ClientMetadata, CodeVerifier, Params, ResourceIndicator, TokenResponse};
use storage::Store;

#[path = "../../../storage/tests/harness/database.rs"]
pub mod database;

use database::Database;

pub const START: i64 = 1_800_000_000;
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

impl From<TokenResponse> for Pair {
    fn from(response: TokenResponse) -> Self {
        Self { access: response.access_token, refresh: response.refresh_token.expect("a refresh token") }
    }
}

pub struct World {
    pub authority: Authority,
    pub clock: Clock,
    pub browser: Secret,
    pub person: SignedIn,
    pub organization: Organization,
    pub project: Project,
    pub resource: Arc<Resource>,
    pub database: Database,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose settings were changed.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = Database::fresh().await;
        let store = Store::open(&database.options()).await.unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let mut settings = Settings::new("https://issuer.example");
        change(&mut settings);
        let (organization, project, person, resource) = seed(&store, clock.now()).await;
        let authority = Authority::new(store, secrets(), clock.clone(), settings).await.unwrap();
        Self { authority, clock, browser: Secret::generate(), person, organization, project, resource, database }
    }

    /// Another process on the same database; on SQLite the same one, since one process owns it.
    pub async fn second(&self) -> Authority {
        if !self.authority.store().is_shared() {
            return self.authority.clone();
        }
        let store = Store::open(&self.database.options()).await.unwrap();
        Authority::new(store, secrets(), self.clock.clone(), self.authority.settings().clone()).await.unwrap()
    }

    /// Ends this process's authority and starts another on the same database.
    pub async fn restart(&mut self) {
        let settings = self.authority.settings().clone();
        self.authority.store().close().await;
        let store = Store::open(&self.database.options()).await.unwrap();
        self.authority = Authority::new(store, secrets(), self.clock.clone(), settings).await.unwrap();
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A sign-in of `client`, from /authorize to the first pair.
    pub async fn connect(&self, client: &str) -> Pair {
        self.redeem(client, &self.code(client).await).await.unwrap().into()
    }

    /// A code, as the person's Allow gives it.
    pub async fn code(&self, client: &str) -> String {
        self.try_code(client).await.expect("a code")
    }

    /// The same, if the person's Allow still counts.
    pub async fn try_code(&self, client: &str) -> Option<String> {
        let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
        let query = format!(
            "response_type=code&client_id={client}&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&state=s&scope=issues%3Aread+openid\
             &resource=https%3A%2F%2Fapi.example%2Fmcp&code_challenge={}&code_challenge_method=S256&nonce=n-1",
            challenge.as_str()
        );
        let now = self.authority.now();
        let params = Params::parse(&query).unwrap();
        let Begun::Stored(id) =
            self.authority.begin_authorization(&params, &self.browser, None, &caller(), now).await.unwrap()
        else {
            panic!("the request was refused");
        };
        let decision = Decision::Allow { project: Some(self.project.id), own_device: false };
        let step =
            self.authority.decide(id, &self.browser, Some(&self.person), decision, &caller(), now).await.unwrap();
        let Step::Redirect { location } = step else { return None };
        let url = url::Url::parse(&location).unwrap();
        url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
    }

    pub async fn redeem(&self, client: &str, code: &str) -> Result<TokenResponse, protocol::OAuthError> {
        self.redeem_with(client, code, VERIFIER).await
    }

    pub async fn redeem_with(
        &self,
        client: &str,
        code: &str,
        verifier: &str,
    ) -> Result<TokenResponse, protocol::OAuthError> {
        let body = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}");
        exchange(&self.authority, client, &body).await
    }

    pub async fn refresh(&self, client: &str, refresh: &str) -> Result<Pair, protocol::OAuthError> {
        refresh_at(&self.authority, client, refresh).await
    }

    pub async fn revoke(&self, client: &str, token: &str) {
        let client = self.authority.authenticate_client(public(client), self.authority.now()).await.unwrap();
        self.authority.revoke(&client, token, &caller(), self.authority.now()).await.unwrap();
    }

    /// Whether the downstream app would let this access token in.
    pub async fn works(&self, access: &str) -> bool {
        let now = self.authority.now();
        let answer = self.authority.introspect(&self.resource, access, &caller(), now).await.unwrap();
        matches!(answer, protocol::Introspection::Active(_))
    }

    pub async fn unread_notices(&self) -> usize {
        self.authority.store().read().await.unwrap().unread_notices(self.person.user.id).await.unwrap().len()
    }
}

pub async fn refresh_at(authority: &Authority, client: &str, refresh: &str) -> Result<Pair, protocol::OAuthError> {
    exchange(authority, client, &format!("grant_type=refresh_token&refresh_token={refresh}")).await.map(Pair::from)
}

pub async fn exchange(authority: &Authority, client: &str, body: &str) -> Result<TokenResponse, protocol::OAuthError> {
    let params = Params::parse(body).unwrap();
    authority.exchange(public(client), params, &caller()).await.map_err(identity::Error::into_oauth)
}

pub fn caller() -> Caller {
    Caller { address: "192.0.2.1".to_owned(), user_agent: "test".to_owned(), ..Caller::default() }
}

pub fn public(client: &str) -> ClientCredentials {
    ClientCredentials::None { client_id: client.to_owned() }
}

pub fn secrets() -> ServerSecrets {
    ServerSecrets::new([(1, [7; 32])]).unwrap()
}

async fn seed(store: &Store, now: Timestamp) -> (Organization, Project, SignedIn, Arc<Resource>) {
    let organization = Organization {
        id: Id::new(now),
        slug: Slug::parse("acme").unwrap(),
        name: "Acme".to_owned(),
        created_at: now,
        disabled_at: None,
        device_writes_at: None,
        demands: model::Demands::default(),
    };
    let project = Project {
        id: Id::new(now),
        organization_id: organization.id,
        slug: Slug::parse("apollo").unwrap(),
        name: "Apollo".to_owned(),
        limited_at: None,
        created_at: now,
        disabled_at: None,
    };
    let user = User::new(Email::parse("member@example.com").unwrap(), now);
    let session = Session {
        id: Id::new(now),
        hash: Secret::generate().hash(),
        user_id: user.id,
        amr: "pwd".to_owned(),
        ways: model::Ways::of_amr("pwd"),
        authenticated_at: now,
        created_at: now,
        seen_at: now,
        expires_at: now.plus(Duration::from_secs(86400)),
        address: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
    };
    let scope = |name: &str, access| ResourceScope {
        name: name.to_owned(),
        access,
        ingest: name.ends_with(":ingest"),
        description: format!("use {name}"),
        translations: std::collections::BTreeMap::new(),
    };
    let resource = Resource {
        id: ResourceId::new("demo-api"),
        name: "Demo".to_owned(),
        identifier: ResourceIndicator::parse("https://api.example/mcp").unwrap(),
        owner: None,
        secret_hash: SecretHash::of(b"secret"),
        scopes: vec![scope("issues:read", Access::Read), scope("issues:write", Access::Write)],
        access_tokens: model::AccessTokenForm::Opaque,
        default_at: None,
        created_at: now,
        disabled_at: None,
    };
    let seeds = (organization.clone(), project.clone(), user.clone(), session.clone(), resource.clone());
    store
        .transaction(move |tx| {
            let (organization, project, user, session, resource) = seeds.clone();
            Box::pin(async move {
                tx.insert_organization(&organization).await?;
                tx.insert_project(&project).await?;
                tx.insert_user(&user).await?;
                let role = Role::Member;
                tx.put_membership(&Membership {
                    organization_id: organization.id,
                    user_id: user.id,
                    role,
                    role_id: None,
                    created_at: now,
                })
                .await?;
                tx.insert_session(&session).await?;
                tx.insert_resource(&resource).await?;
                for id in ["demo-cli", "other-cli"] {
                    tx.insert_client(&client(id, now)).await?;
                }
                Ok::<_, storage::StorageError>(())
            })
        })
        .await
        .unwrap();
    (organization, project, SignedIn { session, user }, Arc::new(resource))
}

pub fn client(id: &str, now: Timestamp) -> Client {
    let metadata = serde_json::json!({
        "redirect_uris": ["http://127.0.0.1/callback"],
        "client_name": id,
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_signed_response_alg": "ES256",
    });
    Client {
        id: ClientId::new(id),
        origin: ClientOrigin::Operator,
        name: id.to_owned(),
        profile: Profile::Oauth21,
        first_party: false,
        metadata: ClientMetadata::from_value(metadata).unwrap(),
        secret_hash: None,
        fingerprint: None,
        nonce_instead_of_pkce: false,
        owner: None,
        home: None,
        document: None,
        created_at: now,
        used_at: None,
        disabled_at: None,
    }
}

/// The kind of grant that [`World::connect`] makes.
pub fn project_grant(world: &World) -> GrantKind {
    GrantKind::Project {
        resource_id: world.resource.id.clone(),
        organization_id: world.organization.id,
        project_id: world.project.id,
    }
}
