//! Floods from very many addresses: what they ask for is bounded in memory, and connections that exist go on meanwhile.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use reqwest::Client;
use serde_json::Value;

use crate::{
    house::House,
    person::{Person, address, http},
};

/// What the process may hold at the most, whatever comes.
const MOST_KIB: u64 = 256 * 1024;
/// Whoever waits longer than this gets no answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many ask at the same time.
const AT_ONCE: usize = 100;
const EACH: u32 = 200;

const PASSWORD: &str = "correct horse battery staple";
const CALLBACK: &str = "https://app.example.com/callback";
const RESOURCE: &str = "https://api.example.com/mcp";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of that verifier (RFC 7636 appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A server with an organisation, a resource server and a client.
struct Flooded {
    house: House,
    http: Client,
    api_secret: String,
    project: String,
}

impl Flooded {
    fn start() -> Self {
        let mut house = House::new();
        house.serve();
        house.act(&["organization", "add", "acme"]);
        let project = house.act(&["project", "add", "acme", "apollo"]);
        let scope = "issues:read=read:read issues";
        let api = house.act(&["resource", "add", RESOURCE, "--name", "API", "--id", "api", "--scope", scope]);
        house.act(&["client", "add", "--name", "App", "--id", "app", "--redirect-uri", CALLBACK]);
        let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        let (api_secret, project) = (text(&api, "client_secret"), text(&project, "id"));
        let http = http(house.port);
        Self { house, http, api_secret, project }
    }

    fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.house.port)
    }

    /// Somebody who has signed up and belongs to the organisation.
    async fn member(&self) -> Person {
        let mut person = Person::default();
        person.open(&self.http, &self.url("/sign-up")).await;
        let fields = [("name", "Mel"), ("email", "mel@example.com"), ("password", PASSWORD)];
        person.send(&self.http, &self.url("/sign-up"), &fields).await;
        self.house.act(&["member", "add", "acme", "mel@example.com"]);
        person
    }

    /// The way from /authorize to the first pair: access token and refresh token.
    async fn connect(&self, person: &mut Person) -> (String, String) {
        let ask = format!(
            "/authorize?response_type=code&client_id=app&redirect_uri={CALLBACK}&scope=issues:read+offline_access&resource={RESOURCE}\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let (_, consent) = person.open(&self.http, &self.url(&ask)).await;
        person.open(&self.http, &self.url(&consent)).await;
        let fields = [("decision", "allow"), ("project", self.project.as_str())];
        let answer = person.send(&self.http, &self.url(&consent), &fields).await;
        let (_, code) = answer.split_once("code=").unwrap_or_else(|| panic!("no code: {answer}"));
        let code = code.split('&').next().unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", "app"),
        ];
        pair(&self.ask("/token", &fields, None).await)
    }

    /// A form of a client or a resource server; it must be answered 200.
    async fn ask(&self, path: &str, fields: &[(&str, &str)], secret: Option<&str>) -> Value {
        let mut request =
            self.http.post(self.url(path)).form(fields).header("x-forwarded-for", "192.0.2.1").timeout(PATIENCE);
        if let Some(secret) = secret {
            request = request.basic_auth("api", Some(secret));
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path} did not answer: {error}"));
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Refreshes and shows the token again and again, until the flood is over; each must be answered.
    async fn goes_on(&self, mut refresh: String, over: &AtomicBool) -> u32 {
        let mut rounds = 0;
        while !over.load(Ordering::SeqCst) || rounds < 5 {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", "app")];
            let (access, next) = pair(&self.ask("/token", &fields, None).await);
            let told = self.ask("/introspect", &[("token", &access)], Some(&self.api_secret)).await;
            assert_eq!(told["active"], true);
            refresh = next;
            rounds += 1;
            // As often as one address may.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        rounds
    }

    /// Has never held more than it may; the flood is named that came last.
    fn is_bounded(&self, flood: &str) {
        if let Some(peak) = self.house.peak_memory() {
            assert!(peak <= MOST_KIB, "{flood}: {peak} KiB were held at the peak");
        }
    }

    /// Sends this from [`EACH`] addresses, [`AT_ONCE`] at a time, and gives how often each status came.
    async fn flood(&self, request: impl Fn(u32) -> reqwest::RequestBuilder) -> Vec<(u16, usize)> {
        let asked = (0..EACH).map(|number| {
            let request = request(number).timeout(PATIENCE);
            async move { request.send().await.expect("an answer").status().as_u16() }
        });
        let mut statuses: Vec<u16> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        statuses.sort_unstable();
        statuses.chunk_by(|one, other| one == other).map(|same| (same[0], same.len())).collect()
    }
}

fn pair(tokens: &Value) -> (String, String) {
    let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}")).to_owned();
    (text("access_token"), text("refresh_token"))
}

