//! Proofs by mail: whoever brings back what was mailed reads that address. Owns what is kept of one; what it opens is
//! `identity`'s.

use crate::{Email, Id, SecretHash, Timestamp, User};

/// Something that was mailed and waits to be brought back.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Its id, the first half of the link's token.
    pub id: Id<Proof>,
    /// What it is for.
    pub kind: ProofKind,
    /// Whose account, and its security epoch at that time; none for a sign-up, and where there is no account.
    pub account: Option<(Id<User>, u64)>,
    /// Where the mail went.
    pub email: Email,
    /// SHA-256 of the second half of the link's token.
    pub token_hash: SecretHash,
    /// What is kept of the code.
    pub code: Option<CodeTag>,
    /// The browser that asked.
    pub browser_hash: Option<SecretHash>,
    /// What a sign-up carries, as JSON; gone when it is over.
    pub carried: Option<String>,
    /// How often a code or password was tried at it.
    pub tries: u64,
    /// How often it was mailed.
    pub mails: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// When it was used.
    pub spent_at: Option<Timestamp>,
}

impl Proof {
    /// Whether it may still be used, as far as it itself knows.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now < self.expires_at
    }
}

/// A keyed hash of a code.
#[derive(Clone, Debug)]
pub struct CodeTag {
    /// The version of the server's secret.
    pub key_version: u16,
    /// HMAC over the proof's id and the code, as a hash.
    pub tag: SecretHash,
}

/// What a proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// A new account with this address.
    SignUp,
    /// The address that an account has.
    Verification,
    /// A new password.
    Reset,
    /// Another address for an account.
    NewAddress,
    /// The address that an account had before, back.
    UndoAddress,
}

impl ProofKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::SignUp, Self::Verification, Self::Reset, Self::NewAddress, Self::UndoAddress];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Verification => "verification",
            Self::Reset => "reset",
            Self::NewAddress => "new_address",
            Self::UndoAddress => "undo_address",
        }
    }

    /// The kind that this word names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
