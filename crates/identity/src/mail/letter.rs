//! What a mail says, before it has words: sealed into the queue, opened when it is delivered.

use std::fmt;

use model::{Language, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Caller;

/// A mail's meaning, and what led to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// What is told.
    pub message: Message,
    /// When and from where it was asked for.
    pub asked: Asked,
}

/// When and from where something was asked for, so that the reader can tell whether it was them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// From which network address; empty if that says nothing.
    pub address: String,
    /// With which browser or program, as it describes itself.
    pub user_agent: String,
    /// In which language to tell of it.
    #[serde(default)]
    pub language: Language,
}

impl Asked {
    /// By this caller, now.
    #[must_use]
    pub fn by(caller: &Caller, at: Timestamp) -> Self {
        Self { at, address: caller.address.clone(), user_agent: caller.user_agent.clone(), language: caller.language }
    }
}

/// What is told. `token` is what the link carries, 43 characters of base62; `code` six digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// What makes an account: this address was given at sign-up.
    ConfirmSignUp {
        /// For the link.
        token: String,
        /// For the page.
        code: String,
    },
    /// Somebody gave this address at sign-up, and it has an account.
    SignUpTried,
    /// What proves the address of an account.
    ConfirmAddress {
        /// For the link.
        token: String,
        /// For the page.
        code: String,
    },
    /// What proves the address that an account is to have.
    ConfirmNewAddress {
        /// For the link.
        token: String,
        /// For the page.
        code: String,
    },
    /// Somebody wants this address for another account, and it has one.
    NewAddressTried,
    /// The account has another address now; this one may take it back.
    AddressChanged {
        /// The new one.
        address: String,
        /// For the way back.
        token: String,
    },
    /// A new password may be chosen.
    Reset {
        /// For the link.
        token: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// By a link in a mail, so that everything else was ended.
        reset: bool,
    },
    /// The account goes, unless its person thinks better of it.
    AccountLeft {
        /// When it is erased.
        until: Timestamp,
    },
    /// The account is gone.
    AccountErased,
    /// What is demanded at sign-in beyond the first proof has changed.
    FactorsChanged {
        /// How.
        change: FactorChange,
    },
    /// A device was let in.
    DeviceAllowed {
        /// What the app on it calls itself.
        app: String,
    },
    /// Another provider opens the account now, or does not any more.
    ProviderChanged {
        /// Which of the two.
        connected: bool,
        /// What the provider is called.
        provider: String,
        /// What the provider calls the person.
        label: Option<String>,
    },
    /// A program lost its place or was copied; its connection was ended.
    ConnectionReused {
        /// What the app calls itself.
        app: String,
    },
    /// An API key was made in this person's name.
    KeyMade {
        /// What it is called.
        name: String,
    },
    /// This person made a token for the management API.
    ApiTokenMade {
        /// What it is called.
        name: String,
        /// Whether it changes anything.
        writes: bool,
    },
    /// One of this person's API keys has another text.
    KeyRotated {
        /// What it is called.
        name: String,
    },
    /// Two programs use one connection.
    ConnectionShared {
        /// What the app calls itself.
        app: String,
    },
    /// An organisation asks somebody to become a member.
    Invited {
        /// The organisation's name.
        organization: String,
        /// The address of who invites; none if an operator does.
        by: Option<String>,
        /// The invitation's id, for the link.
        id: String,
        /// For the link.
        token: String,
        /// Until when.
        until: Timestamp,
    },
    /// An address of an organisation takes no notifications, and gets no more.
    WebhookDisabled {
        /// The organisation's name.
        organization: String,
        /// The name of its host.
        host: String,
    },
}

/// A change of second factors.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorChange {
    /// An authenticator app is asked for now.
    AppAdded,
    /// It is not any more.
    AppRemoved,
    /// A passkey opens the account now.
    PasskeyAdded {
        /// What its person calls it.
        name: String,
    },
    /// It does not any more.
    PasskeyRemoved {
        /// What its person called it.
        name: String,
    },
    /// A passkey may have been copied and is not accepted any more.
    PasskeySuspected {
        /// What its person calls it.
        name: String,
    },
    /// The operator has taken all of them away.
    AllRemoved,
    /// There are new recovery codes; the old ones are worth nothing.
    CodesMade,
    /// A recovery code was used.
    CodeUsed {
        /// How many are left.
        left: u64,
    },
}

impl Message {
    /// The word by which logs and the queue call it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ConfirmSignUp { .. } => "confirm_sign_up",
            Self::SignUpTried => "sign_up_tried",
            Self::ConfirmAddress { .. } => "confirm_address",
            Self::ConfirmNewAddress { .. } => "confirm_new_address",
            Self::NewAddressTried => "new_address_tried",
            Self::AddressChanged { .. } => "address_changed",
            Self::Reset { .. } => "reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::AccountLeft { .. } => "account_left",
            Self::AccountErased => "account_erased",
            Self::FactorsChanged { .. } => "factors_changed",
            Self::DeviceAllowed { .. } => "device_allowed",
            Self::ProviderChanged { .. } => "provider_changed",
            Self::ConnectionReused { .. } => "connection_reused",
            Self::KeyMade { .. } => "key_made",
            Self::ApiTokenMade { .. } => "api_token_made",
            Self::KeyRotated { .. } => "key_rotated",
            Self::ConnectionShared { .. } => "connection_shared",
            Self::Invited { .. } => "invited",
            Self::WebhookDisabled { .. } => "webhook_disabled",
        }
    }
}

/// Without what it carries: that may be a link's secret.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}
