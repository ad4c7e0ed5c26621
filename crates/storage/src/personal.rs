//! What is held of a person: every table that names one, what of it they may download (C-37), and what becomes of it when they
//! are erased (C-38). A table that names people and does not stand here fails a test.

use model::{Id, Timestamp, User};
use sqlx::{Column as _, Row as _, any::AnyRow};

use crate::{
    Read, StorageError, Tx,
    audit_events::{entry, salt},
};

/// A table that names people.
struct Personal {
    /// How the download calls it.
    name: &'static str,
    #[cfg(test)]
    table: &'static str,
    /// What is shown of a person's rows.
    shown: &'static str,
    /// Columns that are not shown: hashes of secrets, and what means nothing outside of this server.
    #[cfg(test)]
    withheld: &'static [&'static str],
}

macro_rules! personal {
    ($($name:literal from $table:literal: $shown:literal, without $withheld:expr;)+) => {
        &[$(Personal {
            name: $name,
            #[cfg(test)]
            table: $table,
            shown: $shown,
            #[cfg(test)]
            withheld: &$withheld,
        },)+]
    };
}

/// `$1` is the person. Times end with `_at`, `_until` or `_time`.
const PERSONAL: &[Personal] = personal! {
    "account" from "users": "SELECT id, email, name, email_verified_at, created_at, disabled_at, security_epoch, erase_at, language, operator_at, version, \
        CASE WHEN password_hash IS NULL THEN 'no' ELSE 'yes' END AS has_password FROM users WHERE id = $1", without ["imported_work"];
    "memberships" from "memberships": "SELECT m.organization_id, o.slug AS organization, o.name AS organization_name, m.role, m.role_id, \
        r.name AS role_name, m.created_at, m.version FROM memberships m JOIN organizations o ON o.id = m.organization_id \
        LEFT JOIN roles r ON r.id = m.role_id WHERE m.user_id = $1 ORDER BY m.created_at", without [];
    "limited_projects" from "project_members": "SELECT l.project_id, p.name AS project_name, l.organization_id, l.created_at \
        FROM project_members l JOIN projects p ON p.id = l.project_id WHERE l.user_id = $1 ORDER BY l.created_at", without [];
    "invitations" from "invitations": "SELECT i.id, i.organization_id, o.name AS organization_name, i.email, i.role, i.role_id, i.invited_by, \
        i.mails, i.created_at, i.sent_at, i.expires_at, i.accepted_at, i.accepted_by, i.revoked_at, i.version \
        FROM invitations i JOIN organizations o ON o.id = i.organization_id \
        WHERE i.invited_by = $1 OR i.accepted_by = $1 OR i.email = (SELECT email FROM users WHERE id = $1 AND email_verified_at IS NOT NULL) \
        ORDER BY i.id", without ["token_hash"];
    "sessions" from "sessions": "SELECT id, amr, ways, authenticated_at, created_at, seen_at, expires_at, address, user_agent \
        FROM sessions WHERE user_id = $1 ORDER BY id", without ["hash"];
    "connections" from "grants": "SELECT g.id, g.client_id, c.name AS client_name, g.resource_id, g.organization_id, g.project_id, \
        p.name AS project_name, g.scope, g.client_fingerprint, g.created_at, g.used_at, g.used_address, g.revoked_at, g.revoked_reason \
        FROM grants g JOIN clients c ON c.id = g.client_id LEFT JOIN projects p ON p.id = g.project_id \
        WHERE g.user_id = $1 ORDER BY g.id", without [];
    "connection_sign_ins" from "families": "SELECT f.id, f.grant_id, f.client_id, f.scope, f.generation, f.answered_at, f.head_seen_at, \
        f.repeated_at, f.repeat_streak, f.idle_expires_at, f.absolute_expires_at, f.session_id, f.auth_time, f.amr, f.created_at, \
        f.revoked_at, f.revoked_reason FROM families f JOIN grants g ON g.id = f.grant_id WHERE g.user_id = $1 ORDER BY f.id",
        without ["head_hash", "previous_hash", "retry_salt", "key_version", "policy_version"];
    "access_tokens" from "access_tokens": "SELECT a.id, a.generation, a.family_id, a.client_id, a.resource_id, a.scope, a.actors, a.issued_at, a.expires_at \
        FROM access_tokens a JOIN families f ON f.id = a.family_id JOIN grants g ON g.id = f.grant_id \
        WHERE g.user_id = $1 ORDER BY a.issued_at", without ["hash"];
    "devices" from "device_codes": "SELECT d.id, d.client_id, d.request, d.address, d.user_agent, d.created_at, d.expires_at, d.pace, \
        d.polled_at, d.authorization_id, d.ended_at, d.family_id FROM device_codes d JOIN authorizations a ON a.id = d.authorization_id \
        WHERE a.user_id = $1 UNION SELECT d.id, d.client_id, d.request, d.address, d.user_agent, d.created_at, d.expires_at, d.pace, \
        d.polled_at, d.authorization_id, d.ended_at, d.family_id FROM device_codes d JOIN families f ON f.id = d.family_id \
        JOIN grants g ON g.id = f.grant_id WHERE g.user_id = $1", without ["device_hash", "user_code_tag", "key_version"];
    "requests_of_apps" from "authorizations": "SELECT id, client_id, request, redirect_uri, device_code_id, created_at, expires_at, decided_at, decision, \
        session_id, grant_id, resource_id, scope, code_expires_at, auth_time, amr, spent_at, family_id \
        FROM authorizations WHERE user_id = $1 ORDER BY id", without ["browser_hash", "code_challenge", "code_hash"];
    "notices" from "notices": "SELECT id, grant_id, kind, created_at, read_at FROM notices WHERE user_id = $1 ORDER BY id", without [];
    "keys" from "api_keys": "SELECT k.id, k.organization_id, k.project_id, p.name AS project_name, k.name, k.addresses, k.minute_cap, k.month_cap, \
        k.last_four, k.previous_last_four, k.previous_until, k.created_at, k.issued_at, k.expires_at, k.version, k.revoked_at, k.revoked_reason, \
        c.used_at, c.used_address FROM api_keys k JOIN projects p ON p.id = k.project_id JOIN api_key_counts c ON c.key_id = k.id \
        WHERE k.user_id = $1 ORDER BY k.id", without ["hash", "previous_hash"];
    "api_tokens" from "api_tokens": "SELECT id, name, last_four, writes_at, two_factors_at, ways, created_at, expires_at, used_at, used_address, revoked_at, \
        revoked_reason FROM api_tokens WHERE user_id = $1 ORDER BY id", without ["hash"];
    "answers_kept_for_repeats" from "kept_answers": "SELECT created_at, expires_at FROM kept_answers WHERE user_id = $1 ORDER BY created_at",
        without ["key_hash", "fingerprint", "sealed_answer"];
    "providers" from "upstream_identities": "SELECT id, provider, issuer, subject, label, created_at, used_at \
        FROM upstream_identities WHERE user_id = $1 ORDER BY id", without [];
    "trips_to_providers" from "upstream_logins": "SELECT id, provider, purpose, session_id, act, authorization_id, connect_id, created_at, \
        expires_at, returned_at, issuer, subject, label, finished_at FROM upstream_logins WHERE user_id = $1 ORDER BY id",
        without ["state_hash", "key_version", "browser_hash"];
    "proofs_by_mail" from "proofs": "SELECT id, kind, security_epoch, email, tries, mails, created_at, expires_at, spent_at \
        FROM proofs WHERE user_id = $1 OR email = (SELECT email FROM users WHERE id = $1) ORDER BY id",
        without ["token_hash", "code_tag", "key_version", "browser_hash", "carried"];
    "authenticator_app" from "totps": "SELECT user_id, confirmed_at, last_step, pending_until FROM totps WHERE user_id = $1",
        without ["sealed_seed", "pending_seed"];
    "recovery_codes" from "recovery_codes": "SELECT user_id, created_at, spent_at FROM recovery_codes WHERE user_id = $1",
        without ["tag", "key_version"];
    "passkeys" from "passkeys": "SELECT id, credential_id, credential, version, name, created_at, used_at, suspect_at \
        FROM passkeys WHERE user_id = $1 ORDER BY id", without [];
    "passkey_challenges" from "ceremonies": "SELECT id, kind, expires_at FROM ceremonies WHERE user_id = $1 ORDER BY id",
        without ["browser_hash", "state"];
    "half_sign_ins" from "half_sign_ins": "SELECT id, security_epoch, amr, ways, purpose, session_id, created_at, expires_at \
        FROM half_sign_ins WHERE user_id = $1 ORDER BY id", without ["browser_hash"];
    "mails" from "mails": "SELECT id, recipient, kind, created_at, expires_at, leased_until, attempts, handed_over_at, settled_at, outcome \
        FROM mails WHERE recipient = (SELECT email FROM users WHERE id = $1) ORDER BY id", without ["sealed"];
    "attempts_to_sign_in" from "attempts": "SELECT subject, window_started_at, count FROM attempts \
        WHERE subject IN ('sign-in:account:' || $1, 'second-factor:account:' || $1, 'user-code:account:' || $1)",
        without [];
    "events" from "audit_events": "SELECT id, at AS happened_at, action, kind, client_id, organization_id, project_id, resource_id, grant_id, \
        key_id, subject, actor, token_id, \
        CASE WHEN actor = $1 OR (actor IS NULL AND user_id = $1) THEN address END AS address, position FROM audit_events WHERE user_id = $1 OR actor = $1 ORDER BY id",
        without ["written", "salt", "address_digest", "seal"];
};

