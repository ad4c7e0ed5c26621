//! How long things live, and how dear it is to guess.

use super::{Findings, Purpose};
use crate::config::{ApiKeys, Backup, Device, HumanDuration, Password, Retention, Sessions, Tokens};

pub(super) fn check_tokens(tokens: &Tokens, found: &mut Findings) {
    let zero = [
        ("tokens.access_lifetime", tokens.access_lifetime),
        ("tokens.idle_lifetime", tokens.idle_lifetime),
        ("tokens.absolute_lifetime", tokens.absolute_lifetime),
        ("tokens.code_lifetime", tokens.code_lifetime),
        ("tokens.id_token_lifetime", tokens.id_token_lifetime),
        ("tokens.authorization_lifetime", tokens.authorization_lifetime),
    ];
    for (setting, lifetime) in zero {
        found.refuse(lifetime.is_zero(), setting, "is no time at all", "Write a duration, such as \"15m\".");
    }
    let at_most = |found: &mut Findings, setting: &str, value: HumanDuration, limit: HumanDuration, why: &str| {
        found.refuse(value > limit, setting, format!("is {value}, {why}"), format!("Write {limit} or less."));
    };
    let shortest = tokens.retry_window.doubled();
    found.refuse(
        tokens.access_lifetime < shortest,
        "tokens.access_lifetime",
        format!("is {}, less than twice tokens.retry_window ({})", tokens.access_lifetime, tokens.retry_window),
        format!("Write {shortest} or more, or a shorter tokens.retry_window."),
    );
    // A JWT lives for ten minutes at the most, however long access tokens do, and its answer is repeated within the window.
    found.refuse(
        tokens.access_lifetime >= shortest && shortest > HumanDuration::minutes(10),
        "tokens.retry_window",
        format!("is {}, more than half of what a JWT access token lives", tokens.retry_window),
        "Write 5m or less.",
    );
    let day = HumanDuration::days(1);
    at_most(found, "tokens.access_lifetime", tokens.access_lifetime, day, "longer than a day");
    let idle = tokens.idle_lifetime;
    at_most(found, "tokens.recovery_window", tokens.recovery_window, idle, "longer than tokens.idle_lifetime");
    let absolute = tokens.absolute_lifetime;
    at_most(found, "tokens.idle_lifetime", idle, absolute, "longer than tokens.absolute_lifetime");
    // RFC 6749 §4.1.2: ten minutes at most.
    let code = HumanDuration::minutes(10);
    at_most(found, "tokens.code_lifetime", tokens.code_lifetime, code, "longer than RFC 6749 recommends");
    at_most(found, "tokens.id_token_lifetime", tokens.id_token_lifetime, day, "longer than a day");
    at_most(found, "tokens.authorization_lifetime", tokens.authorization_lifetime, day, "longer than a day");
}

/// What is kept of what happened, and of what was deleted (C-39).
pub(super) fn check_kept(backup: &Backup, retention: &Retention, found: &mut Findings) {
    let day = HumanDuration::days(1);
    found.refuse(backup.hour > 23, "backup.hour", format!("is {}", backup.hour), "Write 0 to 23.");
    found.refuse(backup.keep == 0, "backup.keep", "is 0", "Write 1 or more; `daily = false` makes none.");
    found.refuse(backup.oldest < day, "backup.oldest", "is less than a day", "Write \"1d\" or more.");
    for (setting, kept, least) in [
        ("retention.audit", retention.audit, HumanDuration::days(30)),
        ("retention.ended", retention.ended, day),
        ("retention.mails", retention.mails, day),
        ("retention.deleted_organizations", retention.deleted_organizations, day),
    ] {
        found.refuse(kept < least, setting, format!("is {kept}"), format!("Write {least} or more."));
    }
    let gone = retention.deleted_organizations.duration() + backup.oldest.duration();
    found.refuse(
        gone > HumanDuration::days(30).duration(),
        "retention.deleted_organizations",
        "and backup.oldest keep what was deleted for more than 30 days together",
        "Shorten one of them.",
    );
}

