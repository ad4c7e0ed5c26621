//! Making keys: the pair, its public JWK and its sealed private part. Slow for RSA, so never on a request's thread and never
//! inside a transaction.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    error::Unspecified,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Id, ServerSecrets, SigningKey, Timestamp};
use protocol::{OAuthError, SigningAlgorithm};
use serde_json::{Value, json};
use storage::Store;
use zeroize::Zeroizing;

use super::{ALGORITHMS, sealed_as};
use crate::{Error, seal};

/// Makes and stores a key for each algorithm that has none. Of processes that start at the same moment only one stores.
pub(super) async fn missing(store: &Store, secrets: &ServerSecrets, now: Timestamp) -> Result<(), Error> {
    let there = store.read().await?.signing_keys().await?;
    let missing = ALGORITHMS.into_iter().filter(|algorithm| !is_there(&there, *algorithm)).collect::<Vec<_>>();
    if missing.is_empty() {
        return Ok(());
    }
    let made = keys(missing, secrets, now).await?;
    store
        .transaction(move |tx| {
            let made = made.clone();
            Box::pin(async move {
                tx.lock_signing_keys().await?;
                let there = tx.signing_keys().await?;
                for key in made.iter().filter(|key| !is_there(&there, key.algorithm)) {
                    tx.insert_signing_key(key).await?;
                }
                Ok(())
            })
        })
        .await
}

fn is_there(keys: &[SigningKey], algorithm: SigningAlgorithm) -> bool {
    keys.iter().any(|key| key.algorithm == algorithm && key.retired_at.is_none())
}

/// New keys that sign from `now` on, not stored yet.
pub(super) async fn keys(
    algorithms: Vec<SigningAlgorithm>,
    secrets: &ServerSecrets,
    now: Timestamp,
) -> Result<Vec<SigningKey>, Error> {
    let secrets = secrets.clone();
    tokio::task::spawn_blocking(move || algorithms.into_iter().map(|algorithm| key(algorithm, &secrets, now)).collect())
        .await
        .unwrap_or_else(|_| Err(OAuthError::server_error("making a signing key was broken off").into()))
}

fn key(algorithm: SigningAlgorithm, secrets: &ServerSecrets, now: Timestamp) -> Result<SigningKey, Error> {
    let id = Id::<SigningKey>::new(now).to_string();
    let (private, mut jwk) = pair(algorithm)
        .map_err(|_| OAuthError::server_error(format!("making a key for {} failed", algorithm.as_str())))?;
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".to_owned(), id.clone().into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), algorithm.as_str().into());
    }
    let sealed_private_key = seal::seal(secrets, &sealed_as(&id), &private)?;
    Ok(SigningKey {
        id,
        algorithm,
        public_jwk: jwk.to_string(),
        sealed_private_key,
        created_at: now,
        signing_at: now,
        retired_at: None,
    })
}

/// A private key as PKCS#8 and its public part as JWK (RFC 7518 §6, RFC 8037 §2).
fn pair(algorithm: SigningAlgorithm) -> Result<(Zeroizing<Vec<u8>>, Value), Unspecified> {
    match algorithm {
        SigningAlgorithm::ES256 => p256(),
        SigningAlgorithm::EdDSA => ed25519(),
        SigningAlgorithm::RS256 | SigningAlgorithm::PS256 => rsa(),
    }
}

fn p256() -> Result<(Zeroizing<Vec<u8>>, Value), Unspecified> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    // SEC 1 §2.3.3: 0x04, then both coordinates.
    let (x, y) = pair.public_key().as_ref().get(1..).and_then(|point| point.split_at_checked(32)).ok_or(Unspecified)?;
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) });
    Ok((Zeroizing::new(pair.to_pkcs8v1()?.as_ref().to_vec()), jwk))
}

fn ed25519() -> Result<(Zeroizing<Vec<u8>>, Value), Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) });
    Ok((Zeroizing::new(pair.to_pkcs8v1()?.as_ref().to_vec()), jwk))
}

fn rsa() -> Result<(Zeroizing<Vec<u8>>, Value), Unspecified> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let public = pair.public_key();
    let jwk = json!({
        "kty": "RSA",
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    });
    let private: Pkcs8V1Der<'_> = pair.as_der()?;
    Ok((Zeroizing::new(private.as_ref().to_vec()), jwk))
}