/// What goes with a person, in the order in which nothing is left hanging. What happened inside an organisation stays in its
/// trail, under an id that leads to nobody any more, and without the person's address.
const ERASED: &[&str] = &[
    "DELETE FROM device_codes WHERE authorization_id IN (SELECT id FROM authorizations WHERE user_id = $1)",
    "DELETE FROM families WHERE grant_id IN (SELECT id FROM grants WHERE user_id = $1)",
    "DELETE FROM notices WHERE user_id = $1",
    "DELETE FROM grants WHERE user_id = $1",
    "DELETE FROM api_keys WHERE user_id = $1",
    "DELETE FROM authorizations WHERE user_id = $1",
    "DELETE FROM upstream_logins WHERE user_id = $1",
    "DELETE FROM upstream_identities WHERE user_id = $1",
    "DELETE FROM sessions WHERE user_id = $1",
    "DELETE FROM project_members WHERE user_id = $1",
    "DELETE FROM memberships WHERE user_id = $1",
    "DELETE FROM invitations WHERE accepted_by = $1 OR email = (SELECT email FROM users WHERE id = $1)",
    "DELETE FROM proofs WHERE user_id = $1 OR email = (SELECT email FROM users WHERE id = $1)",
    "DELETE FROM mails WHERE recipient = (SELECT email FROM users WHERE id = $1)",
    "DELETE FROM attempts WHERE subject IN ('sign-in:account:' || $1, 'second-factor:account:' || $1, 'user-code:account:' || $1)",
    "DELETE FROM audit_events WHERE user_id = $1 AND organization_id IS NULL",
];

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// There is none.
    Nothing,
    /// Text, or JSON as text.
    Text(String),
    /// A number.
    Number(i64),
    /// A point in time.
    Time(Timestamp),
}

