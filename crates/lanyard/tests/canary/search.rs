//! Finding a secret wherever it stands and however it was written down: as it is, in hexadecimal, base64, percent-encoding, as
//! numbers, escaped. One pass over the text, however many secrets are looked for.

use std::{collections::HashMap, fmt::Write as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use sha2::{Digest as _, Sha256};

/// Shorter texts would be found by chance.
const SHORTEST: usize = 12;
/// So many bytes tell whether it is worth to compare.
const PREFIX: usize = 8;

/// All ways to write a secret down.
pub fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all: Vec<(&'static str, Vec<u8>)> = vec![("as it is", secret.to_vec())];
    let each = |with: fn(&mut String, u8)| {
        let mut text = String::new();
        secret.iter().for_each(|byte| with(&mut text, *byte));
        text.into_bytes()
    };
    all.push(("hex", each(|text, byte| write!(text, "{byte:02x}").unwrap())));
    all.push(("HEX", each(|text, byte| write!(text, "{byte:02X}").unwrap())));
    all.push(("percent", each(|text, byte| write!(text, "%{byte:02x}").unwrap())));
    all.push(("PERCENT", each(|text, byte| write!(text, "%{byte:02X}").unwrap())));
    all.push(("numbers", trimmed(each(|text, byte| write!(text, "{byte}, ").unwrap()), 2)));
    all.push(("a JSON array", trimmed(each(|text, byte| write!(text, "{byte},").unwrap()), 1)));
    for (alphabet, name) in [(&STANDARD_NO_PAD, "base64"), (&URL_SAFE_NO_PAD, "base64url")] {
        all.extend((0..3).map(|shift| (name, aligned(alphabet, secret, shift))));
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        all.push(("a form", form_urlencoded::byte_serialize(secret).collect::<String>().into_bytes()));
        all.push(("a URL", url_encoded(secret)));
        let json = inside(&serde_json::to_string(text).unwrap());
        all.push(("a JSON text within one", inside(&serde_json::to_string(&String::from_utf8_lossy(&json)).unwrap())));
        all.push(("a JSON text", json));
        all.push(("Debug", inside(&format!("{text:?}"))));
        all.push(("HTML", html(text).into_bytes()));
    }
    all.retain(|(_, spelling)| spelling.len() >= SHORTEST);
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all.dedup_by(|one, other| one.1 == other.1);
    all
}

/// A plain hash of what a person can remember is as good as the text.
pub fn hashed(secret: &[u8]) -> Vec<Vec<u8>> {
    vec![Sha256::digest(secret).to_vec()]
}

/// Base64 of the secret inside of something longer: what its neighbours have a part in is left out.
fn aligned(alphabet: &impl base64::Engine, secret: &[u8], shift: usize) -> Vec<u8> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(secret);
    let text = alphabet.encode(&bytes);
    let end = text.len() - usize::from(!bytes.len().is_multiple_of(3));
    text.as_bytes()[(shift * 8).div_ceil(6)..end].to_vec()
}

fn url_encoded(secret: &[u8]) -> Vec<u8> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut text = String::new();
    for byte in secret {
        if plain(*byte) { text.push(char::from(*byte)) } else { write!(text, "%{byte:02X}").unwrap() }
    }
    text.into_bytes()
}

fn html(text: &str) -> String {
    let escapes = [("&", "&#38;"), ("<", "&#60;"), (">", "&#62;"), ("\"", "&#34;"), ("'", "&#39;")];
    escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Without the quotes around it.
fn inside(quoted: &str) -> Vec<u8> {
    quoted.as_bytes()[1..quoted.len() - 1].to_vec()
}

fn trimmed(mut text: Vec<u8>, by: usize) -> Vec<u8> {
    text.truncate(text.len().saturating_sub(by));
    text
}

/// Looks for many texts at once.
pub struct Search<T> {
    needles: Vec<(Vec<u8>, T)>,
    by_prefix: HashMap<u64, Vec<usize>>,
    first_bytes: Vec<bool>,
}

impl<T: Clone> Search<T> {
    /// For these texts, none of them shorter than twelve bytes.
    pub fn new(needles: Vec<(Vec<u8>, T)>) -> Self {
        let mut by_prefix: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut first_bytes = vec![false; 1 << 16];
        for (at, (needle, _)) in needles.iter().enumerate() {
            assert!(needle.len() >= SHORTEST, "too short to be looked for");
            let prefix = u64::from_le_bytes(needle[..PREFIX].try_into().unwrap());
            by_prefix.entry(prefix).or_default().push(at);
            first_bytes[usize::from(needle[0]) | usize::from(needle[1]) << 8] = true;
        }
        Self { needles, by_prefix, first_bytes }
    }

    /// Where each text stands that stands there: its place in bytes, and what it is.
    pub fn found(&self, text: &[u8]) -> Vec<(usize, T)> {
        let mut found = Vec::new();
        for (at, window) in text.windows(PREFIX).enumerate() {
            if !self.first_bytes[usize::from(window[0]) | usize::from(window[1]) << 8] {
                continue;
            }
            let prefix = u64::from_le_bytes(window.try_into().unwrap());
            for number in self.by_prefix.get(&prefix).into_iter().flatten() {
                let (needle, what) = &self.needles[*number];
                if text[at..].starts_with(needle) {
                    found.push((at, what.clone()));
                }
            }
        }
        found
    }
}

#[test]
fn every_spelling_is_found_wherever_it_stands() {
    let secret = "p4ss \"wörd\" <&> with\\all+of%it";
    let search = Search::new(spellings(secret.as_bytes()).into_iter().map(|(how, text)| (text, how)).collect());
    let finds = |text: &str| !search.found(text.as_bytes()).is_empty();
    assert!(!finds("nothing of the kind, and a p4ss \"wörd\" that is another"));
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for before in ["", "x", "xy", "xyz", "client:"] {
        let all = format!("{before}{secret} and more");
        for written in [
            all.clone(),
            hex(&all),
            hex(&all).to_uppercase(),
            STANDARD_NO_PAD.encode(&all),
            URL_SAFE_NO_PAD.encode(&all),
            form_urlencoded::byte_serialize(all.as_bytes()).collect(),
            all.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            serde_json::to_string(&all).unwrap(),
            serde_json::to_string(&serde_json::to_string(&all).unwrap()).unwrap(),
            format!("{all:?}"),
            format!("{:?}", all.as_bytes()),
            serde_json::to_string(all.as_bytes()).unwrap(),
            html(&all),
        ] {
            assert!(finds(&written), "{written}");
        }
    }
}
