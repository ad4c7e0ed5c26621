//! People: how they come, sign in, are written to, and belong together.

use std::path::PathBuf;

use crate::config::{
    AddressRange, HumanDuration, MailAddress, MailEncryption, Origin, ProviderWord, RangeAddress, Rate, SecretText,
    WebAddress, section::section,
};

section! {
    /// How long a browser stays signed in.
    pub struct Sessions as "sessions" {
        /// From signing in, whatever happens.
        lifetime: HumanDuration = HumanDuration::days(14);
    }
}

section! {
    /// Who may make an account.
    pub struct SignUp as "sign_up" {
        /// Whether anybody may sign up. Whoever is invited into an organisation may in any case, with the address that the
        /// invitation is for.
        enabled: bool = true;
        /// Whether whoever signs up gets an organisation with a first project.
        organization: bool = true;
    }
}

section! {
    /// Organisations.
    pub struct Organizations as "organizations" {
        /// Whether anybody who is signed in may make an organisation, which they own then; otherwise operators alone do.
        anyone_creates: bool = true;
        /// How long an invitation into an organisation counts, from its last mail on.
        invitation_lifetime: HumanDuration = HumanDuration::days(7);
    }
}

section! {
    /// Accounts that their people give up.
    pub struct Accounts as "accounts" {
        /// How long somebody who deletes their account may think better of it, by signing in; `0s` erases it at once.
        deletion_grace: HumanDuration = HumanDuration::days(14);
    }
}

section! {
    /// The mail server through which people are written to. Without one nobody can confirm an address or get a new password.
    pub(in crate::config) struct MailSection as "mail" {
        /// Its name.
        server: Option<String> = None;
        /// Its port; not set means 465 with `tls`, 587 with `starttls`, 25 with `none`.
        port: Option<u32> = None;
        /// `tls` encrypts from the first byte; `starttls` after a few words, and sends nothing if the server does not
        /// offer it; `none` is for a mail server on this machine.
        encryption: MailEncryption = MailEncryption::Tls;
        /// The name to sign in with.
        username: Option<String> = None;
        /// The password to sign in with.
        password: Option<SecretText> = None;
        /// The address that mails come from.
        from: Option<MailAddress> = None;
        /// A PEM file with the authority of the mail server's certificate, where that is not a public one; no other is
        /// trusted then.
        ca: Option<PathBuf> = None;
        /// Development only: mails are kept in memory and shown at `/dev/mail`, unless a server is named.
        /// `lanyard serve` refuses it.
        development_inbox: bool = false;
    }
}

section! {
    /// Providers that people may sign in with, a table each; `google` stands for a name of your choice. It is a part of the
    /// address that the provider sends people back to, `PUBLIC_URL/upstream/NAME/callback`. docs/providers.md goes through them.
    pub(in crate::config) struct ProviderSection as "providers.google" {
        /// How it speaks: `openid` is any OpenID Connect provider. Not set: what the table's name says, else `openid`.
        kind: Option<ProviderWord> = None;
        /// Its name on buttons; not set: the table's, or the kind's own.
        name: Option<String> = None;
        /// Who this server is there.
        client_id: Option<String> = None;
        /// What proves that; better in the environment, or in a file of its own.
        client_secret: Option<SecretText> = None;
        /// A file with nothing but the secret in it, readable by the server's user alone (mode 0600).
        client_secret_file: Option<PathBuf> = None;
        /// Where it stands: the issuer of an `openid` provider, the address of a GitHub Enterprise Server.
        base_url: Option<WebAddress> = None;
        /// Microsoft: `common`, `organizations`, `consumers`, or one tenant by its id or domain.
        tenant: Option<String> = None;
        /// Further origins at which its endpoints stand; nothing else is asked, and nobody is sent elsewhere.
        origins: Vec<Origin> = Vec::new();
        /// Whether it stands in a private network: then its own names may lead to addresses there, and `base_url` and `origins`
        /// may be such addresses. This computer and what is link-local stay closed, and nothing changes for other providers.
        private_network: bool = false;
        /// What is asked for; not set: what tells who somebody is, and their address.
        scopes: Vec<String> = Vec::new();
        /// Whether it is offered.
        enabled: bool = true;
    }
}

section! {
    /// What may become a password, and what hashing one costs (argon2id).
    pub struct Password as "password" {
        /// Characters at least; 12 or more.
        min_length: u32 = 12;
        /// How hard to guess it must be, as zxcvbn estimates: 3 or 4.
        min_score: u32 = 3;
        /// Where to ask whether a new password was stolen elsewhere, such as `https://api.pwnedpasswords.com/range/`. Five
        /// digits of its SHA-1 are told there, never more. Not set: nobody is asked.
        breaches: Option<RangeAddress> = None;
        /// Memory for one hash, in KiB.
        memory: u32 = 19456;
        /// Passes over that memory.
        time: u32 = 2;
        /// Lanes.
        parallelism: u32 = 1;
        /// How many hashes are made at once; others wait.
        concurrency: u32 = 2;
        /// While there are imported hashes that nobody has signed in with yet, a failed sign-in is answered after this long.
        /// `lanyard user import` refuses hashes that may take more than half of it.
        imported_delay: HumanDuration = HumanDuration::seconds(1);
        /// The most memory that comparing with an imported hash may take, in KiB.
        imported_memory: u32 = 65536;
    }
}

section! {
    /// How often one address (one /64 of IPv6) may ask. `20/1h` is twenty in an hour, all at once or spread.
    pub struct RateLimits as "rate_limits" {
        /// Pages.
        page: Rate = Rate::new(600, HumanDuration::minutes(1));
        /// Tokens, introspection, revocation, userinfo.
        token: Rate = Rate::new(6000, HumanDuration::minutes(1));
        /// The management API.
        api: Rate = Rate::new(600, HumanDuration::minutes(1));
        /// Attempts to sign in or to sign up.
        sign_in: Rate = Rate::new(30, HumanDuration::minutes(1));
        /// Failed attempts to sign in to one account, from anywhere.
        sign_in_per_account: Rate = Rate::new(10, HumanDuration::minutes(15));
        /// Addresses without a limit, such as your own resource servers.
        exempt: Vec<AddressRange> = Vec::new();
    }
}
