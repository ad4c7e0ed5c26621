//! The demo provider's key, made anew at each start.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Secret;
use serde_json::{Value, json};
use server::command::Failure;

/// A key with its name.
pub(super) struct Signer {
    pair: EcdsaKeyPair,
    kid: String,
}

impl Signer {
    pub(super) fn new() -> Result<Self, Failure> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| Failure::failed("The demo provider has no key."))?;
        Ok(Self { pair, kid: Secret::generate().expose().chars().take(8).collect() })
    }

    /// The public key (RFC 7518 §6.2).
    pub(super) fn jwk(&self) -> Value {
        // SEC 1 §2.3.3: 0x04, then both coordinates.
        let point = self.pair.public_key().as_ref().get(1..).and_then(|point| point.split_at_checked(32));
        let (x, y) = point.unwrap_or_default();
        json!({
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// A JWT of these claims; nothing if the key cannot sign.
    pub(super) fn sign(&self, claims: &Value) -> Option<String> {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.kid });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes()).ok()?;
        Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// RFC 7636 §4.2.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
