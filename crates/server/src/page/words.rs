//! Which words say what the flows answer in types.

use identity::account::{Guessable, PasswordRefusal};
use model::{Client, ClientOrigin};
use protocol::{ClientIdUrl, EMAIL, ErrorCode, OAuthError, PROFILE, Scope};

use super::Visit;
use crate::view::{App, EndReason, Provenance};

/// An app, as people see it.
pub(super) fn app(client: &Client) -> App {
    let provenance = match client.origin {
        ClientOrigin::Registration => Provenance::Registered,
        ClientOrigin::Operator if client.owner.is_some() => Provenance::Organization,
        ClientOrigin::Operator if client.first_party => Provenance::FirstParty,
        ClientOrigin::Operator => Provenance::Operator,
        ClientOrigin::Document => Provenance::Document {
            host: ClientIdUrl::parse(client.id.as_str()).map(|url| url.host()).unwrap_or_default(),
        },
    };
    App { name: client.name.clone(), provenance }
}

/// The key of what an app learns about the person, as an act.
pub(super) fn identity(scope: &Scope) -> &'static str {
    match (scope.contains(PROFILE), scope.contains(EMAIL)) {
        (true, true) => "consent-see-name-and-email",
        (true, false) => "consent-see-name",
        (false, true) => "consent-see-email",
        (false, false) => "consent-recognise",
    }
}

/// The key of why a request of an app leads to a page and not on.
pub(super) fn why(error: &OAuthError) -> &'static str {
    match error.code {
        ErrorCode::LoginRequired | ErrorCode::InteractionRequired | ErrorCode::AccountSelectionRequired => {
            "refused-not-signed-in"
        }
        ErrorCode::ConsentRequired => "refused-not-allowed-yet",
        ErrorCode::InvalidScope => "refused-scope",
        ErrorCode::InvalidTarget => "refused-place",
        ErrorCode::UnauthorizedClient => "refused-way",
        ErrorCode::AccessDenied => "refused-denied",
        _ => "refused-wrong",
    }
}

/// The stored reason of an end, as the page says it.
pub(super) fn end_reason(reason: &str) -> EndReason {
    match reason {
        identity::connections::DISCONNECTED => EndReason::You,
        "revoked_by_owner" | "revoked_by_manager" => EndReason::Owner,
        "revoked_by_operator" => EndReason::Operator,
        "revoked_by_client" => EndReason::App,
        identity::account::RESET => EndReason::Reset,
        identity::account::LEFT => EndReason::Left,
        "reused" | "code_replayed" => EndReason::Reused,
        "unused" => EndReason::Unused,
        "expired" => EndReason::Expired,
        "membership_lost" | "role_lost" | "project_limited" => EndReason::MembershipLost,
        identity::demands::DEMANDS_UNMET => EndReason::Unmet,
        "password_set" => EndReason::PasswordSet,
        "rolled_back" => EndReason::RolledBack,
        _ => EndReason::Disabled,
    }
}

/// Why this cannot be a password, and what could.
pub(super) fn password(visit: &Visit, refusal: &PasswordRefusal) -> String {
    let key = match refusal {
        PasswordRefusal::TooShort { least } => return visit.say("unfit-too-short").with("least", least).into(),
        PasswordRefusal::TooLong => "unfit-too-long",
        PasswordRefusal::Breached => "unfit-breached",
        PasswordRefusal::Guessable(why) => match why {
            Guessable::AboutYou => "unfit-about-you",
            Guessable::Common => "unfit-common",
            Guessable::Keys => "unfit-keys",
            Guessable::Repetition => "unfit-repetition",
            Guessable::Sequence => "unfit-sequence",
            Guessable::Date => "unfit-date",
            Guessable::Words => "unfit-words",
        },
    };
    visit.say(key).into()
}

