//! The keys that nobody but the server holds: what is derived from its own secret, and the private parts of its signing keys,
//! opened here as the server opens them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::{Secret, ServerSecrets};
use sha2::Sha256;

use super::{binary::Site, database, ledger::Ledger};

/// Makes the ledger know all of them.
pub async fn learn(site: &Site) {
    let masters = masters(site);
    for (version, master) in &masters {
        for label in ["tag", "successor", "code", "csrf", "counter", "seal"] {
            let mut mac = Hmac::<Sha256>::new_from_slice(master).unwrap();
            mac.update(format!("lanyard/1/{label}").as_bytes());
            let key = mac.finalize().into_bytes();
            site.ledger.kept(&format!("the {label} key of version {version}"), &key, None);
        }
    }
    let secrets = ServerSecrets::new(masters).unwrap();
    let sealed = database::sealed_keys(site).await;
    assert!(sealed.len() >= 3, "a key for each algorithm");
    for (id, sealed) in sealed {
        learn_private(&site.ledger, &id, &opened(&secrets, &id, &sealed));
    }
}

fn masters(site: &Site) -> Vec<(u16, [u8; 32])> {
    let text = std::fs::read_to_string(site.path("keys.toml")).unwrap();
    let values = text.lines().filter_map(|line| line.strip_prefix("value = "));
    let bytes = values.map(|value| *Secret::parse(value.trim_matches('"')).unwrap().bytes());
    (1..).zip(bytes).collect()
}

fn opened(secrets: &ServerSecrets, id: &str, sealed: &str) -> Vec<u8> {
    let mut parts = sealed.split('.');
    let version: u16 = parts.next().unwrap().parse().unwrap();
    let mut bytes = || URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
    let (nonce, mut text) = (bytes(), bytes());
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secrets.seal_key(version).unwrap().bytes()).unwrap());
    let bound = Aad::from(format!("{version}.signing key {id}"));
    let length = key.open_in_place(Nonce::try_assume_unique_for_key(&nonce).unwrap(), bound, &mut text).unwrap().len();
    text.truncate(length);
    text
}

/// PKCS #8: the numbers of an elliptic curve are an octet string of 32 bytes; of RSA, pieces from the middle of the private
/// exponent, of a prime and of the coefficient are looked for.
fn learn_private(ledger: &Ledger, id: &str, der: &[u8]) {
    let name = format!("the private part of signing key {id}");
    let pieces: Vec<&[u8]> = if der.len() > 1000 {
        vec![&der[340..400], &der[620..680], &der[der.len() - 100..der.len() - 40]]
    } else {
        let at = der.windows(2).position(|two| two == [4, 32]).unwrap();
        vec![&der[at + 2..at + 34]]
    };
    pieces.into_iter().for_each(|piece| ledger.kept(&name, piece, None));
}
