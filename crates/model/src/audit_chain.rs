//! The chain under the audit trail: how entries enter it, and what a seal says of them. Owns the canonical form and the words of
//! a seal; does not own who seals, nor who verifies (`identity`).
//!
//! Entries are sealed some at a time. A seal names each with its digest and with whoever may have it erased; its link covers all of
//! that and the link before. Its signature, under the server's secret, covers the link.

use sha2::{Digest as _, Sha256};

use crate::{
    ClientId, Grant, Id, Organization, Project, ResourceId, ServerSecrets, Timestamp, User, base62,
    server_secret::Purpose,
};

/// The link before the first.
pub const GENESIS: &str = "0";

/// An entry as it stands in the table; by then its action may be one that this release does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What, as `area.act`.
    pub action: String,
    /// Who did it: a person's id, or `operator`.
    pub by: Option<String>,
    /// With which API token of theirs.
    pub token_id: Option<String>,
    /// Whose account it concerns.
    pub user_id: Option<Id<User>>,
    /// Through which client.
    pub client_id: Option<ClientId>,
    /// In which organisation.
    pub organization_id: Option<Id<Organization>>,
    /// Over which project.
    pub project_id: Option<Id<Project>>,
    /// At which resource.
    pub resource_id: Option<ResourceId>,
    /// About which grant.
    pub grant_id: Option<Id<Grant>>,
    /// About which API key.
    pub key_id: Option<Id<()>>,
    /// The id of the thing that was acted on.
    pub subject: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// What keeps the address from being guessed from its digest; goes with the address.
    pub salt: Option<String>,
    /// The digest of an address that was erased.
    pub address_digest: Option<String>,
}

impl AuditEntry {
    /// What the chain knows of the address: its digest with the salt. An erased one left its digest behind.
    #[must_use]
    pub fn address_digest(&self) -> Option<String> {
        match (&self.address, &self.salt) {
            (Some(address), salt) => Some(digest([Some(salt.as_deref().unwrap_or_default()), Some(address)])),
            (None, _) => self.address_digest.clone(),
        }
    }

    /// SHA-256 over the canonical form: every field in this order, each with its length, the address as its digest.
    #[must_use]
    pub fn digest(&self) -> String {
        let at = self.at.as_micros().to_string();
        let address = self.address_digest();
        digest([
            Some(&*self.id),
            Some(&at),
            Some(&self.action),
            self.by.as_deref(),
            self.token_id.as_deref(),
            self.user_id.as_ref().map(Id::as_str),
            self.client_id.as_ref().map(ClientId::as_str),
            self.organization_id.as_ref().map(Id::as_str),
            self.project_id.as_ref().map(Id::as_str),
            self.resource_id.as_ref().map(ResourceId::as_str),
            self.grant_id.as_ref().map(Id::as_str),
            self.key_id.as_ref().map(Id::as_str),
            self.subject.as_deref(),
            address.as_deref(),
        ])
    }

    /// Its line in a seal.
    #[must_use]
    pub fn sealed(&self) -> SealedEntry {
        let goes_with = match (self.organization_id, self.user_id) {
            (Some(id), _) => Some(GoesWith::Organization(id)),
            (None, Some(id)) => Some(GoesWith::Person(id)),
            (None, None) => None,
        };
        SealedEntry { id: self.id.clone(), digest: self.digest(), goes_with }
    }
}

/// With whom an entry may go before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesWith {
    /// It stands in nobody's trail but this person's.
    Person(Id<User>),
    /// It stands in this organisation's trail.
    Organization(Id<Organization>),
}

/// What a seal says of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// Its id.
    pub id: String,
    /// [`AuditEntry::digest`].
    pub digest: String,
    /// With whom it may go.
    pub goes_with: Option<GoesWith>,
}

