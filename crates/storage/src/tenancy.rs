//! Whose every record is (C-23): each table names the organisation, or hangs on one that does, or stands here with the reason why
//! nothing in it is an organisation's. A new table that is none of these fails.

use crate::schema::schema;

/// Tables without an organisation of their own: the column by which each hangs on a table that has one.
const THROUGH: [(&str, &str, &str); 7] = [
    ("access_tokens", "family_id", "families"),
    ("api_key_counts", "key_id", "api_keys"),
    ("api_key_scopes", "key_id", "api_keys"),
    ("families", "grant_id", "grants"),
    ("notices", "grant_id", "grants"),
    ("resource_scopes", "resource_id", "resources"),
    ("webhook_deliveries", "webhook_id", "webhooks"),
];

/// Tables of which nothing is an organisation's, and why.
const OF_NO_ORGANIZATION: [(&str, &str); 24] = [
    ("api_tokens", "a person's, who reaches what they reach at the time"),
    ("applied_things", "an operator's: what a file of theirs made"),
    ("attempts", "the server's counts"),
    ("audit_checkpoints", "the server's: a chain over the whole trail, without its content"),
    ("audit_seals", "the server's: a chain over the whole trail, without its content"),
    ("authorizations", "a browser's request; what comes of it stands in the grant, with the project"),
    ("ceremonies", "a browser's, on its way to a factor"),
    ("device_codes", "a device's request; what comes of it stands in the grant, with the project"),
    ("half_sign_ins", "a browser's, on its way to a session"),
    ("kept_answers", "a person's program's, sealed"),
    ("mails", "one recipient's, sealed"),
    ("passkeys", "a person's"),
    ("proofs", "a person's"),
    ("recovery_codes", "a person's"),
    ("retired_names", "the server's: names that nobody is given again"),
    ("sessions", "a person's"),
    ("signing_keys", "the server's"),
    ("totps", "a person's"),
    ("upstream_identities", "a person's"),
    ("upstream_logins", "a browser's, on its way to a provider"),
    ("used_assertions", "the server's: names that count once"),
    ("users", "a person, who may belong to several"),
    ("versions", "the server's"),
    ("feeds", "the server's: how far the order of events has come"),
];

/// The columns that name an organisation.
const NAMES: [&str; 2] = ["organization_id", "owner_id"];

#[test]
fn c23_every_table_names_its_organisation_or_says_why_not() {
    let schema = schema();
    let has = |table: &str, column: &str| {
        schema.get(table).is_some_and(|lines| lines.iter().any(|line| line.split_whitespace().next() == Some(column)))
    };
    let names = |table: &str| table == "organizations" || NAMES.iter().any(|column| has(table, column));
    for table in schema.keys() {
        let through = THROUGH.iter().any(|(one, ..)| one == table);
        let none = OF_NO_ORGANIZATION.iter().any(|(one, _)| one == table);
        let ways = [names(table), through, none].into_iter().filter(|way| *way).count();
        assert_eq!(ways, 1, "{table}: say here whose it is");
    }
    for (table, column, on) in THROUGH {
        assert!(has(table, column) && schema[on].len() > 1, "{table} has no {column}");
        let ends = |on: &str| THROUGH.iter().find(|(one, ..)| *one == on).map_or(names(on), |(.., next)| names(next));
        assert!(ends(on), "{table} hangs on {on}, which names no organisation");
    }
    for (table, why) in OF_NO_ORGANIZATION {
        assert!(schema.contains_key(table) && !why.is_empty(), "{table} is there no more");
    }
}

/// What lives in a project says which.
#[test]
fn c23_what_is_over_a_project_names_it() {
    let schema = schema();
    for table in ["api_keys", "audit_events", "clients", "grants", "project_members"] {
        let names = schema[table].iter().any(|line| line.split_whitespace().next() == Some("project_id"));
        assert!(names, "{table}");
    }
}
