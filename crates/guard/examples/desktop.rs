//! A program on somebody's desktop that signs in by the device grant (RFC 8628) and stays signed in, whenever it is killed:
//! `cargo run -p lanyard-guard --example desktop -- sign-in`, then `… -- use`.
//!
//! What keeps it signed in stands in two lines of [`Program::refresh`]: the store is read right before a refresh and written right
//! after, before what came is used. Whoever dies between the two sends the old token again, and gets the same answer.
//!
//! Settings come from the environment: ISSUER, CLIENT_ID (listed for the device grant), STORE (a file), and SCOPE if it is to be
//! another than `openid offline_access`.

#![expect(clippy::print_stdout, reason = "it speaks to whoever started it")]

use std::{
    env,
    error::Error,
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// A server that is in trouble (503), or not there, is asked again after so long.
const AGAIN: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> Outcome<()> {
    let program = Program::new().await?;
    match env::args().nth(1).as_deref() {
        Some("sign-in") => program.sign_in().await,
        Some("use") => program.use_once().await,
        // As if each access token had expired as soon as it was used.
        Some("restless") => loop {
            program.refresh().await?;
            program.use_once().await?;
        },
        _ => Err("say one of: sign-in, use, restless".into()),
    }
}

/// What is kept between two runs.
#[derive(Deserialize, Serialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

struct Program {
    http: reqwest::Client,
    metadata: Value,
    client_id: String,
    store: PathBuf,
}

impl Program {
    async fn new() -> Outcome<Self> {
        let issuer = env::var("ISSUER")?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        // RFC 8414 §3.1, for an issuer without a path; §3.3: it must be the one that was asked.
        let at = format!("{issuer}/.well-known/oauth-authorization-server");
        let metadata: Value = http.get(at).send().await?.error_for_status()?.json().await?;
        if metadata.get("issuer").and_then(Value::as_str) != Some(&issuer) {
            return Err("the metadata is another issuer's".into());
        }
        Ok(Self { http, metadata, client_id: env::var("CLIENT_ID")?, store: env::var("STORE")?.into() })
    }

    /// Shows the code, and asks until its person has decided.
    async fn sign_in(&self) -> Outcome<()> {
        let scope = env::var("SCOPE").unwrap_or_else(|_| "openid offline_access".to_owned());
        let (_, codes) = self.post("device_authorization_endpoint", &[("scope", &scope)]).await?;
        println!("Open {} and type {}", text(&codes, "verification_uri")?, text(&codes, "user_code")?);
        println!("or open {}", text(&codes, "verification_uri_complete")?);
        let device_code = text(&codes, "device_code")?;
        let mut pace = codes.get("interval").and_then(Value::as_u64).unwrap_or(5);
        loop {
            tokio::time::sleep(Duration::from_secs(pace)).await;
            let form = [("grant_type", DEVICE_CODE), ("device_code", device_code.as_str())];
            let (status, answer) = self.post("token_endpoint", &form).await?;
            match answer.get("error").and_then(Value::as_str) {
                None if status == 200 => {
                    keep(&self.store, &serde_json::from_value(answer)?)?;
                    println!("signed in");
                    return Ok(());
                }
                Some("authorization_pending") => {}
                Some("slow_down") => pace += 5,
                other => return Err(format!("not signed in: {}", other.unwrap_or("no reason given")).into()),
            }
        }
    }

    /// Uses the access token, a fresh one if the old one is not good any more.
    async fn use_once(&self) -> Outcome<()> {
        let mut tokens = kept(&self.store)?;
        for _ in 0..2 {
            let at = text(&self.metadata, "userinfo_endpoint")?;
            let answer = self.http.get(at).bearer_auth(&tokens.access_token).send().await?;
            if answer.status() != 401 {
                let who: Value = answer.error_for_status()?.json().await?;
                println!("used as {}", text(&who, "sub")?);
                return Ok(());
            }
            tokens = self.refresh().await?;
        }
        Err("a fresh access token is not good".into())
    }

    /// A new pair in place of the old one.
    async fn refresh(&self) -> Outcome<Tokens> {
        loop {
            let old = kept(&self.store)?.refresh_token;
            let form = [("grant_type", "refresh_token"), ("refresh_token", old.as_str())];
            match self.post("token_endpoint", &form).await {
                Ok((200, answer)) => {
                    let new: Tokens = serde_json::from_value(answer)?;
                    keep(&self.store, &new)?;
                    println!("refreshed");
                    return Ok(new);
                }
                // Only this is a verdict: the connection was ended, and its person must be asked again.
                Ok((_, answer)) if answer.get("error").and_then(Value::as_str) == Some("invalid_grant") => {
                    return Err("sign in again".into());
                }
                // A lost answer, a server that restarts, a database that is busy: the old token is still good to ask with.
                Ok(_) | Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Outcome<(u16, Value)> {
        let mut form = form.to_vec();
        form.push(("client_id", &self.client_id));
        let answer = self.http.post(text(&self.metadata, endpoint)?).form(&form).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }
}

fn text(answer: &Value, name: &str) -> Outcome<String> {
    let found = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {name}: {answer}").into())
}

fn kept(store: &Path) -> Outcome<Tokens> {
    Ok(serde_json::from_slice(&fs::read(store)?)?)
}

/// All of it or nothing, whenever this is killed and whenever the power fails: a new file, on the disk, in the old one's place.
fn keep(store: &Path, tokens: &Tokens) -> Outcome<()> {
    let new = store.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&serde_json::to_vec(tokens)?)?;
    file.sync_all()?;
    fs::rename(&new, store)?;
    if let Some(directory) = store.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
