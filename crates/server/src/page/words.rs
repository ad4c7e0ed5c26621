//! Words for what the flows answer in types.

use std::time::Duration;

use model::{Client, ClientOrigin};
use protocol::{ClientIdUrl, EMAIL, ErrorCode, OAuthError, PROFILE, Scope};

use crate::view::{App, EndReason, Provenance};

/// An app, as people see it.
pub(super) fn app(client: &Client) -> App {
    let provenance = match client.origin {
        ClientOrigin::Registration => Provenance::Registered,
        ClientOrigin::Operator if client.first_party => Provenance::FirstParty,
        ClientOrigin::Operator => Provenance::Operator,
        ClientOrigin::Document => Provenance::Document {
            host: ClientIdUrl::parse(client.id.as_str()).map(|url| url.host()).unwrap_or_default(),
        },
    };
    App { name: client.name.clone(), provenance }
}

/// What an app learns about the person, as an act.
pub(super) fn identity(scope: &Scope) -> &'static str {
    match (scope.contains(PROFILE), scope.contains(EMAIL)) {
        (true, true) => "see your name and e-mail address",
        (true, false) => "see your name",
        (false, true) => "see your e-mail address",
        (false, false) => "recognise you when you come back",
    }
}

/// Why a request of an app leads to a page and not on, in a sentence.
pub(super) fn why(error: &OAuthError) -> String {
    let sentence = match error.code {
        ErrorCode::LoginRequired | ErrorCode::InteractionRequired | ErrorCode::AccountSelectionRequired => {
            "It asked to sign you in without showing a page, but you are not signed in."
        }
        ErrorCode::ConsentRequired => "It asked to go on without showing a page, but you have not allowed that yet.",
        ErrorCode::InvalidScope => "It asked for something that this server does not know, or that it may not have.",
        ErrorCode::InvalidTarget => "It asked for a place that this server does not know.",
        ErrorCode::UnauthorizedClient => "It is not registered for this way of connecting.",
        ErrorCode::AccessDenied => "It may not have what it asked for.",
        _ => "Its request is not right, so that it cannot be answered.",
    };
    sentence.to_owned()
}

/// The stored reason of an end, as the page says it.
pub(super) fn end_reason(reason: &str) -> EndReason {
    match reason {
        identity::connections::DISCONNECTED => EndReason::You,
        "revoked_by_owner" => EndReason::Owner,
        "revoked_by_client" => EndReason::App,
        "reused" | "code_replayed" => EndReason::Reused,
        "unused" => EndReason::Unused,
        "expired" => EndReason::Expired,
        "membership_lost" => EndReason::MembershipLost,
        "password_set" => EndReason::PasswordSet,
        "rolled_back" => EndReason::RolledBack,
        _ => EndReason::Disabled,
    }
}

/// A length of time in its largest whole unit: `15 minutes`, `30 days`.
pub(super) fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = [(86_400, "day"), (3600, "hour"), (60, "minute")]
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .map_or((seconds, "second"), |(size, unit)| (seconds / size, unit));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_their_largest_unit() {
        for (seconds, said) in [
            (1, "1 second"),
            (90, "90 seconds"),
            (900, "15 minutes"),
            (3600, "1 hour"),
            (2_592_000, "30 days"),
            (0, "0 seconds"),
        ] {
            assert_eq!(length(Duration::from_secs(seconds)), said);
        }
    }
}