/// What one table holds of a person.
#[derive(Clone, Debug)]
pub struct HeldTable {
    /// Its name in the download.
    pub name: &'static str,
    /// A row each: names of columns and their values.
    pub rows: Vec<Vec<(String, Held)>>,
}

impl Read {
    /// All that is held of a person, but for hashes of secrets.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn held_of(&mut self, id: Id<User>) -> Result<Vec<HeldTable>, StorageError> {
        let mut held = Vec::new();
        for Personal { name, shown, .. } in PERSONAL {
            let rows = self.all(shown, [id.into()]).await?;
            held.push(HeldTable { name, rows: rows.iter().map(values).collect::<Result<_, _>>()? });
        }
        Ok(held)
    }
}

impl Tx {
    /// Erases a person: account, sessions, memberships, connections and all that stood on them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_user(&mut self, id: Id<User>) -> Result<(), StorageError> {
        for sql in ERASED {
            self.run(sql, [id.into()]).await?;
        }
        self.erase_addresses_of(id).await?;
        self.run_one("user", "DELETE FROM users WHERE id = $1", [id.into()]).await
    }
}

impl Tx {
    /// Takes a person's addresses out of the entries that stay. What the chain knows of one stays as well: a digest whose salt is
    /// gone tells nobody anything.
    async fn erase_addresses_of(&mut self, id: Id<User>) -> Result<(), StorageError> {
        const THEIRS: &str = "SELECT id, at, action, actor, user_id, client_id, organization_id, project_id, resource_id, grant_id, key_id, \
             subject, address, salt, address_digest, token_id FROM audit_events \
             WHERE address IS NOT NULL AND (actor = $1 OR (actor IS NULL AND user_id = $1))";
        const ERASE: &str = "UPDATE audit_events SET address = NULL, salt = NULL, address_digest = $2 WHERE id = $1";
        for row in self.all(THEIRS, [id.into()]).await? {
            let mut entry = entry(&row)?;
            entry.salt.get_or_insert_with(|| salt(entry.at));
            self.run_one("audit event", ERASE, [(&entry.id).into(), entry.address_digest().into()]).await?;
        }
        Ok(())
    }
}