/// A seal over some entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSeal {
    /// 1, 2, 3 …
    pub number: u64,
    /// The entries in their order: a line each of id, digest, and `u` or `o` with the id of whom it goes with.
    pub entries: String,
    /// Whatever happened before this stands in this seal or an earlier one.
    pub complete_until: Timestamp,
    /// SHA-256 over the link before and all of the above.
    pub link: String,
    /// Under which version of the server's secret it is signed.
    pub key_version: u16,
    /// The signature over the link.
    pub signature: String,
}

impl AuditSeal {
    /// Seals these entries behind `previous`, under the current version of the secret.
    #[must_use]
    pub fn over(
        (number, previous): (u64, &str),
        entries: &[AuditEntry],
        complete_until: Timestamp,
        secrets: &ServerSecrets,
    ) -> Self {
        let lines: Vec<String> = entries.iter().map(|entry| entry.sealed().line()).collect();
        let entries = lines.join("\n");
        let link = link(number, previous, &entries, complete_until);
        let key_version = secrets.current();
        let signature = signature(secrets, key_version, "seal", number, &link).unwrap_or_default();
        Self { number, entries, complete_until, link, key_version, signature }
    }

    /// Whether its link is what its content and the link before make it.
    #[must_use]
    pub fn follows(&self, previous: &str) -> bool {
        self.link == link(self.number, previous, &self.entries, self.complete_until)
    }

    /// Whether this server's secret signed it; nothing if that version of the secret is gone.
    #[must_use]
    pub fn is_signed(&self, secrets: &ServerSecrets) -> Option<bool> {
        let expected = signature(secrets, self.key_version, "seal", self.number, &self.link)?;
        Some(expected == self.signature)
    }

    /// What it says of each entry; nothing if it cannot be read.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<SealedEntry>> {
        self.entries.lines().map(SealedEntry::parse).collect()
    }
}

/// What a purge leaves of the seals that it removed: where the chain goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// The last seal that went.
    pub number: u64,
    /// Its link.
    pub link: String,
    /// Until when the trail was complete then.
    pub complete_until: Timestamp,
    /// When they went.
    pub at: Timestamp,
    /// Under which version of the server's secret it is signed.
    pub key_version: u16,
    /// The signature.
    pub signature: String,
}

impl AuditCheckpoint {
    /// Over the last seal that goes.
    #[must_use]
    pub fn over(last: &AuditSeal, at: Timestamp, secrets: &ServerSecrets) -> Self {
        let key_version = secrets.current();
        let signature = signature(secrets, key_version, "checkpoint", last.number, &last.link).unwrap_or_default();
        Self {
            number: last.number,
            link: last.link.clone(),
            complete_until: last.complete_until,
            at,
            key_version,
            signature,
        }
    }

    /// Whether this server's secret signed it; nothing if that version of the secret is gone.
    #[must_use]
    pub fn is_signed(&self, secrets: &ServerSecrets) -> Option<bool> {
        let expected = signature(secrets, self.key_version, "checkpoint", self.number, &self.link)?;
        Some(expected == self.signature)
    }
}

impl SealedEntry {
    fn line(&self) -> String {
        let goes_with = match self.goes_with {
            Some(GoesWith::Person(id)) => format!("u{id}"),
            Some(GoesWith::Organization(id)) => format!("o{id}"),
            None => "-".to_owned(),
        };
        format!("{} {} {goes_with}", self.id, self.digest)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (id, digest, goes_with) = (words.next()?, words.next()?, words.next()?);
        let goes_with = match (goes_with.get(..1)?, goes_with.get(1..)?) {
            ("u", id) => Some(GoesWith::Person(Id::parse(id)?)),
            ("o", id) => Some(GoesWith::Organization(Id::parse(id)?)),
            _ => None,
        };
        Some(Self { id: id.to_owned(), digest: digest.to_owned(), goes_with })
    }
}

