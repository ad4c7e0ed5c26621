//! Text that must not be printed. Owns the wrapper only; how a secret is made, hashed or compared is decided elsewhere.

use std::fmt;

/// A secret as it was sent: a client secret, a code, a token. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone)]
pub struct Confidential(String);

impl Confidential {
    /// Wraps a text that nothing but its use may see.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for hashing, comparing or sending.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Confidential;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        let secret = Confidential::new("tGzv3JOkF0XG5Qx2TlKWIA");
        assert_eq!(format!("{secret:?}"), "Confidential(…)");
        assert_eq!(secret.expose(), "tGzv3JOkF0XG5Qx2TlKWIA");
    }
}
