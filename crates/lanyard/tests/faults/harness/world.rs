//! What is there before the process starts: a configuration, a database, and a client that holds tokens.

use std::{path::Path, process::Command, time::Duration};

use identity::{
    Authority, Caller, Clock, Settings,
    account::SignedIn,
    authorize::{Begun, Decision, Step},
};
use model::{Family, Id, Secret, ServerSecrets, Session, Token, TokenKind};
use protocol::{ClientCredentials, CodeVerifier, Params};
use server::config::KeyFile;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use storage::{Options, Store};

use super::{
    Process,
    database::Database,
    seed::{self, RESOURCE, Seeded},
};

pub const ISSUER: &str = "https://auth.example.com";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub access: String,
    pub refresh: String,
}

pub struct World {
    pub directory: tempfile::TempDir,
    pub database: Database,
    pub seeded: Seeded,
    secrets: ServerSecrets,
}

impl World {
    /// With so many families, of one client, one person and one project.
    pub async fn new(families: usize) -> (Self, Vec<Held>) {
        let (directory, database) = (tempfile::tempdir().unwrap(), Database::fresh().await);
        let init = Command::new(env!("CARGO_BIN_EXE_lanyard"))
            .args(["init", "--public-url", ISSUER, "--behind-proxy", "127.0.0.1", "--database-url", database.url()])
            .arg("--dir")
            .arg(directory.path())
            .output()
            .unwrap();
        assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
        let secrets = KeyFile::load(&directory.path().join("keys.toml")).unwrap().server_secrets().unwrap();
        let store = Store::open(&database.options()).await.unwrap();
        let authority = authority(store.clone(), secrets.clone()).await;
        let seeded = seed::seed(&authority).await;
        let person = person(&authority, &seeded).await;
        let mut held = Vec::new();
        for _ in 0..families {
            held.push(connect(&authority, &seeded, &person).await);
        }
        // Else a process would do this first of all, and meet what was armed for somebody else.
        authority.tell_events(authority.now()).await.unwrap();
        authority.put_events_on_their_way(authority.now()).await.unwrap();
        store.close().await;
        (Self { directory, database, seeded, secrets }, held)
    }

    pub fn is_postgres(&self) -> bool {
        self.database.url().starts_with("postgres")
    }

    /// The file of a SQLite database.
    pub fn sqlite_path(&self) -> &Path {
        Path::new(self.database.url().strip_prefix("sqlite:").expect("a file"))
    }

    /// What happens at this point next (`storage::fault`).
    pub async fn arm(&self, what: &str) {
        self.settled().await;
        std::fs::write(self.fault_file(), what).unwrap();
    }