fn link(number: u64, previous: &str, entries: &str, complete_until: Timestamp) -> String {
    let (number, until) = (number.to_string(), complete_until.as_micros().to_string());
    digest([Some(previous), Some(&*number), Some(&*until), Some(entries)])
}

fn signature(secrets: &ServerSecrets, version: u16, what: &str, number: u64, link: &str) -> Option<String> {
    let parts = [what.as_bytes(), &number.to_be_bytes(), link.as_bytes()];
    secrets.derive(version, Purpose::Audit, &parts).map(|mac| text(&mac))
}

/// Each part with its length; one that is absent differs from an empty one.
fn digest<'p>(parts: impl IntoIterator<Item = Option<&'p str>>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let length = part.map_or(u64::MAX, |part| u64::try_from(part.len()).unwrap_or(u64::MAX));
        hash.update(length.to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    text(&hash.finalize().into())
}

fn text(bytes: &[u8; 32]) -> String {
    let digits: [u8; 43] = base62::encode(bytes);
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn entry() -> AuditEntry {
        AuditEntry {
            id: "entry".to_owned(),
            at: NOW,
            action: "grant.allowed".to_owned(),
            by: Some("operator".to_owned()),
            token_id: Some("token".to_owned()),
            user_id: Some(Id::new(NOW)),
            client_id: Some(ClientId::new("client")),
            organization_id: Some(Id::new(NOW)),
            project_id: Some(Id::new(NOW)),
            resource_id: Some(ResourceId::new("resource")),
            grant_id: Some(Id::new(NOW)),
            key_id: Some(Id::new(NOW)),
            subject: Some("subject".to_owned()),
            address: Some("192.0.2.1".to_owned()),
            salt: Some("salt".to_owned()),
            address_digest: None,
        }
    }

    #[test]
    fn every_field_is_in_the_digest() {
        let whole = entry();
        let changes: [fn(&mut AuditEntry); 15] = [
            |it| it.id.push('x'),
            |it| it.at = it.at.plus(std::time::Duration::from_micros(1)),
            |it| it.action.push('x'),
            |it| it.by = None,
            |it| it.token_id = None,
            |it| it.user_id = None,
            |it| it.client_id = None,
            |it| it.organization_id = Some(Id::new(NOW)),
            |it| it.project_id = None,
            |it| it.resource_id = None,
            |it| it.grant_id = None,
            |it| it.key_id = None,
            |it| it.subject = Some(String::new()),
            |it| it.address = Some("192.0.2.2".to_owned()),
            |it| it.salt = Some("other".to_owned()),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut changed = whole.clone();
            change(&mut changed);
            assert_ne!(changed.digest(), whole.digest(), "change {at}");
        }
    }

    #[test]
    fn an_erased_address_leaves_the_digest_as_it_was() {
        let whole = entry();
        let erased = AuditEntry { address: None, salt: None, address_digest: whole.address_digest(), ..whole.clone() };
        assert_eq!(erased.digest(), whole.digest());
        assert_ne!(AuditEntry { address_digest: None, ..erased }.digest(), whole.digest());
    }

    #[test]
    fn a_seal_is_bound_to_what_came_before_and_to_the_secret() {
        let secrets = ServerSecrets::new([(1, [1; 32])]).unwrap();
        let entries = [entry(), entry()];
        let seal = AuditSeal::over((1, GENESIS), &entries, NOW, &secrets);
        assert!(seal.follows(GENESIS) && !seal.follows("other"));
        assert_eq!(seal.entries().unwrap(), entries.map(|it| it.sealed()));
        assert_eq!(seal.is_signed(&secrets), Some(true));
        assert_eq!(seal.is_signed(&ServerSecrets::new([(1, [2; 32])]).unwrap()), Some(false));
        assert_eq!(seal.is_signed(&ServerSecrets::new([(2, [1; 32])]).unwrap()), None);
        let mut other = seal.clone();
        other.entries.push('x');
        assert!(!other.follows(GENESIS));
    }
}
