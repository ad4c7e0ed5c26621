//! The texts of tokens. Input: a text.
//!
//! A token is accepted exactly when its fields are in the form and its tag is right, both decided here a second time: base62 as
//! plain arithmetic, HMAC from its definition (RFC 2104). A wrong tag is never accepted; the secret does not print.

use model::{ServerSecrets, Token, TokenKind};
use sha2::{Digest as _, Sha256};

const KINDS: [(TokenKind, &str); 6] = [
    (TokenKind::Access, "lyd_at_"),
    (TokenKind::Refresh, "lyd_rt_"),
    (TokenKind::Code, "lyd_ac_"),
    (TokenKind::Device, "lyd_dc_"),
    (TokenKind::ClientSecret, "lyd_cs_"),
    (TokenKind::ApiKey, KEY),
];
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY: &str = "lyd_key_";
const ID: usize = 22;

/// Between id and secret: a generation, or of an API key a `_`.
fn between(prefix: &str) -> usize {
    if prefix == KEY { 1 } else { 7 }
}

/// Id, what is between, secret, version.
fn length(prefix: &str) -> usize {
    ID + between(prefix) + 43 + 2
}

/// The property.
pub fn holds(data: &[u8]) {
    let secrets = ServerSecrets::new([(1, master(1)), (2, master(2))]).unwrap();
    let Ok(text) = std::str::from_utf8(data) else { return };
    for (kind, prefix) in KINDS {
        decides(text, kind, prefix, &secrets);
        // The fuzzer cannot guess a tag; with it, the fields behind it are reached.
        if let Some(tagged) = tagged(text, prefix) {
            decides(&tagged, kind, prefix, &secrets);
            changed(&tagged, text, kind, &secrets);
        }
    }
}

fn master(version: u8) -> [u8; 32] {
    [version; 32]
}

fn decides(text: &str, kind: TokenKind, prefix: &str, secrets: &ServerSecrets) {
    let read = Token::parse(text, kind, secrets);
    assert_eq!(read.is_some(), is_genuine(text, prefix), "{text}");
    let Some(token) = read else { return };
    assert_eq!(token.expose(secrets).as_deref(), Some(text), "it is written as it was read");
    assert_eq!(token.kind, kind);
    let id = prefix.len()..prefix.len() + ID;
    let secret = id.end + between(prefix)..id.end + between(prefix) + 43;
    assert_eq!(token.id.as_str(), &text[id]);
    assert!(!format!("{token:?} {token:#?}").contains(&text[secret]), "the secret prints");
    for (other, with) in KINDS {
        assert!(other == kind || Token::parse(&text.replacen(prefix, with, 1), other, secrets).is_none());
    }
}

/// One character of a genuine token is another one: where and which, the input says.
fn changed(tagged: &str, text: &str, kind: TokenKind, secrets: &ServerSecrets) {
    let sum = text.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let mut bytes = tagged.as_bytes().to_vec();
    let at = sum % bytes.len();
    let digit = DIGITS[(sum / 101) % 62];
    if bytes[at] != digit {
        bytes[at] = digit;
        assert!(Token::parse(&String::from_utf8(bytes).unwrap(), kind, secrets).is_none(), "{tagged} changed at {at}");
    }
}

fn is_genuine(text: &str, prefix: &str) -> bool {
    let Some(fields) = text.strip_prefix(prefix) else { return false };
    let (length, secret) = (length(prefix), ID + between(prefix));
    let is_mark = |at: usize| prefix == KEY && at == ID;
    let digits = |(at, byte): (usize, u8)| if is_mark(at) { byte == b'_' } else { byte.is_ascii_alphanumeric() };
    if fields.len() != length + 22 || !fields.bytes().enumerate().all(digits) {
        return false;
    }
    let (body, tag) = fields.split_at(length);
    let version = value(&body[length - 2..]);
    let fits = number(&body[..ID], 16).is_some() && number(&body[secret..secret + 43], 32).is_some();
    fits && tag_of(prefix, body, version).as_deref() == Some(tag)
}

/// The text's first line as the fields of a token, filled up with zeros, and the right tag.
fn tagged(text: &str, prefix: &str) -> Option<String> {
    let length = length(prefix);
    let fields: String = text.chars().filter(char::is_ascii_alphanumeric).take(length).collect();
    let mut body = format!("{fields:0<length$}");
    if prefix == KEY {
        body.replace_range(ID..=ID, "_");
    }
    let version = value(&body[length - 2..]);
    Some(format!("{prefix}{body}{}", tag_of(prefix, &body, version)?))
}

fn value(digits: &str) -> usize {
    digits.bytes().fold(0, |sum, digit| sum * 62 + DIGITS.iter().position(|known| *known == digit).unwrap())
}

/// The big-endian bytes of a base62 number, if it fits into so many.
fn number(digits: &str, bytes: usize) -> Option<Vec<u8>> {
    let mut sum = vec![0u8; bytes];
    for digit in digits.chars() {
        let mut carry = value(digit.encode_utf8(&mut [0; 4]));
        for byte in sum.iter_mut().rev() {
            carry += usize::from(*byte) * 62;
            *byte = u8::try_from(carry % 256).unwrap();
            carry /= 256;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(sum)
}

fn tag_of(prefix: &str, body: &str, version: usize) -> Option<String> {
    let version = u8::try_from(version).ok().filter(|version| [1, 2].contains(version))?;
    let key = hmac(&master(version), &[b"lanyard/1/tag"]);
    let length = |text: &str| u64::try_from(text.len()).unwrap().to_be_bytes();
    let mac = hmac(&key, &[&length(prefix), prefix.as_bytes(), &length(body), body.as_bytes()]);
    let mut left = u128::from_be_bytes(mac[..16].try_into().unwrap());
    let mut tag = [b'0'; 22];
    for digit in tag.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(left % 62).unwrap()];
        left /= 62;
    }
    String::from_utf8(tag.to_vec()).ok()
}

/// RFC 2104 §2 with SHA-256 and a key of 32 bytes.
fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |with: u8| std::array::from_fn::<u8, 64, _>(|at| key.get(at).copied().unwrap_or(0) ^ with);
    let inner = parts.iter().fold(Sha256::new_with_prefix(pad(0x36)), sha2::Digest::chain_update).finalize();
    Sha256::new_with_prefix(pad(0x5C)).chain_update(inner).finalize().into()
}