/// What a code of eight letters is worth rests on how long it counts and how often one may guess (RFC 8628 §5.1).
pub(super) fn check_device(device: &Device, found: &mut Findings) {
    let (least, most) = (HumanDuration::minutes(1), HumanDuration::minutes(10));
    let lifetime = device.code_lifetime;
    found.refuse(
        lifetime < least || lifetime > most,
        "device.code_lifetime",
        format!("is {lifetime}"),
        "Write 1m to 10m.",
    );
    found.refuse(
        device.wrong_codes.count.get() > 20 || device.wrong_codes.per < most,
        "device.wrong_codes",
        "lets one caller guess too often",
        "Write at most 20 in 10m or longer, such as \"5/10m\".",
    );
    let in_all = device.wrong_codes_in_all;
    found.refuse(
        !(1..=100_000).contains(&in_all),
        "device.wrong_codes_in_all",
        format!("is {in_all}"),
        "Write 1 to 100000.",
    );
}

pub(super) fn check_api_keys(keys: &ApiKeys, found: &mut Findings) {
    let lifetime = keys.lifetime;
    found.refuse(
        lifetime.is_zero() || lifetime > HumanDuration::days(3650),
        "api_keys.lifetime",
        format!("is {lifetime}"),
        "Write some time, and 3650d at the most.",
    );
    let overlap = keys.rotation_overlap;
    found.refuse(
        overlap > lifetime,
        "api_keys.rotation_overlap",
        format!("is {overlap}, longer than api_keys.lifetime"),
        format!("Write {lifetime} or less."),
    );
}

pub(super) fn check_sessions(sessions: &Sessions, found: &mut Findings) {
    found.refuse(
        sessions.lifetime.is_zero(),
        "sessions.lifetime",
        "is no time at all",
        "Write a duration, such as \"14d\".",
    );
}

/// The weakest argon2id that OWASP's cheat sheet allows is 7 MiB with 5 passes.
const LEAST_MEMORY: u32 = 7168;
const LEAST_WORK: u64 = 7168 * 5;

pub(super) fn check_password(password: &Password, purpose: Purpose, found: &mut Findings) {
    let length = password.min_length;
    found.refuse(
        !(12..=64).contains(&length),
        "password.min_length",
        format!("is {length}"),
        "Write 12 or more, and at most 64.",
    );
    check_choice(password, found);
    check_imported(password, found);
    let work = u64::from(password.memory) * u64::from(password.time);
    let weak = password.memory < LEAST_MEMORY || work < LEAST_WORK;
    found.refuse(
        weak && purpose == Purpose::Serve,
        "password.memory",
        format!("is {} KiB with password.time {}, which is too cheap to guess against", password.memory, password.time),
        "Write memory = 19456 and time = 2, or more.",
    );
    found.refuse(password.time == 0, "password.time", "is 0", "Write 2 or more.");
    found.refuse(
        !(1..=64).contains(&password.parallelism),
        "password.parallelism",
        "is out of range",
        "Write 1 to 64.",
    );
    found.refuse(
        !(1..=64).contains(&password.concurrency),
        "password.concurrency",
        "is out of range",
        "Write 1 to 64.",
    );
    // RFC 9106 §3.1: eight KiB a lane at least.
    found.refuse(
        password.memory < password.parallelism.saturating_mul(8),
        "password.memory",
        format!("is {} KiB", password.memory),
        "Write at least 8 KiB for each lane of password.parallelism.",
    );
    found.refuse(password.memory > 4_194_304, "password.memory", "is more than 4 GiB", "Write it in KiB.");
}

/// What may become a password.
fn check_choice(password: &Password, found: &mut Findings) {
    let score = password.min_score;
    found.refuse(!(3..=4).contains(&score), "password.min_score", format!("is {score}"), "Write 3 or 4.");
}

/// What comparing with an imported hash may take.
fn check_imported(password: &Password, found: &mut Findings) {
    let (least, most) = (HumanDuration::seconds(1), HumanDuration::seconds(30));
    let delay = password.imported_delay;
    found.refuse(
        delay < least || delay > most,
        "password.imported_delay",
        format!("is {delay}"),
        format!("Write {least} to {most}."),
    );
    found.refuse(
        password.imported_memory > 1_048_576,
        "password.imported_memory",
        "is more than 1 GiB",
        "Write it in KiB.",
    );
}
