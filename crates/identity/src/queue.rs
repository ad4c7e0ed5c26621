//! What the queues of work that leaves this server have in common, mails and webhooks: how long to wait after an attempt that
//! failed, and how often to look when nothing rings.

use std::time::Duration;

/// How often a queue is looked at when nothing rings: other processes and later attempts do not ring.
pub(crate) const EVERY: Duration = Duration::from_secs(5);

/// How long to wait after so many attempts, by these seconds after the first, second, …; none when it has been tried for long
/// enough.
pub(crate) fn back_off(seconds: &[u64], attempts: u64) -> Option<Duration> {
    let made = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    seconds.get(made).copied().map(Duration::from_secs)
}
