//! E-mail addresses in one canonical form, made once, before anything looks at them (catalogue of attacks: parser
//! differentials).

use std::fmt;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

/// An address: NFKC, lower-case, one `@`, a dotted host of ASCII letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads and canonicalises. Quoted local parts, comments, lists, literals, and hosts that are not ASCII are refused:
    /// no provider that people sign in with needs them, and every parser reads them differently.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().nfkc().collect::<String>().to_lowercase();
        if text.len() > 254 || !text.is_ascii() {
            return None;
        }
        let (local, host) = text.split_once('@')?;
        let local_fits = (1..=64).contains(&local.len())
            && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
        let labels: Vec<&str> = host.split('.').collect();
        let host_fits = labels.len() >= 2
            && labels.iter().all(|label| is_label(label))
            && labels.last().is_some_and(|label| !label.bytes().all(|byte| byte.is_ascii_digit()));
        (local_fits && host_fits).then_some(Self(text))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 5322 §3.2.3 atext.
const fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        assert_eq!(Email::parse(" Member@Example.COM ").unwrap().as_str(), "member@example.com");
        assert_eq!(Email::parse("member＠example.com").unwrap().as_str(), "member@example.com");
    }

    #[test]
    fn what_parsers_read_differently_is_refused() {
        for bad in [
            "",
            "a",
            "a@",
            "@b.c",
            "a@b",
            "\"a@evil.com\"@ok.com",
            "a@ok.com,b@evil.com",
            "a@ok.com\r\nBcc: x@y.z",
            "a@ok@evil.com",
            "a@ok.com.",
            "a(x)@ok.com",
            "a@[127.0.0.1]",
            "a@1.2.3.4",
            "a b@ok.com",
            "a\0@ok.com",
            ".a@ok.com",
            "a..b@ok.com",
            "ı@ök.com",
        ] {
            assert!(Email::parse(bad).is_none(), "{bad:?}");
        }
    }
}
