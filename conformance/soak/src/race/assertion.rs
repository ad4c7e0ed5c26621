//! An assertion of private_key_jwt, presented several times at once: its `jti` is used once (RFC 7523 §3).

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use drive::{
    Error, Installation,
    installation::{HOST, ISSUER},
    seed::RESOURCE,
    wire::{Form, encode},
};

use super::{Ended, Racers, outcome, tokens};

const CLIENT: &str = "robot";
const LIFETIME: Duration = Duration::from_secs(120);

/// A client that acts for itself and signs its assertions with ES256.
pub struct Robot {
    key: EcdsaKeyPair,
    token: Form,
}

impl Robot {
    /// Makes a key, and has the operator add the client.
    ///
    /// # Errors
    /// The command fails.
    pub async fn added(installation: &Installation) -> Result<Self, Error> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| no_key())?;
        let keys = written(installation, key.public_key().as_ref())?;
        let keys = keys.to_string_lossy();
        let add = ["client", "add", "--name", "Robot", "--id", CLIENT, "--kind", "private-key-jwt", "--jwks", &keys];
        let home = ["--grant-type", "client_credentials", "--organization", "acme", "--project", "apollo"];
        installation.command(&[&add[..], &home[..]].concat(), None).await?;
        Ok(Self { key, token: Form::new(HOST, "/token", &[]) })
    }

    fn request(&self, jti: &str) -> Result<Vec<u8>, Error> {
        let assertion = self.assertion(jti)?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "issues:read"),
            ("resource", RESOURCE),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        Ok(self.token.with(&[&encode(&fields)]))
    }

    fn assertion(&self, jti: &str) -> Result<String, Error> {
        let header = r#"{"alg":"ES256","typ":"client-authentication+jwt"}"#;
        let expires_at = now() + LIFETIME.as_secs();
        let claims =
            format!(r#"{{"iss":"{CLIENT}","sub":"{CLIENT}","aud":"{ISSUER}","exp":{expires_at},"jti":"{jti}"}}"#);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| no_key())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Presents one assertion. `jti` was never used before.
///
/// # Errors
/// A connection broke, or an answer that no server of this kind gives.
pub async fn race(racers: &mut Racers, robot: &Robot, jti: &str) -> Result<Ended, Error> {
    let requests = vec![robot.request(jti)?; racers.how_many()];
    let attempts = racers.at_once(&requests, |answer| tokens(answer, "invalid_client")).await?;
    let Some((won, lost)) = outcome(&attempts) else { return Ok(Ended::Void) };
    if won.len() != 1 || lost != requests.len() - 1 {
        return Ok(Ended::Wrong(format!("{} of {} attempts were accepted, {lost} refused", won.len(), requests.len())));
    }
    Ok(Ended::Right)
}

/// Writes the public key as a JWK set (RFC 7517 §5).
fn written(installation: &Installation, point: &[u8]) -> Result<PathBuf, Error> {
    // SEC 1 §2.3.3: 04, then both coordinates.
    let (x, y) = point.get(1..).and_then(|both| both.split_at_checked(32)).ok_or_else(no_key)?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let set = format!(
        r#"{{"keys":[{{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"robot","x":"{x}","y":"{y}"}}]}}"#
    );
    let path = installation.directory().join("robot.json");
    fs::write(&path, set).map_err(Error::io("writing the client's keys"))?;
    Ok(path)
}

#[expect(clippy::disallowed_methods, reason = "a client reads its own clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn no_key() -> Error {
    Error::Failed { program: "the client's key".to_owned(), said: "it cannot be made or used".to_owned() }
}
