//! The migrations folder, in order, embedded in the binary.

use std::borrow::Cow;

use sqlx::{
    AnyConnection, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::StorageError;

const ALL: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../../migrations/0001_first.sql")),
    (2, "mails", include_str!("../../../migrations/0002_mails.sql")),
    (3, "proofs", include_str!("../../../migrations/0003_proofs.sql")),
    (4, "upstream", include_str!("../../../migrations/0004_upstream.sql")),
    (5, "factors", include_str!("../../../migrations/0005_factors.sql")),
    (6, "imported_passwords", include_str!("../../../migrations/0006_imported_passwords.sql")),
    (7, "languages", include_str!("../../../migrations/0007_languages.sql")),
    (8, "undecided", include_str!("../../../migrations/0008_undecided.sql")),
    (9, "device_codes", include_str!("../../../migrations/0009_device_codes.sql")),
    (10, "api_keys", include_str!("../../../migrations/0010_api_keys.sql")),
    (11, "jwt_access_tokens", include_str!("../../../migrations/0011_jwt_access_tokens.sql")),
    (12, "events", include_str!("../../../migrations/0012_events.sql")),
    (13, "connect_on_the_way", include_str!("../../../migrations/0013_connect_on_the_way.sql")),
    (14, "webhooks", include_str!("../../../migrations/0014_webhooks.sql")),
    (15, "exchanged_tokens", include_str!("../../../migrations/0015_exchanged_tokens.sql")),
    (16, "managed_resources", include_str!("../../../migrations/0016_managed_resources.sql")),
    (17, "roles_and_limits", include_str!("../../../migrations/0017_roles_and_limits.sql")),
    (19, "access", include_str!("../../../migrations/0019_access.sql")),
    (20, "operators", include_str!("../../../migrations/0020_operators.sql")),
    (21, "audit_chain", include_str!("../../../migrations/0021_audit_chain.sql")),
    (22, "tokens_in_the_trail", include_str!("../../../migrations/0022_tokens_in_the_trail.sql")),
    (23, "row_versions", include_str!("../../../migrations/0023_row_versions.sql")),
    (24, "management_api", include_str!("../../../migrations/0024_management_api.sql")),
    (25, "demands", include_str!("../../../migrations/0025_demands.sql")),
    (27, "organizations_own_apps", include_str!("../../../migrations/0027_organizations_own_apps.sql")),
];

/// Version and name of each, in their order.
pub(crate) fn names() -> impl Iterator<Item = (i64, String)> {
    ALL.iter().map(|(version, what, _)| (*version, format!("{version:04}_{what}")))
}

/// Applies what is missing, under the database's own lock, each in a transaction.
pub(crate) async fn apply(connection: &mut AnyConnection) -> Result<(), StorageError> {
    let migrations = ALL
        .iter()
        .map(|(version, what, sql)| {
            Migration::new(*version, Cow::Borrowed(what), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    // `run` would make this future impossible to spawn (its `Acquire` is tied to one lifetime).
    Migrator::with_migrations(migrations)
        .run_direct(None, connection, false)
        .await
        .map_err(|error| StorageError::Unavailable(format!("migration failed: {error}")))
}
