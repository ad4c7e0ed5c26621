//! What the core looks at in a request, whichever framework it came from. It does not own the body: skins read it when asked.

use http::{HeaderMap, Method};

/// The header fields of a request, as they lie in a framework's own map.
pub(crate) trait Fields: Sync {
    /// Hands over each value of the header with this name, in their order.
    fn each<'f>(&'f self, name: &str, to: &mut dyn FnMut(&'f [u8]));
}

impl Fields for HeaderMap {
    fn each<'f>(&'f self, name: &str, to: &mut dyn FnMut(&'f [u8])) {
        self.get_all(name).iter().for_each(|value| to(value.as_bytes()));
    }
}

/// The parts of a request that decide: method, path and headers.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub method: &'a Method,
    pub headers: &'a dyn Fields,
}

/// Several fields where one is allowed, or bytes that are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous;

impl<'a> Head<'a> {
    /// The one value of a header that may stand once.
    pub fn single(&self, name: &str) -> Result<Option<&'a str>, Ambiguous> {
        let (mut found, mut several) = (None, false);
        self.headers.each(name, &mut |value| several |= found.replace(value).is_some());
        match found {
            None => Ok(None),
            Some(_) if several => Err(Ambiguous),
            Some(value) => text(value).map(Some).ok_or(Ambiguous),
        }
    }

    /// Whether a header stands at all.
    pub fn has(&self, name: &str) -> bool {
        let mut stands = false;
        self.headers.each(name, &mut |_| stands = true);
        stands
    }

    /// All values of a header.
    pub fn values(&self, name: &'static str) -> Vec<&'a [u8]> {
        let mut values = Vec::new();
        self.headers.each(name, &mut |value| values.push(value));
        values
    }
}

/// A value of visible ASCII, spaces and tabs.
fn text(value: &[u8]) -> Option<&str> {
    let is_text = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    std::str::from_utf8(value).ok().filter(|_| is_text)
}
