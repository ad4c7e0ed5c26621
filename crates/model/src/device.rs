//! Device codes (RFC 8628): a request that a device began and a person decides elsewhere. Owns what the person types, and how often the
//! device may ask; the decision itself is the authorization's that the code was entered for.

use std::{fmt, time::Duration};

use protocol::AuthorizationRequest;

use crate::{Authorization, ClientId, Family, Id, SecretHash, ServerSecrets, Timestamp, server_secret::Purpose};

/// A device waits so long between two questions, and so much longer from each time on that it did not (RFC 8628 §3.2, §3.5).
pub const PACE: Duration = Duration::from_secs(5);
/// Timers fire early by a little, and the network is quicker one time than another.
const EARLY: Duration = Duration::from_millis(500);

/// A request of a device.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// Its id.
    pub id: Id<DeviceCode>,
    /// Who asks.
    pub client_id: ClientId,
    /// What is asked, validated when it arrived.
    pub request: AuthorizationRequest,
    /// SHA-256 of what the device asks with.
    pub device_hash: SecretHash,
    /// [`UserCode::tag`] of what the person types.
    pub user_code_tag: SecretHash,
    /// The version of the server's secret that the code and its tag are made with.
    pub key_version: u16,
    /// From which address it was asked.
    pub address: String,
    /// With which program, as it describes itself.
    pub user_agent: String,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it can no longer be decided.
    pub expires_at: Timestamp,
    /// How long the device waits between two questions.
    pub pace: Duration,
    /// When it asked last.
    pub polled_at: Option<Timestamp>,
    /// The request of the browser that entered the code first.
    pub authorization_id: Option<Id<Authorization>>,
    /// When the last answer was given: the code is dead.
    pub ended_at: Option<Timestamp>,
    /// The family that it was spent on.
    pub family_id: Option<Id<Family>>,
}

impl DeviceCode {
    /// The device asks while nobody has decided: whether it has waited long enough. If not, it must wait longer from now on.
    #[must_use]
    pub fn polled(self, now: Timestamp) -> (Self, bool) {
        let due = self.polled_at.is_none_or(|at| now.since(at) + EARLY >= self.pace);
        let pace = if due { self.pace } else { self.pace + PACE };
        (Self { pace, polled_at: Some(now), ..self }, due)
    }

    /// What its person types; nothing if the version of the server's secret is gone.
    #[must_use]
    pub fn user_code(&self, secrets: &ServerSecrets) -> Option<UserCode> {
        UserCode::of(self.id, self.key_version, secrets)
    }
}

/// The consonants that no two people read differently and no word is made of (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// The most that is looked at of what somebody typed.
const TYPED: usize = 64;

