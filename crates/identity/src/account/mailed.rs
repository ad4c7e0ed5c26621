//! Proofs by mail: how one is made, what it looks like in a link and as a code, and how often it may be asked for. What it
//! opens is decided in `confirm`, `reset` and `address`.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{
    Email, Id, Mail, Proof, ProofKind, Secret, SecretHash, Timestamp, User, id, proof::CodeTag, server_secret::Purpose,
};
use storage::{StorageError, Tx};

use super::attempts::Limit;
use crate::{
    Authority, Caller, Error,
    mail::{Asked, Letter, Message},
};

/// So often one address is written to for one reason, in an hour.
const MAILS: u64 = 5;
const HOUR: Duration = Duration::from_secs(3600);
/// So often a code or password may be tried at one proof.
pub(super) const TRIES: u64 = 5;
/// So often one proof is mailed.
pub(super) const MOST_MAILS: u64 = 5;

/// A proof that is about to be written, and the secrets that only its mail gets.
#[derive(Clone)]
pub(super) struct NewProof {
    pub(super) proof: Proof,
    /// What the link carries.
    pub(super) token: String,
    /// Six digits.
    pub(super) code: String,
}

/// What is to be proved.
pub(super) struct Wanted<'a> {
    pub(super) kind: ProofKind,
    /// Whose account.
    pub(super) account: Option<&'a User>,
    /// Which address.
    pub(super) email: &'a Email,
    /// For how long.
    pub(super) life: Duration,
    /// The browser that asks, where it matters.
    pub(super) browser: Option<&'a Secret>,
}

/// A mail and where it goes: into the queue, or beside it when nobody is to be written to.
#[derive(Clone)]
pub(super) struct Post {
    pub(super) mail: Mail,
    pub(super) wanted: bool,
    /// How often this address was written to.
    pub(super) limit: Limit,
}

impl Authority {
    /// A fresh proof, with a link and a code.
    pub(super) fn new_proof(&self, wanted: &Wanted<'_>, now: Timestamp) -> NewProof {
        let (id, secret) = (Id::new(now), Secret::generate());
        let code = new_code();
        NewProof {
            proof: Proof {
                id,
                kind: wanted.kind,
                account: wanted.account.map(|user| (user.id, user.security_epoch)),
                email: wanted.email.clone(),
                token_hash: secret.hash(),
                code: self.code_tag(self.parts.secrets.current(), id, &code),
                browser_hash: wanted.browser.map(Secret::hash),
                carried: None,
                tries: 0,
                mails: 1,
                created_at: now,
                expires_at: now.plus(wanted.life),
                spent_at: None,
            },
            token: link_token(id, &secret),
            code,
        }
    }

    /// A new link and code for a proof that is there, for another mail.
    pub(super) fn renewed(&self, proof: &Proof) -> NewProof {
        let secret = Secret::generate();
        let code = new_code();
        NewProof {
            token: link_token(proof.id, &secret),
            proof: Proof {
                token_hash: secret.hash(),
                code: self.code_tag(self.parts.secrets.current(), proof.id, &code),
                ..proof.clone()
            },
            code,
        }
    }

    /// A mail for a flow that must not tell whether there is anybody to write to: if not, the same is written all the same.
    pub(super) fn post(
        &self,
        to: &Email,
        message: Message,
        wanted: bool,
        life: Duration,
        (caller, now): (&Caller, Timestamp),
    ) -> Result<Post, Error> {
        let letter = Letter { message, asked: Asked::by(caller, now) };
        let address = SecretHash::of(to.as_str().as_bytes());
        let limit = Limit { subject: format!("mail:{}:{}", letter.message.kind(), address.as_str()), most: MAILS };
        Ok(Post { mail: self.mail(to, &letter, life, now)?, wanted, limit })
    }

    fn code_tag(&self, key_version: u16, id: Id<Proof>, code: &str) -> Option<CodeTag> {
        let mac =
            self.parts.secrets.derive(key_version, Purpose::MailedCode, &[id.as_str().as_bytes(), code.as_bytes()])?;
        Some(CodeTag { key_version, tag: SecretHash::stored(URL_SAFE_NO_PAD.encode(mac)) })
    }

    /// Whether this is the proof's code. Spaces and hyphens between the digits do not matter.
    pub(super) fn code_is_right(&self, proof: &Proof, typed: &str) -> bool {
        let digits: String = typed.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        let Some(kept) = &proof.code else { return false };
        self.code_tag(kept.key_version, proof.id, &digits).is_some_and(|typed| typed.tag == kept.tag)
    }

    /// The proof that a link's token opens, if it may still be used. Looking spends nothing.
    pub(super) async fn proof_of(&self, token: &str, now: Timestamp) -> Result<Option<Proof>, StorageError> {
        let Some((id, secret)) = parse_link_token(token) else { return Ok(None) };
        let proof = self.parts.store.read().await?.proof(id).await?;
        Ok(proof.filter(|proof| proof.token_hash == secret.hash() && proof.is_good(now)))
    }
}

impl Post {
    /// Puts it into the queue, unless nobody is to be written to, or that address was written to too often.
    pub(super) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StorageError> {
        let often = tx.count_attempt(&self.limit.subject, HOUR, now).await?;
        if self.wanted && often <= self.limit.most {
            tx.insert_mail(&self.mail).await
        } else {
            tx.withhold_mail(&self.mail).await
        }
    }
}

/// Id and secret, side by side: 65 characters of base62.
pub(crate) fn link_token<T>(id: Id<T>, secret: &Secret) -> String {
    format!("{id}{}", secret.expose())
}

/// What such a text says.
pub(crate) fn parse_link_token<T>(text: &str) -> Option<(Id<T>, Secret)> {
    let (id, secret) = text.split_at_checked(id::LENGTH)?;
    Some((Id::parse(id)?, Secret::parse(secret)?))
}

/// Six digits, each as likely as any other.
fn new_code() -> String {
    let secret = Secret::generate();
    let number = secret.bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let (id, secret) = (Id::<Proof>::new(Timestamp::from_seconds(1_700_000_000)), Secret::generate());
        let text = link_token(id, &secret);
        assert_eq!(text.len(), 65);
        let (again, same) = parse_link_token::<Proof>(&text).unwrap();
        assert_eq!((again, same.hash()), (id, secret.hash()));
        for odd in ["", &text[1..], &format!("{text}0"), &"ä".repeat(40), &"-".repeat(65)] {
            assert!(parse_link_token::<Proof>(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn codes_are_six_digits() {
        for _ in 0..1000 {
            let code = new_code();
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }
}
