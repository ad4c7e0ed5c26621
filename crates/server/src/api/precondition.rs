//! Conditions (RFC 9110 §13.1.1): who changes something says in `If-Match` which version they saw. Without it the answer is 428
//! (RFC 6585 §3), so that nobody writes over somebody else's change by leaving it out.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

use super::{Kind, Problem};

/// The versions that a change is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is: `*`.
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Whether it is meant for this version.
    #[must_use]
    pub fn includes(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }

    /// Reads the field's lines. A tag that is weak, or none of ours, matches nothing (§8.8.3.2).
    fn parse(lines: &[&str]) -> Option<Self> {
        let text = lines.join(",");
        match text.trim() {
            "" => None,
            "*" => Some(Self::Any),
            tags => Some(Self::OneOf(tags.split(',').filter_map(|tag| version(tag.trim())).collect())),
        }
    }
}

fn version(tag: &str) -> Option<i64> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let is_ours = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_ours)
}

impl FromRequest for Expected {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let lines: Vec<&str> =
            request.headers().get_all(header::IF_MATCH).map(|line| line.to_str().unwrap_or_default()).collect();
        ready(Self::parse(&lines).ok_or_else(|| {
            let said = "Say which version your change is for: look at the thing, and send its ETag as If-Match.";
            Problem::new(Kind::PreconditionRequired, said)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_strongly() {
        let of = |lines: &[&str]| Expected::parse(lines);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["  "]), None);
        assert_eq!(of(&["*"]), Some(Expected::Any));
        assert_eq!(of(&["\"3\""]), Some(Expected::OneOf(vec![3])));
        assert_eq!(of(&["\"3\", \"4\"", "\"5\""]), Some(Expected::OneOf(vec![3, 4, 5])));
        for odd in ["W/\"3\"", "3", "\"03\"", "\"\"", "\"x\"", "\"-1\"", "\"99999999999999999999\""] {
            assert_eq!(of(&[odd]), Some(Expected::OneOf(vec![])), "{odd}");
        }
        assert!(
            Expected::Any.includes(7) && Expected::OneOf(vec![7]).includes(7) && !Expected::OneOf(vec![7]).includes(8)
        );
    }
}
