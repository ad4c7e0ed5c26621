//! What the core looks at in a request, whichever framework it came from. It does not own the body: skins read it when asked.

use http::{HeaderMap, Method};

/// The parts of a request that decide: method, path and headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
}

/// Several fields where one is allowed, or bytes that are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous;

impl<'a> Head<'a> {
    /// The one value of a header that may stand once.
    pub fn single(&self, name: &str) -> Result<Option<&'a str>, Ambiguous> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| Ambiguous),
            (Some(_), Some(_)) => Err(Ambiguous),
        }
    }

    /// Whether a header stands at all.
    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// All values of a header.
    pub fn values(&self, name: &'static str) -> Vec<&'a [u8]> {
        self.headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect()
    }
}
