//! Which words say what the flows answer in types.

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
