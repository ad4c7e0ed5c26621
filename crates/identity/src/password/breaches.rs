//! Whether a password stands in a collection of stolen ones, asked by the range query of Pwned Passwords: the service is told
//! five hexadecimal digits of the SHA-1 and answers with all that begin so; which one was meant it never learns. The answer is
//! padded, so that its length tells nothing to whoever watches the line.
//!
//! Owns the question and its answer; the way out is guarded like that to a client's document. No answer is no refusal: a
//! service that is away keeps nobody from signing up.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::sync::Semaphore;
use url::Url;
use zeroize::Zeroizing;

use crate::client_document::{DocumentFetcher, FetchError};

/// RFC 3174: 20 bytes, of which the first 20 bits are told.
const TOLD: usize = 5;
/// About a thousand lines of 40 bytes come, padding included.
const MOST_BYTES: usize = 256 * 1024;
/// At most so many questions at the same time; more are not asked.
const AT_ONCE: usize = 16;
const PADDING: (&str, &str) = ("add-padding", "true");

/// The service, if the operator named one.
pub(crate) struct Breaches {
    ranges: Option<Url>,
    at_once: Semaphore,
}

impl Breaches {
    /// A service at `ranges`, to which the digits are appended.
    pub(crate) fn new(ranges: Option<Url>) -> Self {
        Self { ranges, at_once: Semaphore::new(AT_ONCE) }
    }

    /// Whether the service knows this password. No where there is no service, or none that answers; that is logged.
    pub(super) async fn contain(&self, way: &DocumentFetcher, password: &str) -> bool {
        let Some(ranges) = &self.ranges else { return false };
        let digits = sha1(password);
        let (told, kept) = digits.split_at_checked(TOLD).unwrap_or_default();
        match self.ask(way, ranges, told).await {
            Ok(answer) => is_listed(&answer, kept),
            // Not the address, which ends with the digits.
            Err(error) => {
                tracing::warn!(%error, "a new password was not looked up among stolen ones");
                false
            }
        }
    }

    async fn ask(&self, way: &DocumentFetcher, ranges: &Url, told: &str) -> Result<String, &'static str> {
        let Ok(_permit) = self.at_once.try_acquire() else { return Err("too many are looked up at the same time") };
        let url = ranges.join(told).map_err(|_| "password.breaches is no address")?;
        let answer = way.ask_named(&url, PADDING, MOST_BYTES).await.map_err(|error| match error {
            FetchError::Refused(_) => "the service's address may not be asked",
            FetchError::Failed(_) | FetchError::Busy(_) => "the service gave no good answer in time",
        })?;
        let answer = String::from_utf8(answer).map_err(|_| "the service's answer is no text")?;
        let is_range = !answer.is_empty() && answer.lines().all(|line| entry(line).is_some());
        if is_range { Ok(answer) } else { Err("the service's answer is no list of hashes") }
    }
}

/// In hexadecimal digits, as the service writes them.
fn sha1(password: &str) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(String::with_capacity(40));
    for byte in digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02X}");
    }
    digits
}

/// What is left of a hash, and how often it was seen.
fn entry(line: &str) -> Option<(&str, u64)> {
    let (kept, times) = line.trim_end().split_once(':')?;
    let is_hash = kept.len() == 40 - TOLD && kept.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some((kept, times.parse().ok()?))
}

/// A line that only pads says that it was seen no times.
fn is_listed(answer: &str, kept: &str) -> bool {
    answer.lines().filter_map(entry).any(|(known, times)| times > 0 && known.eq_ignore_ascii_case(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_3174() {
        assert_eq!(*sha1("abc"), "A9993E364706816ABA3E25717850C26C9CD0D89D");
    }

    #[test]
    fn padding_is_no_hit() {
        let kept = &sha1("abc")[TOLD..];
        let other = "0".repeat(35);
        assert!(is_listed(&format!("{other}:7\r\n{kept}:2\r\n"), kept));
        assert!(is_listed(&format!("{}:2", kept.to_lowercase()), kept));
        assert!(!is_listed(&format!("{other}:7\r\n{kept}:0\r\n"), kept));
        assert!(!is_listed(&format!("{other}:7\r\n"), kept));
        assert_eq!(entry("<html>: 1"), None);
        assert_eq!(entry(&format!("{kept}:many")), None);
    }
}