/// What a person types: eight letters out of twenty. Derived from the device code's id, so that the page can show it again while
/// nothing is kept of it but a tag.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// The code of this request; nothing if the version of the server's secret is gone.
    #[must_use]
    pub fn of(id: Id<DeviceCode>, key_version: u16, secrets: &ServerSecrets) -> Option<Self> {
        let mac = secrets.derive(key_version, Purpose::UserCode, &[b"code", id.as_str().as_bytes()])?;
        // 128 bits over 20^8: no letter is likelier than another by more than 2^-93.
        let mut number = mac.iter().take(16).fold(0u128, |sum, byte| (sum << 8) | u128::from(*byte));
        let mut letters = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let at = usize::try_from(number % 20).ok()?;
            letters.push(char::from(*LETTERS.get(at)?));
            number /= 20;
        }
        Some(Self(letters))
    }

    /// Reads what somebody typed or pasted: case, dashes and spaces do not matter.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let between = |character: char| character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}');
        let letters: String = typed
            .chars()
            .take(TYPED)
            .filter(|character| !between(*character))
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let sound = letters.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
        sound.then_some(Self(letters))
    }

    /// What is kept of it: HMAC under this version of the server's secret, as a hash.
    #[must_use]
    pub fn tag(&self, key_version: u16, secrets: &ServerSecrets) -> Option<SecretHash> {
        let mac = secrets.derive(key_version, Purpose::UserCode, &[b"tag", self.0.as_bytes()])?;
        Some(SecretHash::of(&mac))
    }

    /// As it is shown: `BCDF-GHJK`.
    #[must_use]
    pub fn grouped(&self) -> String {
        match self.0.split_at_checked(LENGTH / 2) {
            Some((first, second)) => format!("{first}-{second}"),
            None => self.0.clone(),
        }
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn secrets() -> ServerSecrets {
        ServerSecrets::new([(1, [7; 32]), (2, [8; 32])]).unwrap()
    }

    #[test]
    fn dev05_case_dashes_and_spaces_do_not_matter_and_no_letter_is_ambiguous() {
        for typed in
            ["BCDF-GHJK", "bcdfghjk", " b c d f - g h j k ", "BCDF\u{2013}GHJK", "bcdf\u{a0}ghjk", "Bcdf–gHJk\n"]
        {
            assert_eq!(UserCode::parse(typed).unwrap().grouped(), "BCDF-GHJK", "{typed:?}");
        }
        for typed in ["", "BCDFGHJ", "BCDFGHJKL", "ABCDEFGH", "BCDFGHJ1", "BCDFGHJÖ", "BCDF_GHJK", &"B".repeat(1000)] {
            assert!(UserCode::parse(typed).is_none(), "{typed:?}");
        }
        assert!(b"AEIOUY0123456789".iter().all(|letter| !LETTERS.contains(letter)));
    }

    #[test]
    fn a_code_is_made_again_from_its_id_and_kept_as_a_tag() {
        let id = Id::<DeviceCode>::new(Timestamp::from_seconds(1));
        let code = UserCode::of(id, 1, &secrets()).unwrap();
        assert_eq!(UserCode::parse(&code.grouped()), Some(code.clone()));
        assert_eq!(UserCode::of(id, 1, &secrets()), Some(code.clone()));
        assert_ne!(UserCode::of(id, 2, &secrets()), Some(code.clone()), "nobody makes it without the server's secret");
        let tag = code.tag(1, &secrets()).unwrap();
        assert_ne!(tag, code.tag(2, &secrets()).unwrap());
        assert_ne!(tag, SecretHash::of(code.0.as_bytes()), "not a plain hash");
        assert_eq!(format!("{code:?}"), "UserCode(…)");
        assert!(UserCode::of(id, 3, &secrets()).is_none());
    }

    #[test]
    fn dev04_all_letters_come_up_at_every_place() {
        let now = Timestamp::from_seconds(1);
        let codes: Vec<String> = (0..2000).map(|_| UserCode::of(Id::new(now), 1, &secrets()).unwrap().0).collect();
        for place in 0..LENGTH {
            let letters: HashSet<u8> = codes.iter().map(|code| code.as_bytes()[place]).collect();
            assert_eq!(letters.len(), 20);
        }
    }

    #[test]
    fn dev08_who_asks_too_soon_waits_longer_ever_after() {
        let at = |seconds| Timestamp::from_seconds(seconds);
        let device = DeviceCode {
            id: Id::new(at(0)),
            client_id: ClientId::new("c"),
            request: AuthorizationRequest::of_device("c".to_owned(), &protocol::Params::default()).unwrap(),
            device_hash: SecretHash::of(b"d"),
            user_code_tag: SecretHash::of(b"u"),
            key_version: 1,
            address: String::new(),
            user_agent: String::new(),
            created_at: at(0),
            expires_at: at(600),
            pace: PACE,
            polled_at: None,
            authorization_id: None,
            ended_at: None,
            family_id: None,
        };
        let (device, due) = device.polled(at(0));
        assert!(due, "the first question may come at once");
        let (device, due) = device.polled(at(5));
        assert!(due);
        let (device, due) = device.polled(at(9));
        assert!(!due);
        assert_eq!(device.pace.as_secs(), 10);
        let (device, due) = device.polled(at(14));
        assert!(!due, "five seconds are not enough any more");
        assert_eq!(device.pace.as_secs(), 15);
        let (device, due) = device.polled(at(29));
        assert!(due);
        assert_eq!(device.pace.as_secs(), 15, "and it stays so");
    }
}
