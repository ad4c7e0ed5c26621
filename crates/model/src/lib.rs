//! The things and their states. Pure: no I/O, no `await`; time is a parameter.
//!
//! Owns what a user, a client, a grant, a family *is* and how it may change. Does not own how it is kept (`storage`),
//! who may ask for it (`identity`) or how it travels (`protocol`, `server`).

pub mod address_range;
pub mod api_key;
pub mod api_token;
pub mod audit;
pub mod audit_chain;
pub mod authorization;
mod base62;
pub mod client;
pub mod device;
pub mod email;
pub mod event;
pub mod factor;
pub mod family;
pub mod grant;
pub mod id;
pub mod invitation;
pub mod language;
pub mod mail;
pub mod organization;
pub mod passkey;
pub mod permission;
pub mod proof;
pub mod resource;
pub mod secret;
pub mod server_secret;
pub mod session;
pub mod signing_key;
pub mod time;
pub mod token;
pub mod upstream;
pub mod user;
pub mod webhook;

pub use address_range::AddressRange;
pub use api_key::{ApiKey, KeyCap, KeyCaps, KeyPermit, KeySecret, PreviousSecret};
pub use api_token::ApiToken;
pub use audit::AuditEvent;
pub use audit_chain::{AuditCheckpoint, AuditEntry, AuditSeal, GoesWith, SealedEntry};
pub use authorization::{Authorization, AuthorizationState, Consent};
pub use client::{Client, ClientId, ClientOrigin, ClientSecretHash, Profile};
pub use device::{DeviceCode, UserCode};
pub use email::Email;
pub use event::{Event, EventKind};
pub use factor::{HalfSignIn, Purpose, RecoveryCode, SecondFactors, Totp};
pub use family::Family;
pub use grant::{Grant, GrantKind, Notice, NoticeKind};
pub use id::Id;
pub use invitation::{Invitation, InvitationEnd, InvitationStatus};
pub use language::Language;
pub use mail::{Mail, MailOutcome};
pub use organization::{Membership, NamedRole, Organization, Project, Role, Slug};
pub use passkey::{Ceremony, CeremonyKind, Passkey};
pub use permission::{Permission, Permissions};
pub use proof::{Proof, ProofKind};
pub use resource::{AccessTokenForm, Resource, ResourceId, ResourceScope};
pub use secret::{Secret, SecretHash};
pub use server_secret::ServerSecrets;
pub use session::Session;
pub use signing_key::{KeyState, SigningKey};
pub use time::Timestamp;
pub use token::{Token, TokenKind};
pub use upstream::{UpstreamIdentity, UpstreamKey, UpstreamLogin, UpstreamPurpose};
pub use user::User;
pub use webhook::{Webhook, WebhookDelivery, WebhookEnd};
