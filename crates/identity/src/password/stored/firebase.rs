//! Firebase's variant of scrypt: the first 32 bytes that scrypt makes are the key of AES-256 in counter mode, and what stands
//! in an export is the project's signer key, encrypted with it.
//!
//! What is kept is not that, but the stream of the cipher: both together give it, it tells a right password from a wrong one
//! just as well, and the signer key, a secret of the whole project, need not be kept at all.

use argon2::password_hash::phc::{Output, Salt};
use aws_lc_rs::{
    cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey},
    iv::FixedLength,
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use protocol::Members;
use serde_json::Value;

use super::{ScryptCost, Stored, Unusable, unusable};

pub(super) const KEY_BYTES: usize = 32;
/// Of a signer key, and so of the stream.
const STREAM_BYTES: usize = 64;

/// Both of base64's alphabets occur in exports, with padding and without.
const EITHER: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, EITHER);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, EITHER);

/// One account's hash with its project's parameters, as Firebase's export and console name them; bytes in base64.
pub(crate) struct Firebase {
    hash: String,
    salt: String,
    salt_separator: String,
    signer_key: String,
    rounds: u32,
    mem_cost: u32,
}

impl Firebase {
    /// Takes the fields out of an object that has these and no others.
    pub(crate) fn parse(value: Value) -> Result<Self, Unusable> {
        let mut members = Members::from_value(value).map_err(Unusable)?;
        let firebase = Self {
            hash: text(&mut members, "hash")?,
            salt: text(&mut members, "salt")?,
            salt_separator: text(&mut members, "salt_separator")?,
            signer_key: text(&mut members, "signer_key")?,
            rounds: number(&mut members, "rounds")?,
            mem_cost: number(&mut members, "mem_cost")?,
        };
        match members.names().next() {
            Some(_) => Err(unusable("Firebase's hash has fields that are not known")),
            None => Ok(firebase),
        }
    }

    pub(crate) fn read(&self) -> Result<Stored, Unusable> {
        let cost = ScryptCost::new(self.mem_cost, self.rounds, 1)?;
        let mut salt = bytes("salt", &self.salt)?;
        salt.extend(bytes("salt_separator", &self.salt_separator)?);
        let salt = Salt::new(&salt).map_err(|_| unusable("Firebase's salt is not of 8 to 48 bytes"))?;
        let (hash, key) = (bytes("hash", &self.hash)?, bytes("signer_key", &self.signer_key)?);
        if hash.len() != STREAM_BYTES || key.len() != STREAM_BYTES {
            return Err(unusable("Firebase's hash and signer_key are not of 64 bytes each"));
        }
        let stream: Vec<u8> = hash.iter().zip(&key).map(|(hash, key)| hash ^ key).collect();
        let stream = Output::new(&stream).map_err(|_| unusable("Firebase's hash is not of 64 bytes"))?;
        Ok(Stored::Firebase { cost, salt, stream })
    }
}

pub(super) fn check(stream: &Output) -> Result<(), Unusable> {
    if stream.len() == STREAM_BYTES { Ok(()) } else { Err(unusable("the hash is not of 64 bytes")) }
}

/// The cipher's stream under what scrypt made.
pub(super) fn stream(key: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |_| "AES refused what scrypt made".to_owned();
    let key = UnboundCipherKey::new(&AES_256, key).and_then(DecryptingKey::ctr).map_err(failed)?;
    let mut stream = vec![0; STREAM_BYTES];
    // In counter mode both directions are one.
    key.decrypt(&mut stream, DecryptionContext::Iv128(FixedLength::from([0; 16]))).map_err(failed)?;
    Ok(stream)
}

fn text(members: &mut Members, name: &str) -> Result<String, Unusable> {
    members.text(name).map_err(Unusable)?.ok_or_else(|| unusable(format!("Firebase's {name} is missing")))
}

fn number(members: &mut Members, name: &str) -> Result<u32, Unusable> {
    let number = members.value(name).and_then(|value| value.as_u64()).and_then(|number| number.try_into().ok());
    number.ok_or_else(|| unusable(format!("Firebase's {name} is missing, or no number")))
}

fn bytes(name: &str, text: &str) -> Result<Vec<u8>, Unusable> {
    let read = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    read.map_err(|_| unusable(format!("Firebase's {name} is not base64")))
}
