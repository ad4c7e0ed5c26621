//! What is secret and where it was told, and everything that was written anywhere. At the end the two are held against each
//! other.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use model::Secret;

use super::search::{Search, hashed, spellings};

/// One thing that was written: a log, an answer's body, a database.
struct Place {
    name: String,
    bytes: Vec<u8>,
}

struct Known {
    name: String,
    /// The pieces that nobody may see: the whole, or the part of it that is secret.
    pieces: Vec<Vec<u8>>,
    /// Where it may stand, because it was handed out there.
    told_in: BTreeSet<usize>,
}

#[derive(Default)]
struct Books {
    places: Vec<Place>,
    secrets: Vec<Known>,
    by_text: HashMap<Vec<u8>, usize>,
}

/// All secrets and all places.
#[derive(Default)]
pub struct Ledger(Mutex<Books>);

impl Ledger {
    /// Something was written; gives its number.
    pub fn saw(&self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> usize {
        let mut books = self.0.lock().unwrap();
        books.places.push(Place { name: name.into(), bytes: bytes.into() });
        books.places.len() - 1
    }

    /// A text of ours that may stand nowhere. What a person remembers may not stand anywhere as its plain hash either.
    pub fn typed(&self, name: &str, text: &str) {
        let pieces = std::iter::once(text.as_bytes().to_vec()).chain(hashed(text.as_bytes())).collect();
        self.know(name, text.as_bytes(), pieces, None);
    }

    /// Bytes that may stand nowhere, or only where they were told.
    pub fn kept(&self, name: &str, bytes: &[u8], told_in: Option<usize>) {
        self.know(name, bytes, vec![bytes.to_vec()], told_in);
    }

    /// The server gave it out at this place; the same text may be given again, at another.
    pub fn handed_out(&self, name: &str, text: &str, at: usize) {
        self.know(name, text.as_bytes(), pieces(text), Some(at));
    }

    /// A secret that is known already is shown here to the one who sent it.
    pub fn may_stand_in(&self, text: &str, place: usize) {
        let mut books = self.0.lock().unwrap();
        let at = books.by_text[text.as_bytes()];
        books.secrets[at].told_in.insert(place);
    }

    fn know(&self, name: &str, text: &[u8], pieces: Vec<Vec<u8>>, told_in: Option<usize>) {
        let mut books = self.0.lock().unwrap();
        let next = books.secrets.len();
        let at = *books.by_text.entry(text.to_vec()).or_insert(next);
        if at == next {
            books.secrets.push(Known { name: name.to_owned(), pieces, told_in: BTreeSet::new() });
        }
        books.secrets[at].told_in.extend(told_in);
    }

    /// How many secrets, places and bytes there are.
    pub fn size(&self) -> (usize, usize, usize) {
        let books = self.0.lock().unwrap();
        (books.secrets.len(), books.places.len(), books.places.iter().map(|place| place.bytes.len()).sum())
    }

    /// Every secret that stands where it was not handed out, in words.
    pub fn leaks(&self) -> Vec<String> {
        let books = self.0.lock().unwrap();
        let mut needles = Vec::new();
        for (number, secret) in books.secrets.iter().enumerate() {
            for piece in &secret.pieces {
                needles.extend(spellings(piece).into_iter().map(|(how, text)| (text, (number, how))));
            }
        }
        let search = Search::new(needles);
        let mut leaks = Vec::new();
        for (number, place) in books.places.iter().enumerate() {
            for (at, (secret, how)) in search.found(&place.bytes) {
                let known = &books.secrets[secret];
                if !known.told_in.contains(&number) {
                    leaks.push(format!(
                        "{} stands in {} as {how}, {}",
                        known.name,
                        place.name,
                        around(&place.bytes, at)
                    ));
                }
            }
        }
        leaks.sort();
        leaks.dedup_by(|one, other| one.split(',').next() == other.split(',').next());
        leaks
    }
}

/// Of our tokens only the 43 digits in the middle are secret, and the 32 bytes that they stand for: prefix, id and generation
/// may be written, and a half is as bad as the whole.
fn pieces(text: &str) -> Vec<Vec<u8>> {
    let secret = match text.strip_prefix("lyd_") {
        Some(_) if text.len() == 103 => &text[36..79],
        Some(_) if text.starts_with("lyd_cs_") => &text[7..],
        Some(_) if text.starts_with("lyd_key_") => &text[31..74],
        None if text.starts_with("whsec_") => &text[6..],
        // The signature of a JWT: header and claims tell nothing that opens anything.
        None if text.starts_with("ey") && text.matches('.').count() == 2 => text.rsplit('.').next().unwrap(),
        _ => text,
    };
    let mut pieces = vec![secret.as_bytes().to_vec()];
    if secret.len() >= 32 {
        pieces.push(secret.as_bytes()[..secret.len() / 2].to_vec());
    }
    pieces.extend(Secret::parse(secret).map(|secret| secret.bytes().to_vec()));
    pieces
}

/// What stands around, for whoever has to find it. These are a test's secrets.
fn around(bytes: &[u8], at: usize) -> String {
    let (from, to) = (at.saturating_sub(200), (at + 80).min(bytes.len()));
    format!("at {at}: …{}…", String::from_utf8_lossy(&bytes[from..to]))
}

#[test]
fn a_secret_is_a_leak_but_where_it_was_handed_out() {
    let ledger = Ledger::default();
    let secret = Secret::generate();
    let token = format!("lyd_at_{}0000001{}01{}", "0".repeat(22), secret.expose(), "1".repeat(22));
    let answer = ledger.saw("the answer", format!("{{\"access_token\":\"{token}\"}}"));
    ledger.handed_out("an access token", &token, answer);
    assert_eq!(ledger.leaks(), Vec::<String>::new());
    for (place, written) in [
        ("a log", token.clone()),
        ("a log of bytes", format!("{:?}", secret.bytes())),
        ("a database", secret.bytes().iter().map(|byte| format!("{byte:02x}")).collect()),
        ("half of it", token[30..60].to_owned()),
    ] {
        let before = ledger.leaks().len();
        ledger.saw(place, written);
        let leaks = ledger.leaks();
        assert_eq!(leaks.len(), before + 1, "{place}: {leaks:#?}");
        assert!(leaks.iter().any(|leak| leak.contains(place)));
    }
    ledger.saw("what may be known", &token[..36]);
    assert_eq!(ledger.leaks().len(), 4);
}

#[test]
fn a_password_is_a_leak_as_its_plain_hash_too() {
    let ledger = Ledger::default();
    ledger.typed("a password", "correct horse battery staple");
    let [hash] = hashed(b"correct horse battery staple").try_into().unwrap();
    use base64::Engine as _;
    ledger.saw("a table", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash));
    assert_eq!(ledger.leaks().len(), 1);
}
