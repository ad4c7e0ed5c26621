//! A public key that verifies with exactly one algorithm, ours or a client's (RFC 8725 §3.1). Owns reading a JWK; does not
//! own where it comes from or whether it is trusted.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::Compact;
use crate::SigningAlgorithm;

/// A key and its one algorithm. RSA keys have 2048 to 8192 bits.
pub struct PublicKey {
    algorithm: SigningAlgorithm,
    material: Material,
}

enum Material {
    /// An uncompressed point.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a JWK (RFC 7517 §4) for use with `algorithm`; nothing if it is another kind of key, is meant for something else
    /// or for another algorithm, or is weaker than the algorithm asks.
    #[must_use]
    pub fn from_jwk(jwk: &Value, algorithm: SigningAlgorithm) -> Option<Self> {
        let text = |member: &str| jwk.get(member).and_then(Value::as_str);
        let verifies = match jwk.get("key_ops") {
            None => true,
            Some(ops) => ops.as_array()?.iter().any(|op| op == "verify"),
        };
        let for_signatures = jwk.get("use").is_none_or(|used| used == "sig");
        let for_algorithm = jwk.get("alg").is_none_or(|alg| alg == algorithm.as_str());
        if !(verifies && for_signatures && for_algorithm) {
            return None;
        }
        let number = |member: &str| URL_SAFE_NO_PAD.decode(text(member)?).ok();
        let material = match (algorithm, text("kty")?, text("crv")) {
            (SigningAlgorithm::ES256, "EC", Some("P-256")) => Material::P256(point(&number("x")?, &number("y")?)?),
            (SigningAlgorithm::EdDSA, "OKP", Some("Ed25519")) => {
                Material::Ed25519(number("x").filter(|x| x.len() == 32)?)
            }
            (SigningAlgorithm::RS256 | SigningAlgorithm::PS256, "RSA", _) => {
                let modulus = without_leading_zeros(number("n")?);
                let exponent = without_leading_zeros(number("e")?);
                // RFC 7518 §3.3: 2048 bits or more; more than 8192 is only work.
                let sized = (256..=1024).contains(&modulus.len()) && (1..=4).contains(&exponent.len());
                sized.then_some(Material::Rsa { modulus, exponent })?
            }
            _ => return None,
        };
        Some(Self { algorithm, material })
    }

    /// Whether this key made the signature, with the algorithm that the header names.
    #[must_use]
    pub fn verifies(&self, jws: &Compact<'_>) -> bool {
        let (message, signature) = (jws.signing_input.as_bytes(), jws.signature.as_slice());
        jws.algorithm == self.algorithm
            && match &self.material {
                Material::P256(point) => {
                    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
                }
                Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
                Material::Rsa { modulus, exponent } => {
                    let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                    key.verify(self.padding(), message, signature).is_ok()
                }
            }
    }

    fn padding(&self) -> &'static RsaParameters {
        match self.algorithm {
            SigningAlgorithm::PS256 => &RSA_PSS_2048_8192_SHA256,
            _ => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

/// SEC 1 §2.3.3, from coordinates of exactly 32 bytes (RFC 7518 §6.2.1.2).
fn point(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    (x.len() == 32 && y.len() == 32).then(|| [&[4], x, y].concat())
}

fn without_leading_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}
