//! Ids: 128 bits of which the first 48 are the time in milliseconds, so that what is inserted together lies together.

use std::{fmt, hash::Hash, marker::PhantomData};

use rand::Rng as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Timestamp, base62};

/// The length of an id's text.
pub const LENGTH: usize = 22;

/// The id of a `T`: 22 characters of base62. An id names, it is never a secret.
pub struct Id<T: ?Sized> {
    text: [u8; LENGTH],
    of: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Id<T> {
    /// A fresh id that sorts behind those made before `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let mut bytes = [0u8; 16];
        rand::rng().fill_bytes(&mut bytes);
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
        for (byte, time) in bytes.iter_mut().zip(millis.to_be_bytes().iter().skip(2)) {
            *byte = *time;
        }
        Self { text: base62::encode(&bytes), of: PhantomData }
    }

    /// Reads an id; nothing if it is not 22 digits of base62 below 2^128.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        base62::decode::<16>(text)?;
        Some(Self { text: text.as_bytes().try_into().ok()?, of: PhantomData })
    }

    /// The id that these 128 bits are.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { text: base62::encode(&bytes), of: PhantomData }
    }

    /// The 128 bits.
    #[must_use]
    pub fn bytes(&self) -> [u8; 16] {
        base62::decode(self.as_str()).unwrap_or_default()
    }

    /// The 22 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// The same id as that of another kind of thing (an access token carries its family's).
    #[must_use]
    pub fn cast<U: ?Sized>(self) -> Id<U> {
        Id { text: self.text, of: PhantomData }
    }
}

impl<T: ?Sized> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: ?Sized> Copy for Id<T> {}
impl<T: ?Sized> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<T: ?Sized> Eq for Id<T> {}
impl<T: ?Sized> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: ?Sized> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}
impl<T: ?Sized> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<T: ?Sized> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl<T: ?Sized> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl<T: ?Sized> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de, T: ?Sized> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_behind_earlier_ones() {
        let early = Id::<()>::new(Timestamp::from_seconds(1_700_000_000));
        let late = Id::<()>::new(Timestamp::from_seconds(1_700_000_001));
        assert!(early < late);
        assert_eq!(Id::parse(early.as_str()), Some(early));
        assert_eq!(Id::<()>::parse("short"), None);
        assert_eq!(Id::from_bytes(early.bytes()), early);
    }
}
