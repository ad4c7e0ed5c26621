//! What the text of a token carries: kind, id, generation, secret, key version and a tag.
//!
//! `lyd_rt_` id (22) generation (7) secret (43) version (2) tag (22), all base62; an API key and a personal API token have `_` in the
//! place of the generation, since they have none. The tag is a MAC of 128 bits under the server's key over everything before it, so that
//! what was never issued is refused without asking the database.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::{Id, Secret, ServerSecrets, base62, id::LENGTH as ID, server_secret::Purpose};

const GENERATION: usize = 7;
const SECRET: usize = 43;
const VERSION: usize = 2;
const TAG: usize = 22;

/// What a token is for. Each kind has a prefix of its own, for secret scanners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `lyd_at_`
    Access,
    /// `lyd_rt_`
    Refresh,
    /// `lyd_ac_`
    Code,
    /// `lyd_dc_`: what a device asks with (RFC 8628)
    Device,
    /// `lyd_cs_`: a client's or a resource server's secret
    ClientSecret,
    /// `lyd_key_`
    ApiKey,
    /// `lyd_pat_`: a personal API token, for the management API
    Personal,
}

impl TokenKind {
    /// The text before the fields.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "lyd_at_",
            Self::Refresh => "lyd_rt_",
            Self::Code => "lyd_ac_",
            Self::Device => "lyd_dc_",
            Self::ClientSecret => "lyd_cs_",
            Self::ApiKey => "lyd_key_",
            Self::Personal => "lyd_pat_",
        }
    }

    /// How many characters stand between id and secret.
    const fn between(self) -> usize {
        match self {
            Self::ApiKey | Self::Personal => 1,
            _ => GENERATION,
        }
    }

    /// The characters before the tag, without the prefix.
    const fn body(self) -> usize {
        ID + self.between() + SECRET + VERSION
    }

    /// The generation that stands between id and secret.
    fn generation(self, text: &str) -> Option<u64> {
        match self {
            Self::ApiKey | Self::Personal => (text == "_").then_some(0),
            _ => base62::decode_number(text),
        }
    }
}

/// A genuine token: made by us, or read and its tag found right.
#[derive(Clone)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The row it belongs to: a family, an authorization, an access token of its own.
    pub id: Id<()>,
    /// The family's generation; 0 where there is none.
    pub generation: u64,
    /// The 256 bits.
    pub secret: Secret,
    /// The version of the server's secret that tagged it.
    pub key_version: u16,
}

impl Token {
    /// A token under the current version of the server's secret.
    #[must_use]
    pub fn new<T: ?Sized>(
        kind: TokenKind,
        id: Id<T>,
        generation: u64,
        secret: Secret,
        secrets: &ServerSecrets,
    ) -> Self {
        Self { kind, id: id.cast(), generation, secret, key_version: secrets.current() }
    }

    /// Reads a token of this kind. Nothing means that it was never issued: wrong shape or wrong tag.
    #[must_use]
    pub fn parse(text: &str, kind: TokenKind, secrets: &ServerSecrets) -> Option<Self> {
        let fields = text.strip_prefix(kind.prefix())?;
        if fields.len() != kind.body() + TAG || !fields.is_ascii() {
            return None;
        }
        let (body, tag) = fields.split_at_checked(kind.body())?;
        let (id, rest) = body.split_at_checked(ID)?;
        let (generation, rest) = rest.split_at_checked(kind.between())?;
        let (secret, version) = rest.split_at_checked(SECRET)?;
        let key_version = u16::try_from(base62::decode_number(version)?).ok()?;
        let expected = tag_of(kind, body, key_version, secrets)?;
        if !bool::from(expected.ct_eq(tag.as_bytes())) {
            return None;
        }
        Some(Self {
            kind,
            id: Id::parse(id)?,
            generation: kind.generation(generation)?,
            secret: Secret::parse(secret)?,
            key_version,
        })
    }

    /// The text, to be sent to its owner; nothing if the key version is gone or the generation too large to write.
    #[must_use]
    pub fn expose(&self, secrets: &ServerSecrets) -> Option<String> {
        let mut text = String::with_capacity(self.kind.prefix().len() + self.kind.body() + TAG);
        text.push_str(self.id.as_str());
        match self.kind {
            TokenKind::ApiKey | TokenKind::Personal => text.push('_'),
            _ => push(&mut text, &base62::encode_number::<GENERATION>(self.generation)?),
        }
        push(&mut text, &base62::encode::<SECRET>(self.secret.bytes()));
        push(&mut text, &base62::encode_number::<VERSION>(u64::from(self.key_version))?);
        let tag = tag_of(self.kind, &text, self.key_version, secrets)?;
        push(&mut text, &tag);
        text.insert_str(0, self.kind.prefix());
        Some(text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{}…", self.kind.prefix(), self.id, self.generation)
    }
}

fn push(text: &mut String, digits: &[u8]) {
    text.extend(digits.iter().copied().map(char::from));
}

fn tag_of(kind: TokenKind, body: &str, version: u16, secrets: &ServerSecrets) -> Option<[u8; TAG]> {
    let mac = secrets.derive(version, Purpose::Tag, &[kind.prefix().as_bytes(), body.as_bytes()])?;
    Some(base62::encode(mac.get(..16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn secrets() -> ServerSecrets {
        ServerSecrets::new([(1, [7; 32])]).unwrap()
    }

    #[test]
    fn a_token_is_read_back() {
        let id = Id::<()>::new(Timestamp::from_seconds(1));
        let token = Token::new(TokenKind::Refresh, id, 41, Secret::generate(), &secrets());
        let text = token.expose(&secrets()).unwrap();
        let again = Token::parse(&text, TokenKind::Refresh, &secrets()).unwrap();
        assert_eq!((again.id, again.generation, again.key_version), (id, 41, 1));
        assert_eq!(again.secret.hash(), token.secret.hash());
    }

    #[test]
    fn an_api_key_says_where_its_id_ends() {
        let id = Id::<()>::new(Timestamp::from_seconds(1));
        let key = Token::new(TokenKind::ApiKey, id, 0, Secret::generate(), &secrets());
        let text = key.expose(&secrets()).unwrap();
        assert!(text.starts_with(&format!("lyd_key_{id}_")) && text.len() == 8 + 22 + 1 + 43 + 2 + 22, "{text}");
        let again = Token::parse(&text, TokenKind::ApiKey, &secrets()).unwrap();
        assert_eq!((again.id, again.generation, again.secret.hash()), (id, 0, key.secret.hash()));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert!(Token::parse(&String::from_utf8(changed).unwrap(), TokenKind::ApiKey, &secrets()).is_none());
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let id = Id::<()>::new(Timestamp::from_seconds(1));
        let text = Token::new(TokenKind::Access, id, 1, Secret::generate(), &secrets()).expose(&secrets()).unwrap();
        assert!(Token::parse(&text, TokenKind::Refresh, &secrets()).is_none());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert!(Token::parse(&String::from_utf8(changed).unwrap(), TokenKind::Access, &secrets()).is_none());
        }
        assert!(Token::parse(&text[..text.len() - 1], TokenKind::Access, &secrets()).is_none());
    }
}