/// How a session's person signed in (RFC 8176 §2), as an act.
pub(super) fn how(visit: &Visit, amr: &str) -> String {
    let words: Vec<&str> = amr.split(' ').collect();
    let has = |word| words.contains(&word);
    let first = if has("pwd") {
        Some("account-how-password")
    } else if has("fed") {
        Some("account-how-provider")
    } else {
        None
    };
    let second = if has("pop") {
        Some("factors-with-passkey")
    } else if has("otp") {
        Some("factors-with-app")
    } else {
        has("mfa").then_some("factors-with-recovery")
    };
    let say = |key| visit.say(key).to_string();
    match (first.map(say), second.map(say)) {
        (Some(first), Some(second)) => {
            visit.say("factors-with-both").with("first", first).with("second", second).into()
        }
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// The part of `account-event` that tells an entry of the trail to the person whose account it is; none for what they need
/// not read.
pub(super) fn event(action: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(known, _)| *known == action).map(|(_, part)| *part)
}

const EVENTS: [(&str, &str); 58] = [
    ("user.signed_up", "signed-up"),
    ("user.added", "added"),
    ("user.imported", "imported"),
    ("user.password_set", "password-set"),
    ("member.added", "joined"),
    ("member.changed", "role-changed"),
    ("invitation.accepted", "accepted-invitation"),
    ("project.member_added", "project-joined"),
    ("project.member_removed", "project-parted"),
    ("member.removed", "parted"),
    ("user.disabled", "disabled"),
    ("user.enabled", "enabled"),
    ("user.operator_added", "operator-added"),
    ("user.operator_removed", "operator-removed"),
    ("user.sessions_ended", "sessions-ended"),
    ("user.left", "left"),
    ("user.stayed", "stayed"),
    ("user.exported", "exported"),
    ("member.promoted", "promoted"),
    ("organization.founded", "founded"),
    ("organization.removed", "organization-removed"),
    ("session.started", "signed-in"),
    ("session.proved", "proved"),
    ("session.ended", "signed-out"),
    ("session.others_ended", "signed-out-elsewhere"),
    ("provider.connected", "provider-connected"),
    ("provider.disconnected", "provider-disconnected"),
    ("account.taken_over", "taken-over"),
    ("password.changed", "password-changed"),
    ("password.reset", "password-reset"),
    ("totp.added", "app-added"),
    ("totp.removed", "app-removed"),
    ("passkey.added", "passkey-added"),
    ("passkey.removed", "passkey-removed"),
    ("passkey.suspected", "passkey-suspected"),
    ("recovery_codes.made", "codes-made"),
    ("recovery_code.spent", "code-spent"),
    ("user.factors_removed", "all-factors-removed"),
    ("email.verified", "email-verified"),
    ("email.changed", "email-changed"),
    ("email.restored", "email-restored"),
    ("grant.allowed", "allowed"),
    ("grant.used", "let-in-again"),
    ("grant.denied", "denied"),
    ("grant.revoked", "revoked"),
    ("grant.all_revoked", "all-revoked"),
    ("refresh.reused", "reused"),
    ("refresh.shared", "shared"),
    ("code.replayed", "replayed"),
    ("refresh.ended", "lost"),
    ("token.revoked", "given-back"),
    ("grant.ended", "ended"),
    ("grant.lapsed", "lapsed"),
    ("key.created", "key-made"),
    ("key.rotated", "key-renewed"),
    ("key.revoked", "key-revoked"),
    ("api_token.created", "token-made"),
    ("api_token.revoked", "token-revoked"),
];

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use model::Language;

    use super::EVENTS;

    /// Entries of the trail that no person finds in their list: they name nobody, or nobody is left to read them, or
    /// (`refresh.retried`, `refresh.recovered`) they are a program's lost answers, which the list leaves out.
    const UNTOLD: [&str; 48] = [
        "client.added",
        "client.changed",
        "client.device_allowed",
        "client.device_refused",
        "client.disabled",
        "client.enabled",
        "client.new_secret",
        "client.removed",
        "invitation.added",
        "invitation.resent",
        "invitation.revoked",
        "mail.tried",
        "organization.added",
        "organization.demands_set",
        "organization.device_writes_allowed",
        "organization.device_writes_refused",
        "organization.disabled",
        "organization.enabled",
        "organization.renamed",
        "project.added",
        "project.disabled",
        "project.enabled",
        "project.renamed",
        "project.limited",
        "project.opened",
        "project.removed",
        "refresh.recovered",
        "refresh.retried",
        "resource.access_tokens",
        "resource.added",
        "resource.changed",
        "resource.disabled",
        "resource.enabled",
        "resource.new_secret",
        "resource.removed",
        "role.added",
        "role.changed",
        "role.removed",
        "client_token.revoked",
        "server.restored",
        "signing_keys.rotated",
        "user.erased",
        "webhook.added",
        "webhook.disabled",
        "webhook.enabled",
        "webhook.new_secret",
        "webhook.removed",
        "webhook.resent",
    ];
    /// Told to nobody either: the account goes with it.
    const LAST: [&str; 1] = ["user.removed"];
    /// Texts of the same form that are names of settings, files or hosts.
    const OTHERS: [&str; 3] = ["password.imported_delay", "password.imported_memory", "test.db"];

    /// Every text of the form `area.act` in the flows' sources.
    fn written(folder: &Path, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                written(&entry, into);
                continue;
            }
            let text = fs::read_to_string(&entry).unwrap();
            let is_action = |word: &&str| {
                // Not a host.
                let is_host = word.ends_with(".example");
                let plain =
                    |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                !is_host && word.split_once('.').is_some_and(|(area, act)| plain(area) && plain(act))
            };
            into.extend(text.split('"').filter(is_action).map(str::to_owned));
        }
    }

    #[test]
    fn every_entry_of_the_trail_that_a_person_can_meet_has_words() {
        let mut all = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/src"), &mut all);
        let known: BTreeSet<&str> = EVENTS.iter().map(|(action, _)| *action).chain(UNTOLD).chain(LAST).collect();
        let new: Vec<&String> =
            all.iter().filter(|word| !known.contains(word.as_str()) && !OTHERS.contains(&word.as_str())).collect();
        assert!(new.is_empty(), "neither in EVENTS (with a part of account-event) nor in UNTOLD: {new:?}");
        let gone: Vec<&&str> = UNTOLD.iter().filter(|action| !all.contains(**action)).collect();
        assert!(gone.is_empty(), "nobody writes {gone:?} any more");
    }

    #[test]
    fn c41_every_action_has_words_in_the_trail_in_every_language() {
        let mut all = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/src"), &mut all);
        let actions = all.iter().filter(|word| !OTHERS.contains(&word.as_str()));
        let wordless: Vec<String> = Language::ALL
            .into_iter()
            .flat_map(|language| actions.clone().map(move |action| (language, action)))
            .filter(|(language, action)| {
                let part = super::super::trail::part(action);
                crate::view::say(*language, "audit-event").part(&part).if_said().is_none()
            })
            .map(|(language, action)| format!("{language:?} {action}"))
            .collect();
        assert!(wordless.is_empty(), "no part of audit-event: {wordless:?}");
    }

    #[test]
    fn every_event_is_told_in_every_language() {
        for (language, (action, part)) in Language::ALL.into_iter().flat_map(|it| EVENTS.map(|event| (it, event))) {
            let told = crate::view::say(language, "account-event").part(part).to_string();
            assert!(!told.contains('⟦'), "{action}: {told}");
        }
    }
}
