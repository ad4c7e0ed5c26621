//! Keeping. The only crate that knows SQL: SQLite and PostgreSQL behind one [`Store`].
//!
//! Owns durability, group commit, retries and the mapping of rows to things. Does not own a rule: who may do what is
//! decided in `identity`, what a thing is in `model`.

mod access;
mod access_tokens;
mod api_key_counts;
mod api_keys;
mod api_tokens;
mod applied;
mod attempts;
mod audit_events;
mod audit_seals;
mod audit_trail;
mod authorizations;
mod backup;
mod ceremonies;
mod clients;
mod columns;
mod connect;
mod demands;
mod device_codes;
mod error;
mod families;
#[cfg(feature = "fault-points")]
pub mod fault;
#[cfg(not(feature = "fault-points"))]
#[path = "no_fault.rs"]
mod fault;
mod feeds;
mod fitness;
mod grants;
mod half_sign_ins;
mod hot;
mod invitations;
mod job;
mod kept_answers;
mod live;
mod mails;
mod memberships;
mod metrics;
mod migrations;
mod notices;
mod operators;
mod organizations;
mod page;
mod passkeys;
mod personal;
mod pool;
mod project_members;
mod projects;
mod proofs;
mod purge;
mod recovery_codes;
mod resource_scopes;
mod resources;
mod restored;
mod roles;
mod row_versions;
#[cfg(test)]
mod schema;
mod sessions;
mod signing_keys;
mod standing;
mod store;
#[cfg(test)]
mod tenancy;
mod token_reads;
mod totps;
mod tx;
mod upstream_identities;
mod upstream_logins;
mod used_assertions;
mod users;
mod versions;
mod webhooks;
mod writer;

pub use access::{Given, Over};
pub use access_tokens::{AccessToken, Behalf, SeenToken};
pub use api_key_counts::{CountedSpans, KeyCounts, KeyUse, Lease};
pub use applied::Applied;
pub use audit_events::PastEvent;
pub use audit_seals::{SEALED, Unsealed};
pub use audit_trail::{TrailEntry, TrailFilter, TrailOf};
pub use authorizations::CodeRedemption;
pub use backup::{examine, put_in_place, sync_directory_of};
pub use connect::Options;
pub use demands::Basis;
pub use device_codes::DeviceFamily;
pub use error::{AsStorageError, StorageError};
pub use families::FamilyCondition;
pub use feeds::Feed;
pub use fitness::{Fitness, Unfit, fitness};
pub use grants::{Connection, LastUse};
pub use hot::{Redeemed, Redemption, Rotated, Rotation, SilentAllowance};
pub use kept_answers::KeptAnswer;
pub use memberships::Member;
pub use operators::{MailSeen, Numbers, Person};
pub use page::{AtVersion, ListedGrant, ListedKey, ListedMember, Page};
pub use personal::{Held, HeldTable};
pub use projects::MemberProject;
pub use purge::{Kept, Purged};
pub use row_versions::Versioned;
pub use standing::Standing;
pub use store::Store;
pub use tx::{ActsFor, Read, Tx};
