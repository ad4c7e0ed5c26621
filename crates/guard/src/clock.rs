//! The only place where this crate reads the wall clock; it exists to hold a token to its `exp`.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch, as in RFC 7519's NumericDate.
#[expect(clippy::disallowed_methods, reason = "this module is the clock")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
