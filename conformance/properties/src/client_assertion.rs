//! `private_key_jwt` through the whole authority. Input: the JOSE header, a line feed, who signs, a line feed, the claims; or
//! one line, which is the assertion as it stands. Who signs is `own`, `foreign`, or the text of the third segment.
//!
//! An assertion is accepted only if it was signed by the client's own key and everything that RFC 7523 §3 asks for is so, which
//! is looked at here once more; all refusals look alike and are never trouble; no assertion is accepted twice.

mod stand;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::Error;
use protocol::{ClientCredentials, Confidential, ErrorCode};
use serde_json::Value;

use stand::{CLIENT, ISSUER, NOW, Stand};

use crate::{marked, refusal};

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let stand = Stand::shared();
    let mut lines = text.splitn(3, '\n');
    let (first, signer, claims) = (lines.next().unwrap_or_default(), lines.next(), lines.next());
    let (Some(signer), Some(claims)) = (signer, claims) else {
        // Nobody can guess a signature: whatever stands here was never made by the client.
        assert!(presented(stand, text, "").is_none());
        return;
    };
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(first), URL_SAFE_NO_PAD.encode(claims));
    let signature = match signer {
        "own" => stand.own.sign(first, &input),
        "foreign" => stand.foreign.sign(first, &input),
        written => written.to_owned(),
    };
    let assertion = format!("{input}.{signature}");
    if let Some(client_id) = presented(stand, &assertion, claims) {
        assert_eq!((client_id.as_str(), signer), (CLIENT, "own"));
        is_trusted(first);
        is_meant(claims);
        assert!(presented(stand, &assertion, claims).is_none(), "a second time");
        altered(stand, &input, &signature, claims);
    }
    if marked::is_free_of_it(data) {
        let credentials = ClientCredentials::Assertion { client_id: None, assertion: Confidential::new(marked::MARK) };
        marked::does_not_print(&credentials);
    }
}

/// The client that an assertion proved to be, if it did; how it was refused is checked.
fn presented(stand: &Stand, assertion: &str, claims: &str) -> Option<String> {
    let credentials = ClientCredentials::Assertion { client_id: None, assertion: Confidential::new(assertion) };
    match stand.authenticate(credentials) {
        Ok(client) => Some(client.client().id.as_str().to_owned()),
        Err(Error::Refused(refused)) => {
            refusal::is_sayable(&refused);
            assert_eq!(refused.code, ErrorCode::InvalidClient);
            assert_eq!(refused.description, "client authentication failed", "all refusals look alike");
            assert!(!refused.detail.is_empty(), "the log learns why");
            // The detail is the log's: it quotes nothing that was sent.
            assert!(refused.detail.len() < 100 && (claims.len() < 30 || !refused.detail.contains(claims)));
            None
        }
        Err(trouble) => panic!("a text is never trouble: {trouble:?}"),
    }
}

/// RFC 8725 §3.1, §3.10, §3.11: the registered kind of key, and a header that brings no key and no rule of its own.
fn is_trusted(header: &str) {
    let header: Value = serde_json::from_str(header).unwrap();
    assert!(["ES256", "EdDSA"].contains(&header["alg"].as_str().unwrap()));
    for member in ["jku", "jwk", "x5u", "crit", "b64"] {
        assert!(header[member].is_null(), "{member}");
    }
    let typ = header.get("typ").and_then(Value::as_str).unwrap_or("JWT");
    assert!(["jwt", "client-authentication+jwt"].contains(&typ.to_ascii_lowercase().as_str()), "{typ}");
}

/// RFC 7523 §3, as its revision tightens it.
fn is_meant(claims: &str) {
    let claims: Value = serde_json::from_str(claims).unwrap();
    assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&CLIENT.into(), &CLIENT.into(), &ISSUER.into()));
    let seconds = |name: &str| claims.get(name).map(|time| time.as_u64().unwrap());
    let expires = seconds("exp").unwrap();
    assert!(expires > NOW && expires <= NOW + 610, "{expires}");
    assert!(seconds("iat").is_none_or(|time| time <= NOW + 10) && seconds("nbf").is_none_or(|time| time <= NOW + 10));
    let jti = claims["jti"].as_str().unwrap();
    assert!((1..=512).contains(&jti.len()) && !jti.contains(char::is_control));
}

/// A signature is over these bytes and no others.
fn altered(stand: &Stand, input: &str, signature: &str, claims: &str) {
    let at = claims.len() % input.len();
    let mut bytes = input.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let input = String::from_utf8(bytes).unwrap();
    assert!(presented(stand, &format!("{input}.{signature}"), "").is_none());
    let mut other = signature.as_bytes().to_vec();
    let at = claims.len() % other.len();
    other[at] = if other[at] == b'A' { b'B' } else { b'A' };
    assert!(presented(stand, &format!("{input}.{}", String::from_utf8(other).unwrap()), "").is_none());
}
