//! A server without HTTP, on a database of its own.

use std::time::Duration;

use identity::{
    Authority, Caller, Clock, Settings,
    account::{Admitted, NewSession, SignIn, SignInRefusal, SignUp, SignUpRefusal, SignedUp},
    admin::{Act, ActError},
};
use model::{ClientId, Family, Grant, GrantKind, Id, ResourceId, Secret, ServerSecrets, Session, Timestamp, User};
use protocol::{Confidential, Scope};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use storage::{StorageError, Store};

use crate::harness::database::Database;

pub const PASSWORD: &str = "correct horse battery";
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

pub struct Stand {
    pub authority: Authority,
    pub clock: Clock,
    database: Database,
}

impl Stand {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = Database::fresh().await;
        let store = Store::open(&database.options()).await.unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(1_800_000_000));
        let mut settings = Settings::new("http://localhost:8080");
        settings.password.memory_kib = 64;
        settings.password.iterations = 1;
        change(&mut settings);
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let authority = Authority::new(store, secrets, clock.clone(), settings).await.unwrap();
        Self { authority, clock, database }
    }

    /// Runs a statement behind the store's back; how many rows it changed.
    pub async fn statement(&self, sql: &str) -> u64 {
        let mut raw = self.raw().await;
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        done.rows_affected()
    }

    /// The one number that a query answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let mut raw = self.raw().await;
        let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        row.try_get(0).unwrap()
    }

    async fn raw(&self) -> sqlx::AnyConnection {
        let url = self.database.url();
        let url = url.strip_prefix("sqlite:").map_or_else(|| url.to_owned(), |path| format!("sqlite://{path}"));
        sqlx::AnyConnection::connect(&url).await.unwrap()
    }

    /// Another process on the same database; on SQLite the same one, since one process owns it.
    pub async fn second(&self) -> Authority {
        if !self.authority.store().is_shared() {
            return self.authority.clone();
        }
        let store = Store::open(&self.database.options()).await.unwrap();
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        Authority::new(store, secrets, self.clock.clone(), self.authority.settings().clone()).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn sign_in_from(&self, address: &str, email: &str, password: &str) -> Result<NewSession, SignInRefusal> {
        let ask = SignIn {
            email: email.to_owned(),
            password: Confidential::new(password),
            browser: Secret::generate(),
            replaces: None,
            caller: caller(address),
        };
        self.authority.sign_in(ask, self.now()).await.unwrap().map(whole)
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInRefusal> {
        self.sign_in_from("192.0.2.1", email, password).await
    }

    pub async fn sign_up(&self, email: &str, password: &str, name: Option<&str>) -> Result<NewSession, SignUpRefusal> {
        let ask = SignUp {
            email: email.to_owned(),
            password: Confidential::new(password),
            name: name.map(str::to_owned),
            waiting: None,
            invited: None,
            browser: Secret::generate(),
            replaces: None,
            caller: caller("192.0.2.1"),
        };
        match self.authority.sign_up(ask, self.now()).await.unwrap()? {
            SignedUp::In(new) => Ok(*new),
            SignedUp::Mailed(_) => panic!("this server sends no mail"),
        }
    }

    /// Whether somebody is signed in with this cookie.
    pub async fn is_signed_in(&self, cookie: &Confidential) -> bool {
        self.authority.signed_in(Some(cookie.expose()), self.now()).await.unwrap().is_some()
    }

    /// An act as it arrives: over a socket, as JSON.
    pub async fn try_act(&self, act: Value) -> Result<Value, ActError> {
        let act: Act = serde_json::from_value(act).unwrap();
        let travelled = serde_json::to_string(&act).unwrap();
        self.authority.act(serde_json::from_str(&travelled).unwrap(), self.now()).await
    }

    pub async fn act(&self, act: Value) -> Value {
        self.try_act(act).await.unwrap()
    }

    pub async fn refused(&self, act: Value) -> String {
        self.try_act(act).await.unwrap_err().message
    }

    /// A user by the operator; the id.
    pub async fn user(&self, email: &str) -> Id<User> {
        let user = self
            .act(json!({"user_add": {"email": email, "name": null, "password": PASSWORD, "email_verified": true}}))
            .await;
        Id::parse(user["id"].as_str().unwrap()).unwrap()
    }

    /// Acme with Apollo, an API with a scope to read and one to write, and a public client.
    pub async fn acme(&self) {
        self.act(json!({"organization_add": {"slug": "acme", "name": "Acme"}})).await;
        self.act(json!({"project_add": {"organization": "acme", "slug": "apollo", "name": "Apollo"}})).await;
        self.act(
            json!({"resource_add": {"id": "api", "name": "API", "identifier": "https://api.example/mcp", "scopes": [
            "issues:read=read:read issues and comments", "issues:write=write:create issues"]}}),
        )
        .await;
        self.act(json!({"client_add": {"id": "app", "name": "App", "kind": {"public": {}}, "redirect_uris": ["http://127.0.0.1/callback"]}}))
            .await;
    }

    pub async fn member(&self, email: &str, role: &str) -> Id<User> {
        let id = self.user(email).await;
        self.act(json!({"member_add": {"organization": "acme", "user": email, "role": role}})).await;
        id
    }

    /// A grant of this person to `app` over Acme's Apollo, with one family.
    pub async fn connect(&self, user_id: Id<User>) -> (Id<Grant>, Id<Family>) {
        let grant = self.grant(user_id).await;
        let family = family(&grant, self.now());
        let ids = (grant.id, family.id);
        self.write(move |tx| {
            let (grant, family) = (grant.clone(), family.clone());
            Box::pin(async move {
                tx.insert_grant(&grant).await?;
                tx.insert_family(&family).await
            })
        })
        .await;
        ids
    }

    pub async fn grant(&self, user_id: Id<User>) -> Grant {
        let project = self.act(json!({"project_show": {"organization": "acme", "project": "apollo"}})).await;
        let id = |member: &str| project[member].as_str().unwrap().to_owned();
        Grant {
            id: Id::new(self.now()),
            user_id,
            client_id: ClientId::new("app"),
            kind: GrantKind::Project {
                resource_id: ResourceId::new("api"),
                organization_id: Id::parse(&id("organization_id")).unwrap(),
                project_id: Id::parse(&id("id")).unwrap(),
            },
            scope: Scope::parse("openid issues:read").unwrap(),
            client_fingerprint: "as it was".to_owned(),
            created_at: self.now(),
            used_at: None,
            used_address: None,
            revoked: None,
        }
    }

    pub async fn write<F>(&self, work: F)
    where
        F: for<'t> Fn(
                &'t mut storage::Tx,
            ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), StorageError>> + Send + 't>>
            + Send
            + Sync
            + 'static,
    {
        self.authority.store().transaction(work).await.unwrap();
    }

    /// Why a grant ended; nothing if it has not.
    pub async fn ended(&self, id: Id<Grant>) -> Option<String> {
        let grant = self.authority.store().read().await.unwrap().grant(id).await.unwrap().unwrap();
        grant.revoked.map(|end| end.reason)
    }
}

pub fn family(grant: &Grant, now: Timestamp) -> Family {
    Family {
        id: Id::new(now),
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        scope: grant.scope.clone(),
        policy_version: 1,
        generation: 1,
        head_hash: Secret::generate().hash(),
        previous_hash: None,
        retry_salt: Secret::generate().expose(),
        key_version: 1,
        answered_at: now,
        head_seen_at: None,
        repeated_at: None,
        repeat_streak: 0,
        idle_expires_at: now.plus(30 * DAY),
        absolute_expires_at: now.plus(365 * DAY),
        session_id: Id::<Session>::new(now),
        auth_time: now,
        amr: "pwd".to_owned(),
        created_at: now,
        revoked: None,
    }
}

pub fn caller(address: &str) -> Caller {
    Caller { address: address.to_owned(), user_agent: "a browser\0 of tests".to_owned(), ..Caller::default() }
}

/// A session that has begun, where no second factor is demanded.
pub fn whole(admitted: Admitted) -> NewSession {
    match admitted {
        Admitted::In(new) => *new,
        Admitted::Half(_) => panic!("a second factor is demanded"),
    }
}