    /// Waits until every event has its place, went on its way and is sealed: each of that is a COMMIT too, and would meet what is armed
    /// for another.
    pub async fn settled(&self) {
        let mut raw = self.raw().await;
        let waiting = "SELECT (SELECT count(*) FROM audit_events WHERE kind IS NOT NULL AND position IS NULL) \
             + (SELECT count(DISTINCT position) - 1 FROM feeds WHERE name IN ('events', 'webhooks')) \
             + (SELECT count(*) FROM audit_events WHERE seal IS NULL) AS n";
        for _ in 0..1000 {
            let row = sqlx::query(waiting).fetch_one(&mut raw).await.unwrap();
            if row.try_get::<i64, _>("n").unwrap() == 0 {
                raw.close().await.unwrap();
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("events get no place or no seal");
    }

    /// Whether what was armed has happened.
    pub fn has_happened(&self) -> bool {
        !self.fault_file().exists()
    }

    pub fn fault_file(&self) -> std::path::PathBuf {
        self.directory.path().join("fault")
    }

    /// The family that a refresh token is of.
    pub fn family(&self, refresh: &str) -> Id<Family> {
        Token::parse(refresh, TokenKind::Refresh, &self.secrets).unwrap().id.cast()
    }

    /// A connection that knows nothing of the store.
    pub async fn raw(&self) -> AnyConnection {
        let url = self.database.url();
        let url = url.strip_prefix("sqlite:").map_or_else(|| url.to_owned(), |path| format!("sqlite://{path}"));
        AnyConnection::connect(&url).await.unwrap()
    }

    /// Runs statements behind the server's back.
    pub async fn statements(&self, sql: &str) {
        let mut raw = self.raw().await;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Makes what this client holds a stale copy: it is refreshed, the new pair is used, and an hour passes. The new pair.
    pub async fn stale(&self, process: &Process, held: &Held) -> Held {
        let next = process.refresh(&held.refresh).await.unwrap().held();
        assert!(process.accepts(self, &next.access).await);
        let family = self.family(&held.refresh);
        self.statements(&format!("UPDATE families SET answered_at = answered_at - 3600000000 WHERE id = '{family}'"))
            .await;
        next
    }

    /// The generation of the family that a refresh token is of, and whether the family was ended, as the database has it.
    pub async fn stored(&self, refresh: &str) -> (i64, bool) {
        let mut raw = self.raw().await;
        let row = sqlx::query("SELECT generation, revoked_at FROM families WHERE id = $1")
            .bind(self.family(refresh).to_string())
            .fetch_one(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
        (row.try_get("generation").unwrap(), row.try_get::<Option<i64>, _>("revoked_at").unwrap().is_some())
    }
}

async fn authority(store: Store, secrets: ServerSecrets) -> Authority {
    let mut settings = Settings::new(ISSUER);
    // Cheap, since nobody signs in by a password here.
    settings.password.memory_kib = 64;
    settings.password.iterations = 1;
    Authority::new(store, secrets, Clock::system(), settings).await.unwrap()
}

async fn person(authority: &Authority, seeded: &Seeded) -> SignedIn {
    let now = authority.now();
    let user = authority.store().read().await.unwrap().user(Id::parse(&seeded.member).unwrap()).await.unwrap().unwrap();
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
    let kept = session.clone();
    authority
        .store()
        .transaction(move |tx| {
            let kept = kept.clone();
            Box::pin(async move { tx.insert_session(&kept).await })
        })
        .await
        .unwrap();
    SignedIn { session, user }
}

/// A sign-in of `demo-cli`, from /authorize to the first pair.
async fn connect(authority: &Authority, seeded: &Seeded, person: &SignedIn) -> Held {
    let code = code(authority, seeded, person).await;
    let body = format!(
        "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback"
    );
    let client = ClientCredentials::None { client_id: "demo-cli".to_owned() };
    let tokens = authority.exchange(client, Params::parse(&body).unwrap(), &caller()).await.unwrap();
    Held { access: tokens.access_token, refresh: tokens.refresh_token.expect("a refresh token") }
}

async fn code(authority: &Authority, seeded: &Seeded, person: &SignedIn) -> String {
    let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", "demo-cli"),
            ("redirect_uri", "http://127.0.0.1:4711/callback"),
            ("state", "s"),
            ("scope", "issues:read offline_access"),
            ("resource", RESOURCE),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    let (now, browser) = (authority.now(), Secret::generate());
    let params = Params::parse(&query).unwrap();
    let Begun::Stored(id) = authority.begin_authorization(&params, &browser, None, &caller(), now).await.unwrap()
    else {
        panic!("the request was refused");
    };
    let decision = Decision::Allow { project: Some(Id::parse(&seeded.apollo).unwrap()), own_device: false };
    let step = authority.decide(id, &browser, Some(person), decision, &caller(), now).await.unwrap();
    let Step::Redirect { location } = step else { panic!("not a redirect: {step:?}") };
    let url = url::Url::parse(&location).unwrap();
    url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()).expect("a code")
}

fn caller() -> Caller {
    Caller { address: "192.0.2.1".to_owned(), user_agent: "test".to_owned(), ..Caller::default() }
}

/// The same database by another address.
pub fn through(options: &Options, port: u16) -> String {
    let mut url = url::Url::parse(&options.url).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port)).unwrap();
    url.to_string()
}
