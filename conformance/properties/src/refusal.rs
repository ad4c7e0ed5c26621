//! What holds of every refusal of a parser: it may be sent, it blames the sender, and its words are short.

use protocol::{ErrorCode, OAuthError};

/// RFC 6749 §5.2 and §4.1.2.1: `error_description` is made of %x20-21 / %x23-5B / %x5D-7E.
pub(crate) fn is_sayable(error: &OAuthError) {
    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(error.description.bytes().all(allowed), "{:?}", error.description);
    assert!((1..=400).contains(&error.description.len()), "{:?}", error.description);
    assert!(
        !matches!(error.code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable),
        "a text is never a fault of ours: {error:?}"
    );
    assert!(serde_json::to_string(&error.body()).is_ok_and(|body| body.contains(error.code.as_str())));
}
