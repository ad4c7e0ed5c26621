//! Which part of a list is asked for: `limit` and `cursor`. Lists answer a part, never everything.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use protocol::Params;
use utoipa::IntoParams;

use super::{Kind, Problem};

/// As many are told if nothing is said.
const USUAL: u32 = 50;
/// And at most.
const MOST: u32 = 100;

/// The part.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// How many at the most; 50 if it is left out.
    #[param(minimum = 1, maximum = 100, value_type = Option<u32>)]
    pub limit: u32,
    /// Where the part before ended: its `next`.
    pub cursor: Option<String>,
    /// Over one project alone: its slug or id. Only where things belong to projects.
    #[param(ignore)]
    pub project: Option<String>,
    /// How the list is narrowed in other ways, for the address of the next part.
    #[param(ignore)]
    pub also: Vec<(String, String)>,
}

impl FromRequest for Part {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let narrows = ["/keys", "/access"].iter().any(|end| request.path().ends_with(end));
        ready(Self::parse(request.query_string(), narrows))
    }
}

impl Part {
    fn parse(query: &str, narrows: bool) -> Result<Self, Problem> {
        refuse_empty(query)?;
        Self::take(Params::parse(query)?, narrows)
    }

    /// What is left of a query once its own parameters were taken out.
    pub(super) fn take(mut params: Params, narrows: bool) -> Result<Self, Problem> {
        let (limit, cursor) = (params.take("limit"), params.take("cursor"));
        let project = if narrows { params.take("project") } else { None };
        if let Some((name, _)) = params.iter().next() {
            let name = name.escape_debug();
            return Err(Problem::new(Kind::Malformed, format!("There is no parameter '{name}' here; leave it out.")));
        }
        let limit = match limit {
            None => USUAL,
            Some(text) => number(&text).ok_or_else(|| {
                Problem::new(Kind::Malformed, format!("limit is a whole number from 1 to {MOST}; write limit={USUAL}."))
            })?,
        };
        Ok(Self { limit, cursor, project, also: Vec::new() })
    }

    /// The query of the part behind `cursor`.
    pub(super) fn next(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string()).append_pair("cursor", cursor);
        if let Some(project) = &self.project {
            query.append_pair("project", project);
        }
        for (name, value) in &self.also {
            query.append_pair(name, value);
        }
        query.finish()
    }
}

/// Refuses a parameter that says nothing.
pub(super) fn refuse_empty(query: &str) -> Result<(), Problem> {
    let is_empty = |piece: &str| !piece.is_empty() && piece.split_once('=').is_none_or(|(_, value)| value.is_empty());
    match query.split('&').any(is_empty) {
        true => Err(Problem::new(Kind::Malformed, "A parameter is empty; leave it out.")),
        false => Ok(()),
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = text.chars().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=MOST).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_bounded_and_nothing_else_is_said() {
        let part = Part::parse("", false).unwrap();
        assert_eq!((part.limit, part.cursor), (50, None));
        assert_eq!(Part::parse("limit=100", false).unwrap().limit, 100);
        for odd in [
            "limit=",
            "cursor",
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=%2B5",
            "limit=1&limit=2",
            "offset=3",
            "cursor=%00",
            "project=a",
        ] {
            assert_eq!(Part::parse(odd, false).unwrap_err().kind(), Kind::Malformed, "{odd}");
        }
        let narrowed = Part::parse("project=apollo&limit=2", true).unwrap();
        assert_eq!(narrowed.next("1.a.b"), "limit=2&cursor=1.a.b&project=apollo");
    }
}
