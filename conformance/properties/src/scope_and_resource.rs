//! Scopes and resource indicators. Input: a scope, a line feed, another scope, a line feed, a resource.
//!
//! A scope is the set of its tokens, read here a second time from the grammar of RFC 6749 §3.3; the arithmetic is that of sets;
//! a resource has one canonical spelling, which names the same place as what was sent.

use std::collections::BTreeSet;

use protocol::{ErrorCode, ResourceIndicator, Scope};
use url::Url;

use crate::refusal;

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (one, two, target) = (next(), next(), next());
    if let (Some(first), Some(second)) = (scope(one), scope(two)) {
        arithmetic(&first, &second);
    }
    resource(target);
}

fn scope(text: &str) -> Option<Scope> {
    let tokens: Vec<&str> = text.split(' ').filter(|token| !token.is_empty()).collect();
    let allowed = |c: char| matches!(c, '\u{21}' | '\u{23}'..='\u{5B}' | '\u{5D}'..='\u{7E}');
    let good = tokens.len() <= 100 && tokens.iter().all(|token| token.len() <= 200 && token.chars().all(allowed));
    match Scope::parse(text) {
        Ok(scope) => {
            assert!(good, "{text:?}");
            let expected: BTreeSet<&str> = tokens.into_iter().collect();
            assert!(scope.iter().eq(expected.iter().copied()) && scope.len() == expected.len());
            assert_eq!(Scope::parse(&scope.to_string()).unwrap(), scope);
            assert_eq!(serde_json::from_value::<Scope>(serde_json::to_value(&scope).unwrap()).unwrap(), scope);
            Some(scope)
        }
        Err(error) => {
            assert!(!good, "{text:?}");
            refusal::is_sayable(&error);
            assert_eq!(error.code, ErrorCode::InvalidScope);
            None
        }
    }
}

fn arithmetic(one: &Scope, two: &Scope) {
    let (both, either, rest) = (one.intersection(two), one.union(two), one.difference(two));
    assert!(both.is_subset_of(one) && both.is_subset_of(two) && one.is_subset_of(&either));
    assert_eq!(both.union(&rest), *one);
    assert!(both.intersection(&rest).is_empty());
    assert_eq!(one.is_subset_of(two), rest.is_empty());
    assert_eq!(one.identity().union(&one.of_resources()), *one);
    assert!(one.identity().intersection(&one.of_resources()).is_empty());
    for token in one.iter() {
        assert_eq!(both.contains(token), two.contains(token));
        let mut less = one.clone();
        assert!(less.remove(token) && !less.contains(token) && less.len() + 1 == one.len());
    }
}

fn resource(text: &str) {
    let resource = match ResourceIndicator::parse(text) {
        Ok(resource) => resource,
        Err(error) => {
            refusal::is_sayable(&error);
            assert_eq!(error.code, ErrorCode::InvalidTarget);
            return;
        }
    };
    let canonical = resource.as_str();
    assert_eq!(ResourceIndicator::parse(canonical).as_ref(), Ok(&resource), "{text:?} became {canonical:?}");
    assert_eq!(
        serde_json::from_value::<ResourceIndicator>(serde_json::to_value(&resource).unwrap()).unwrap(),
        resource
    );
    assert!(!canonical.contains('#') && canonical.bytes().all(|byte| byte.is_ascii_graphic()), "{canonical:?}");
    let (sent, kept) = (Url::parse(text).unwrap(), Url::parse(canonical).unwrap());
    let place = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_ascii_lowercase), url.port());
    assert_eq!(place(&sent), place(&kept));
    assert_eq!(sent.query(), kept.query());
    assert_eq!(sent.path().trim_end_matches('/'), kept.path().trim_end_matches('/'));
    let twice = [text.to_owned(), canonical.to_owned()];
    assert_eq!(ResourceIndicator::one_of(&twice), Ok(Some(resource)));
}
