//! Nothing secret prints: the same input again, with a mark in the place of each secret, and what was printed is searched.

use std::fmt::Debug;

/// 45 unreserved characters, so that it is a code verifier, a client secret, and everything else that is free text.
pub(crate) const MARK: &str = "mark-of-a-secret-that-must-not-be-printed-0001";

/// Whether a search for the mark would say something about this input.
pub(crate) fn is_free_of_it(data: &[u8]) -> bool {
    // In any letters: some parsers write in lower case what they read.
    !contains(&String::from_utf8_lossy(data).to_ascii_lowercase())
}

/// Panics when the mark, or a good part of it, is printed.
pub(crate) fn does_not_print(what: &impl Debug) {
    let printed = format!("{what:?} {what:#?}");
    assert!(!contains(&printed), "{printed}");
}

fn contains(text: &str) -> bool {
    text.contains(&MARK[..12]) || text.contains(&MARK[24..])
}

/// Form-encoded pairs.
pub(crate) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