fn values(row: &AnyRow) -> Result<Vec<(String, Held)>, StorageError> {
    row.columns().iter().map(|column| Ok((column.name().to_owned(), value(row, column.name())?))).collect()
}

/// TEXT or BIGINT, or NULL of either.
fn value(row: &AnyRow, name: &str) -> Result<Held, StorageError> {
    if let Ok(number) = row.try_get::<Option<i64>, _>(name) {
        let is_time = ["_at", "_until", "_time"].iter().any(|end| name.ends_with(end));
        return Ok(match number {
            None => Held::Nothing,
            Some(micros) if is_time => Held::Time(Timestamp::from_micros(micros)),
            Some(number) => Held::Number(number),
        });
    }
    let text: Option<String> = row.try_get(name)?;
    Ok(text.map_or(Held::Nothing, Held::Text))
}

#[cfg(test)]
mod tests {
    use super::{ERASED, PERSONAL};
    use crate::schema::schema;

    /// Tables in which a person is named by other means than a column `user_id` or an address.
    const BY_ANOTHER_WAY: [&str; 4] = ["users", "families", "access_tokens", "attempts"];

    fn names(columns: &[String]) -> Vec<&str> {
        columns.iter().map(|line| line.split_whitespace().next().unwrap()).collect()
    }

    fn names_people(columns: &[String]) -> bool {
        columns.iter().any(|line| line.contains("REFERENCES users"))
            || names(columns).iter().any(|name| matches!(*name, "user_id" | "email" | "recipient" | "address"))
    }

    fn has_word(text: &str, word: &str) -> bool {
        text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_')).any(|one| one == word)
    }

    #[test]
    fn c37_every_table_that_names_people_is_in_the_download_with_every_column() {
        let schema = schema();
        assert!(schema.len() > 15, "the migrations cannot be read any more: {schema:?}");
        for (table, columns) in &schema {
            let personal = PERSONAL.iter().find(|one| one.table == table);
            if names_people(columns) || BY_ANOTHER_WAY.contains(&table.as_str()) {
                assert!(personal.is_some(), "{table} names people: say in PERSONAL what of it they may download");
            }
            for column in personal.iter().flat_map(|_| names(columns)) {
                let personal = personal.unwrap();
                let is_shown = has_word(personal.shown, column);
                assert!(
                    is_shown || personal.withheld.contains(&column),
                    "{table}.{column} is neither shown nor withheld"
                );
            }
            for column in personal.iter().flat_map(|personal| personal.withheld) {
                let shown = personal.unwrap().shown.split(" FROM ").next().unwrap();
                assert!(!has_word(shown, column), "{table}.{column} is withheld and shown");
                assert!(names(columns).contains(column), "{table} has no {column} any more");
            }
        }
    }

    #[test]
    fn c38_every_table_that_names_people_is_erased_or_goes_along() {
        for (table, columns) in &schema() {
            if !names_people(columns) || table == "users" {
                continue;
            }
            let goes_along =
                columns.iter().any(|line| line.contains("REFERENCES users") && line.contains("ON DELETE CASCADE"));
            let erased = ERASED.iter().any(|sql| sql.starts_with(&format!("DELETE FROM {table} ")));
            assert!(goes_along || erased, "{table} names people: say in ERASED what becomes of it");
        }
    }
}
