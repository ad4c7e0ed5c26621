//! The server's own secret, in versions: what tags, seals and derives. It comes from the key file and never from the
//! database. Owns the derivations; does not own the file.

use std::{collections::BTreeMap, fmt};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Secret;

type HmacSha256 = Hmac<Sha256>;

/// What a derived value is for; each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tags of tokens.
    Tag,
    /// Successors of refresh tokens and their access tokens.
    Successor,
    /// Authorization codes.
    Code,
    /// CSRF tokens of forms.
    Csrf,
    /// Names under which is counted what strangers typed: it may be an address, or a password in the wrong field.
    Counter,
    /// What is kept of codes that were mailed.
    MailedCode,
    /// Nonces and PKCE verifiers that go to other providers.
    Upstream,
    /// What is kept of recovery codes.
    RecoveryCode,
    /// What people type for their devices, and what is kept of it.
    UserCode,
    /// Signatures under the audit trail.
    Audit,
}

/// All versions of the server's secret; the highest is the current one.
#[derive(Clone)]
pub struct ServerSecrets {
    versions: BTreeMap<u16, Keys>,
    current: u16,
}

#[derive(Clone)]
struct Keys {
    tag: HmacSha256,
    successor: HmacSha256,
    code: HmacSha256,
    csrf: HmacSha256,
    counter: HmacSha256,
    mailed_code: HmacSha256,
    upstream: HmacSha256,
    recovery_code: HmacSha256,
    user_code: HmacSha256,
    audit: HmacSha256,
    seal: SealKey,
}

/// The AES-256 key under which private keys are sealed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// The 256 bits.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ServerSecrets {
    /// From the key file's versions; nothing if there is none.
    #[must_use]
    pub fn new(masters: impl IntoIterator<Item = (u16, [u8; 32])>) -> Option<Self> {
        let versions: BTreeMap<u16, Keys> =
            masters.into_iter().filter_map(|(version, master)| Some((version, Keys::derive(&master)?))).collect();
        let current = *versions.keys().next_back()?;
        Some(Self { versions, current })
    }

    /// The version under which new things are made.
    #[must_use]
    pub const fn current(&self) -> u16 {
        self.current
    }

    /// All versions that there are, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = u16> {
        self.versions.keys().rev().copied()
    }

    /// HMAC-SHA256 over `parts`, each preceded by its length, under this version's key for `purpose`; nothing if the
    /// version is gone.
    #[must_use]
    pub fn derive(&self, version: u16, purpose: Purpose, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let mut mac = self.versions.get(&version)?.of(purpose).clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }

    /// A CSRF token of 32 bytes for the browser that holds `browser`, under the current version.
    #[must_use]
    pub fn csrf_token(&self, browser: &Secret) -> [u8; 32] {
        self.derive(self.current, Purpose::Csrf, &[browser.bytes()]).unwrap_or_default()
    }

    /// Whether `token` is the browser's CSRF token under any version.
    #[must_use]
    pub fn csrf_matches(&self, browser: &Secret, token: &[u8]) -> bool {
        self.versions.keys().any(|version| {
            self.derive(*version, Purpose::Csrf, &[browser.bytes()])
                .is_some_and(|expected| expected.as_slice().ct_eq(token).into())
        })
    }

    /// The sealing key of a version.
    #[must_use]
    pub fn seal_key(&self, version: u16) -> Option<&SealKey> {
        self.versions.get(&version).map(|keys| &keys.seal)
    }
}

impl fmt::Debug for ServerSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerSecrets(current version {})", self.current)
    }
}

impl Keys {
    fn derive(master: &[u8; 32]) -> Option<Self> {
        let key = |label: &str| -> Option<[u8; 32]> {
            let mut mac = HmacSha256::new_from_slice(master).ok()?;
            mac.update(b"lanyard/1/");
            mac.update(label.as_bytes());
            Some(mac.finalize().into_bytes().into())
        };
        let mac = |label: &str| HmacSha256::new_from_slice(&key(label)?).ok();
        Some(Self {
            tag: mac("tag")?,
            successor: mac("successor")?,
            code: mac("code")?,
            csrf: mac("csrf")?,
            counter: mac("counter")?,
            mailed_code: mac("mailed-code")?,
            upstream: mac("upstream")?,
            recovery_code: mac("recovery-code")?,
            user_code: mac("user-code")?,
            audit: mac("audit")?,
            seal: SealKey(key("seal")?),
        })
    }

    const fn of(&self, purpose: Purpose) -> &HmacSha256 {
        match purpose {
            Purpose::Tag => &self.tag,
            Purpose::Successor => &self.successor,
            Purpose::Code => &self.code,
            Purpose::Csrf => &self.csrf,
            Purpose::Counter => &self.counter,
            Purpose::MailedCode => &self.mailed_code,
            Purpose::Upstream => &self.upstream,
            Purpose::RecoveryCode => &self.recovery_code,
            Purpose::UserCode => &self.user_code,
            Purpose::Audit => &self.audit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_versions_and_parts_keep_apart() {
        let secrets = ServerSecrets::new([(1, [1; 32]), (2, [2; 32])]).unwrap();
        let all = [
            secrets.derive(1, Purpose::Tag, &[b"ab", b"c"]),
            secrets.derive(2, Purpose::Tag, &[b"ab", b"c"]),
            secrets.derive(1, Purpose::Code, &[b"ab", b"c"]),
            secrets.derive(1, Purpose::Tag, &[b"a", b"bc"]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(one.is_some());
            assert!(all.iter().skip(at + 1).all(|other| other != one));
        }
        assert_eq!(secrets.current(), 2);
        assert!(secrets.derive(3, Purpose::Tag, &[]).is_none());
        assert!(ServerSecrets::new([]).is_none());
    }

    #[test]
    fn a_csrf_token_of_an_older_version_is_still_good() {
        let browser = Secret::generate();
        let old = ServerSecrets::new([(1, [1; 32])]).unwrap();
        let new = ServerSecrets::new([(1, [1; 32]), (2, [2; 32])]).unwrap();
        assert!(new.csrf_matches(&browser, &old.csrf_token(&browser)));
        assert!(!new.csrf_matches(&Secret::generate(), &old.csrf_token(&browser)));
    }
}
