//! The syntax that a URI must have before it may name a client or receive a code: only what every parser reads alike.
//! Owns RFC 3986 pieces and refusals; which schemes and hosts are welcome belongs to the types built on this.

use percent_encoding::percent_decode;
use url::Url;

const MAX_BYTES: usize = 2048;

/// An absolute URI that reads the same to every parser, kept byte for byte as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CleanUri {
    text: String,
    scheme: String,
    authority: Option<Authority>,
    /// Where path and query begin in `text`.
    rest_at: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Authority {
    host: String,
    port: Option<u16>,
}

impl CleanUri {
    /// Reads the text; the refusal is a short public reason, to be put into whatever error fits the caller.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        refuse_odd_characters(text)?;
        let (scheme, after) = text.split_once(':').ok_or("must be an absolute URI")?;
        if !is_scheme(scheme) {
            return Err("must be an absolute URI");
        }
        let hierarchical = after.strip_prefix("//");
        let authority_text = hierarchical.map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
        let rest_at = match authority_text {
            Some(authority) => scheme.len() + 3 + authority.len(),
            None => scheme.len() + 1,
        };
        let scheme = scheme.to_ascii_lowercase();
        let authority = authority_text.map(|authority| parse_authority(&scheme, authority)).transpose()?;
        if is_web(&scheme) {
            agree_with_browsers(text, authority.as_ref())?;
        }
        refuse_dot_segments(text.get(rest_at..).unwrap_or_default())?;
        Ok(Self { text: text.to_owned(), scheme, authority, rest_at })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The scheme in lower case.
    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host as written, brackets included; `None` without an authority.
    pub(crate) fn host(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.host.as_str())
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.authority.as_ref().and_then(|authority| authority.port)
    }

    /// Path and query, byte for byte.
    pub(crate) fn rest(&self) -> &str {
        self.text.get(self.rest_at..).unwrap_or_default()
    }

    /// Whether the path is more than nothing or `/`.
    pub(crate) fn has_path(&self) -> bool {
        let path = self.rest().split('?').next().unwrap_or_default();
        !matches!(path, "" | "/")
    }

    pub(crate) fn has_query(&self) -> bool {
        self.rest().contains('?')
    }
}

pub(crate) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

fn refuse_odd_characters(text: &str) -> Result<(), &'static str> {
    if text.len() > MAX_BYTES {
        return Err("must not be longer than 2048 bytes");
    }
    // RFC 3986 §2 has none of these; parsers disagree about each of them.
    let foreign = |byte: u8| !byte.is_ascii_graphic() || br#""<>\^`{|}"#.contains(&byte);
    if text.bytes().any(foreign) {
        return Err("holds characters that a URI cannot have");
    }
    if text.contains('#') {
        return Err("must not have a fragment");
    }
    if text.contains('*') {
        return Err("must not have a wildcard");
    }
    Ok(())
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn parse_authority(scheme: &str, text: &str) -> Result<Authority, &'static str> {
    if text.contains(['@', '%']) {
        return Err("must not have userinfo or an encoded host");
    }
    let (host, port) = match (text.starts_with('['), text.rsplit_once(':')) {
        (true, _) => {
            let end = text.find(']').ok_or("has a malformed host")? + 1;
            let (host, after) = text.split_at(end);
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or("has a malformed host")?) })
        }
        (false, Some((host, port))) => (host, Some(port)),
        (false, None) => (text, None),
    };
    if is_web(scheme) && host.is_empty() {
        return Err("must have a host");
    }
    let host_is_plain = host.starts_with('[') || !host.contains([':', '[', ']']);
    if !host_is_plain {
        return Err("has a malformed host");
    }
    let port = port.map(parse_port).transpose()?;
    Ok(Authority { host: host.to_owned(), port })
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    let port: u16 = text.parse().map_err(|_| "has a malformed port")?;
    // No sign, no leading zero, not 0: one number has one spelling.
    if port == 0 || port.to_string() != text {
        return Err("has a malformed port");
    }
    Ok(port)
}

/// A browser must see the very host that is written: no decimal, octal or mapped address, no missing slash.
fn agree_with_browsers(text: &str, authority: Option<&Authority>) -> Result<(), &'static str> {
    let authority = authority.ok_or("must have a host")?;
    let url = Url::parse(text).map_err(|_| "is not a URL that browsers understand")?;
    // WHATWG lets `;`, `'` or `~` stand in a host, which no name has and a Content-Security-Policy cannot say.
    let of_names = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let named = authority.host.starts_with('[') || authority.host.bytes().all(of_names);
    let plain = named && url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(&authority.host));
    let bare = url.username().is_empty() && url.password().is_none();
    if plain && bare { Ok(()) } else { Err("has a host that is written unusually") }
}

/// Refuses `.` and `..` in the path, however often they are encoded, and control characters hidden the same way.
fn refuse_dot_segments(path_and_query: &str) -> Result<(), &'static str> {
    let path = path_and_query.split('?').next().unwrap_or_default();
    let mut bytes = path.as_bytes().to_vec();
    loop {
        if bytes.iter().any(u8::is_ascii_control) {
            return Err("hides a control character");
        }
        // `;` starts what some servers strip from a segment before they resolve dots.
        let is_dots = |segment: &[u8]| {
            let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
            matches!(name, b"." | b"..")
        };
        if bytes.split(|byte| matches!(byte, b'/' | b'\\')).any(is_dots) {
            return Err("must not have . or .. segments");
        }
        let decoded: Vec<u8> = percent_decode(&bytes).collect();
        if decoded == bytes {
            return Ok(());
        }
        bytes = decoded;
    }
}