/// Only these may come.
fn are(statuses: &[(u16, usize)], allowed: &[u16], what: &str) {
    assert!(statuses.iter().all(|(status, _)| allowed.contains(status)), "{what}: {statuses:?}");
}

/// A registration as large as one may be, of the kind that takes most memory when it is read.
fn large_registration(number: u32) -> String {
    let (odd, long) = (vec!["[]"; 1900].join(","), "x".repeat(50_000));
    format!(
        r#"{{"redirect_uris":["https://c{number}.example/cb"],"token_endpoint_auth_method":"none","jwks":{{"keys":[{{"kty":"EC","x":"{long}","x5c":[{odd}]}}]}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_stay_bounded_in_memory_and_leave_connections_alone() {
    let mut flooded = Flooded::start();
    let mut member = flooded.member().await;
    let (_, refresh) = flooded.connect(&mut member).await;
    let over = AtomicBool::new(false);
    let ((), rounds) = tokio::join!(
        async {
            flooded.is_bounded("before the floods");
            sign_ins(&flooded).await;
            flooded.is_bounded("sign-ins");
            registrations(&flooded, &member).await;
            flooded.is_bounded("registrations");
            documents(&flooded, &member).await;
            flooded.is_bounded("documents");
            over.store(true, Ordering::SeqCst);
        },
        flooded.goes_on(refresh, &over)
    );
    assert!(rounds >= 5);
    assert!(flooded.house.is_running());
}

/// Passwords wait to be hashed; whoever finds too many waiting is told to come again.
async fn sign_ins(flooded: &Flooded) {
    let mut person = Person::default();
    person.open(&flooded.http, &flooded.url("/sign-in")).await;
    let password = "x".repeat(12 * 1024);
    let tried = flooded.flood(|number| {
        let email = format!("nobody{number}@example.com");
        let fields = person.form(&[("email", &email), ("password", &password)]);
        person.with(flooded.http.post(flooded.url("/sign-in")).form(&fields), &address(number))
    });
    are(&tried.await, &[422, 503], "sign-in");
    let made = flooded.flood(|number| {
        let email = format!("new{number}@example.com");
        let fields = person.form(&[("email", &email), ("password", PASSWORD), ("name", "N")]);
        person.with(flooded.http.post(flooded.url("/sign-up")).form(&fields), &address(number))
    });
    are(&made.await, &[303, 503], "sign-up");
}

/// Clients register, as large as may be, and each of them is then used.
async fn registrations(flooded: &Flooded, person: &Person) {
    let registered = (0..EACH).map(|number| register(flooded, number));
    let ids: Vec<String> = stream::iter(registered).buffer_unordered(AT_ONCE).collect().await;
    let used = flooded.flood(|number| {
        let id = &ids[number as usize % ids.len()];
        let ask = format!(
            "/authorize?response_type=code&client_id={id}&code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        person.with(flooded.http.get(flooded.url(&ask)), &address(number))
    });
    are(&used.await, &[303, 200, 503], "arrival");
}

/// Registers, and comes again, from another address each time, for as long as too many others do.
async fn register(flooded: &Flooded, number: u32) -> String {
    for time in 0.. {
        let from = address(number + time * EACH);
        let request = flooded.http.post(flooded.url("/register")).header("x-forwarded-for", from);
        let request = request.header("content-type", "application/json").body(large_registration(number));
        let answer = request.timeout(PATIENCE).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        match status {
            201 => {
                let made: Value = serde_json::from_str(&body).unwrap();
                return made["client_id"].as_str().unwrap().to_owned();
            }
            503 => tokio::time::sleep(Duration::from_millis(50)).await,
            _ => panic!("registration: {status} {body}"),
        }
    }
    unreachable!("there are more addresses than that")
}

/// Documents of hosts that nobody has ever seen, and that are not there.
async fn documents(flooded: &Flooded, person: &Person) {
    let asked = (0..EACH).map(|number| async move {
        let ask = format!(
            "/authorize?response_type=code&client_id=https://h{number}.invalid/client&redirect_uri=http://127.0.0.1/cb\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let begun = person.with(flooded.http.get(flooded.url(&ask)), &address(number)).timeout(PATIENCE);
        let begun = begun.send().await.expect("an answer");
        let Some(location) = begun.headers().get("location") else { return begun.status().as_u16() };
        let consent = flooded.url(location.to_str().unwrap());
        let shown = person.with(flooded.http.get(consent), &address(number)).timeout(PATIENCE);
        shown.send().await.expect("an answer").status().as_u16()
    });
    let statuses: Vec<u16> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    assert!(statuses.iter().all(|status| matches!(status, 400 | 503)), "documents: {statuses:?}");
}
