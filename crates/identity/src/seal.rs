//! Sealing what must be kept secret and yet read again: AES-256-GCM under the server's own secret, which is never in the
//! database. Owns the sealed text's form; does not own what is sealed, nor the secret.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::ServerSecrets;
use protocol::OAuthError;
use zeroize::Zeroizing;

use crate::Error;

/// Seals `plain` under the current version, as `version.nonce.ciphertext` (both parts base64url). `purpose` says what it is
/// (a key's `kid`, say) and must be said again to open it, so that one sealed text cannot stand in for another.
///
/// # Errors
/// Trouble of the cipher, which cannot be expected.
pub(crate) fn seal(secrets: &ServerSecrets, purpose: &str, plain: &[u8]) -> Result<String, Error> {
    let version = secrets.current();
    let mut sealed = plain.to_vec();
    let nonce = cipher(secrets, version)?
        .seal_in_place_append_tag(Aad::from(bound(version, purpose)), &mut sealed)
        .map_err(|_| trouble(format!("sealing {purpose} failed")))?;
    Ok(format!("{version}.{}.{}", URL_SAFE_NO_PAD.encode(nonce.as_ref()), URL_SAFE_NO_PAD.encode(sealed)))
}

/// Opens what [`seal`] made under any version that is still present.
///
/// # Errors
/// A version that is gone, another purpose, or a text that was changed.
pub(crate) fn open(secrets: &ServerSecrets, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (version, nonce, ciphertext) =
        parts(sealed).ok_or_else(|| trouble(format!("{purpose} is not stored as a sealed text")))?;
    let mut plain = Zeroizing::new(ciphertext);
    let opened = cipher(secrets, version)?
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound(version, purpose)), &mut plain)
        .map_err(|_| {
            trouble(format!(
                "{purpose} cannot be opened: the secret of version {version} is not the one that sealed it"
            ))
        })?
        .len();
    plain.truncate(opened);
    Ok(plain)
}

/// The same under the current version; nothing if it is already.
///
/// # Errors
/// As [`open`].
pub(crate) fn reseal(secrets: &ServerSecrets, purpose: &str, sealed: &str) -> Result<Option<String>, Error> {
    if parts(sealed).is_some_and(|(version, ..)| version == secrets.current()) {
        return Ok(None);
    }
    seal(secrets, purpose, &open(secrets, purpose, sealed)?).map(Some)
}

fn cipher(secrets: &ServerSecrets, version: u16) -> Result<RandomizedNonceKey, Error> {
    let key = secrets.seal_key(version).ok_or_else(|| {
        trouble(format!("the key file no longer holds version {version} of the server's secret; put it back"))
    })?;
    RandomizedNonceKey::new(&AES_256_GCM, key.bytes()).map_err(|_| trouble("the sealing key was refused".to_owned()))
}

fn bound(version: u16, purpose: &str) -> String {
    format!("{version}.{purpose}")
}

fn parts(sealed: &str) -> Option<(u16, [u8; NONCE_LEN], Vec<u8>)> {
    let mut parts = sealed.split('.');
    let version = parts.next()?.parse().ok()?;
    let nonce = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
    let ciphertext = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    parts.next().is_none().then_some((version, nonce, ciphertext))
}

fn trouble(detail: String) -> Error {
    OAuthError::server_error(detail).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(versions: &[u16]) -> ServerSecrets {
        ServerSecrets::new(versions.iter().map(|version| (*version, [u8::try_from(*version).unwrap(); 32]))).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_under_its_version_and_purpose_only() {
        let one = secrets(&[1]);
        let sealed = seal(&one, "key a", b"private").unwrap();
        assert!(!sealed.contains("private") && sealed.starts_with("1."));
        assert_eq!(open(&one, "key a", &sealed).unwrap().as_slice(), b"private");
        assert_eq!(open(&secrets(&[1, 2]), "key a", &sealed).unwrap().as_slice(), b"private");
        assert!(open(&one, "key b", &sealed).is_err());
        assert!(open(&secrets(&[2]), "key a", &sealed).is_err());
        let other = ServerSecrets::new([(1, [9; 32])]).unwrap();
        assert!(open(&other, "key a", &sealed).is_err());
        assert_ne!(seal(&one, "key a", b"private").unwrap(), sealed, "a nonce serves once");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let one = secrets(&[1]);
        let sealed = seal(&one, "key a", b"private").unwrap();
        for at in 2..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(open(&one, "key a", &String::from_utf8(changed).unwrap()).is_err(), "character {at}");
        }
        for odd in ["", "1", "1..", "1.a.b.c", &format!("{sealed}.x"), &sealed[2..]] {
            assert!(open(&one, "key a", odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn resealing_moves_to_the_current_version_once() {
        let sealed = seal(&secrets(&[1]), "key a", b"private").unwrap();
        let both = secrets(&[1, 2]);
        let moved = reseal(&both, "key a", &sealed).unwrap().unwrap();
        assert_eq!(open(&secrets(&[2]), "key a", &moved).unwrap().as_slice(), b"private");
        assert!(reseal(&both, "key a", &moved).unwrap().is_none());
    }
}
