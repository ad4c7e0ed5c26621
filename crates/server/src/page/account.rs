//! A person's own account: sessions, security, password, address, privacy. Each page leads to sign-in without a session; what cannot be
//! undone by another press of a button wants recent proof of who one is.

pub mod address;
pub mod audit;
pub mod leave;
pub mod owned;
pub mod passkeys;
pub mod password;
pub mod privacy;
pub mod prove;
pub mod providers;
pub mod recovery_codes;
pub mod security;
pub mod sessions;
pub mod tokens;
pub mod totp;
pub mod webhooks;
