//! The Authorization header of a client. Input: the header's value.
//!
//! It is read a second time here, after RFC 7617 §2 and RFC 6749 §2.3.1, with a base64 decoder of its own: accepted there
//! exactly when accepted here, as the same name and secret. Whatever was encoded as the RFCs say is read back.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{ClientCredentials, Params};

use crate::{marked, refusal};

/// The property.
pub fn holds(data: &[u8]) {
    what_was_encoded_is_read_back(data);
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    // What is not visible ASCII is no header for the handlers.
    let Ok(header) = value.to_str() else { return };
    match (ClientCredentials::parse(Some(header), &mut Params::default()), read(header)) {
        (Ok(ClientCredentials::Basic { client_id, secret }), Some(expected)) => {
            assert_eq!((client_id, secret.expose().to_owned()), expected);
        }
        // RFC 6749 §2.3.1: the secret may be left out if it is empty.
        (Ok(ClientCredentials::None { client_id }), Some((id, secret))) => {
            assert!(client_id == id && secret.is_empty());
        }
        (Err(error), None) => {
            refusal::is_sayable(&error);
            assert!(error.basic_challenge && error.status() == 401);
        }
        (parsed, expected) => panic!("{parsed:?} instead of {expected:?}"),
    }
}

fn what_was_encoded_is_read_back(data: &[u8]) {
    let Some((id, secret)) = std::str::from_utf8(data).ok().and_then(|text| text.split_once('\n')) else { return };
    let is_client_id = (1..=2048).contains(&id.len()) && id.chars().all(|c| (' '..='~').contains(&c));
    if !is_client_id || secret.is_empty() {
        return;
    }
    let header = |secret: &str| {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
    };
    match ClientCredentials::parse(Some(&header(secret)), &mut Params::default()) {
        Ok(ClientCredentials::Basic { client_id, secret: read }) => {
            assert_eq!((client_id.as_str(), read.expose()), (id, secret));
        }
        other => panic!("{other:?}"),
    }
    if marked::is_free_of_it(data) {
        marked::does_not_print(&ClientCredentials::parse(Some(&header(marked::MARK)), &mut Params::default()));
        let twice = &mut Params::parse(&format!("client_secret={}", marked::MARK)).unwrap();
        marked::does_not_print(&ClientCredentials::parse(Some(&header(marked::MARK)), twice));
    }
}

/// The name and the secret, or nothing.
fn read(header: &str) -> Option<(String, String)> {
    let header = header.trim_matches([' ', '\t']);
    let space = header.find(' ')?;
    if !header[..space].eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = decoded(header[space..].trim_matches([' ', '\t']).as_bytes())?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    // The whole pair is UTF-8 before it is taken apart.
    std::str::from_utf8(&pair).ok()?;
    let (id, secret) = (plain(&pair[..colon])?, plain(&pair[colon + 1..])?);
    let is_client_id = (1..=2048).contains(&id.len()) && id.chars().all(|c| (' '..='~').contains(&c));
    is_client_id.then_some((id, secret))
}

/// RFC 4648 §4, strictly, but that padding may be left out.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let padding = text.len() - digits;
    if digits % 4 == 1 || padding > (4 - digits % 4) % 4 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in &text[..digits] {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

/// Form-decoded where it is form-encoded, which a percent sign tells.
fn plain(text: &[u8]) -> Option<String> {
    if !text.contains(&b'%') {
        return String::from_utf8(text.to_vec()).ok();
    }
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        (rest, _) = match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => (&after[2..], bytes.push(u8::try_from(high * 16 + low).ok()?)),
            (b'+', ..) => (after, bytes.push(b' ')),
            (other, ..) => (after, bytes.push(*other)),
        };
    }
    String::from_utf8(bytes).ok()
}
