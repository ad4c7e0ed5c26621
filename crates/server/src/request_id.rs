//! The name of one request: in its answer's `X-Request-Id`, in every log line it causes, and the reference on error
//! pages. Always ours; what a client sends is not read.

use std::{cell::Cell, fmt, future::Future};

use actix_web::http::header::{HeaderName, HeaderValue};
use model::{Id, Timestamp};

/// The header that carries it.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const LENGTH: usize = 12;

tokio::task_local! {
    static CURRENT: Cell<Option<RequestId>>;
}

/// Twelve characters of base62, drawn at random.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; LENGTH]);

impl RequestId {
    /// A fresh one.
    #[must_use]
    pub fn generate() -> Self {
        // The end of an id is random; its beginning would be the time, which the log line has anyway.
        let id = Id::<Self>::new(Timestamp::from_micros(0));
        let mut text = [b'0'; LENGTH];
        for (to, from) in text.iter_mut().rev().zip(id.as_str().bytes().rev()) {
            *to = from;
        }
        Self(text)
    }

    /// The request that is being answered here, if one is.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Cell::get).ok().flatten()
    }

    /// Runs `work` as a part of this request.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(Cell::new(Some(self)), work).await
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// As the header's value.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_are_alike_and_all_of_them_is_random() {
        let ids: HashSet<String> = (0..1000).map(|_| RequestId::generate().to_string()).collect();
        assert_eq!(ids.len(), 1000);
        for place in 0..LENGTH {
            let seen: HashSet<u8> = ids.iter().map(|id| id.as_bytes()[place]).collect();
            assert!(seen.len() > 30, "place {place} takes {} values", seen.len());
        }
    }

    #[actix_web::test]
    async fn it_is_known_inside_its_request_only() {
        let id = RequestId::generate();
        assert_eq!(RequestId::current(), None);
        assert_eq!(id.scope(async { RequestId::current() }).await, Some(id));
        assert_eq!(RequestId::current(), None);
    }
}
