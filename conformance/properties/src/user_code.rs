//! What a person types for their device (RFC 8628 §6.1). Input: the field.
//!
//! A code is eight letters of twenty whatever stands between them and in whatever case, decided here a second time; it is shown so that
//! it is read back, and does not print.

use model::UserCode;

/// More than that is not looked at.
const LOOKED_AT: usize = 64;

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = UserCode::parse(text);
    let expected = letters(text);
    assert_eq!(read.as_ref().map(UserCode::grouped), expected, "{text:?}");
    if let Some(code) = read {
        let shown = code.grouped();
        assert_eq!(UserCode::parse(&shown).as_ref(), Some(&code));
        assert_eq!(UserCode::parse(&shown.to_lowercase().replace('-', " ")), Some(code.clone()));
        assert_eq!(format!("{code:?}"), "UserCode(…)");
    }
}

/// `BCDF-GHJK`, if the text is a code.
fn letters(text: &str) -> Option<String> {
    let mut found = String::new();
    for character in text.chars().take(LOOKED_AT) {
        match character.to_ascii_uppercase() {
            letter if "BCDFGHJKLMNPQRSTVWXZ".contains(letter) => found.push(letter),
            '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' => {}
            space if space.is_whitespace() => {}
            _ => return None,
        }
    }
    (found.len() == 8).then(|| format!("{}-{}", &found[..4], &found[4..]))
}
