//! What can go wrong between us and a server. A refusal in the protocol's own words is none of these: see
//! [`crate::flow::Verdict`].

use std::io;

/// Why there is no answer, or none that means anything.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The network, a file or a process.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// The connection ended before the answer did.
    #[error("the connection was closed before the answer was complete")]
    Closed,
    /// What came is not HTTP/1.1.
    #[error("the answer is not HTTP/1.1: {0}")]
    Malformed(&'static str),
    /// An answer that the step does not know.
    #[error("{step}: unexpected answer {status}: {body}")]
    Unexpected {
        /// The step.
        step: &'static str,
        /// The status; 0 where there is none.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// A process that did not start, or a command that failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which.
        program: String,
        /// The end of what it wrote.
        said: String,
    },
}

impl Error {
    /// Wraps the system's error: `.map_err(Error::io("to connect"))`.
    pub fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    /// Whether the connection broke, rather than the server having said something.
    #[must_use]
    pub const fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Closed)
    }
}
