//! What a reader would rather read: the language ranges of `Accept-Language` (RFC 9110 §12.5.4) and of `ui_locales` (OpenID
//! Connect Core §3.1.2.1).

/// No more ranges are looked at: nobody reads so many languages, and whoever names more wants our time.
const MOST_RANGES: usize = 32;
/// RFC 5646 §4.4.1: no tag that means something is longer.
const MAX_TAG_BYTES: usize = 35;

/// The ranges of a header, each with its weight in thousandths, in their order. What is malformed is left out.
pub fn accept_language(header: &str) -> impl Iterator<Item = (&str, u16)> {
    header.split(',').take(MOST_RANGES).filter_map(|item| {
        let (range, parameters) = item.split_once(';').unwrap_or((item, ""));
        Some((tag(range.trim())?, weight(parameters.trim())?))
    })
}

/// The tags of `ui_locales`, the most wanted first.
pub fn ui_locales(parameter: &str) -> impl Iterator<Item = &str> {
    parameter.split(' ').take(MOST_RANGES).filter_map(tag)
}

fn tag(text: &str) -> Option<&str> {
    let is_tag = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'*');
    Some(text).filter(|text| (1..=MAX_TAG_BYTES).contains(&text.len())).filter(is_tag)
}

/// RFC 9110 §12.4.2: from 0 to 1 with at most three decimals; 1 where there is none.
fn weight(parameters: &str) -> Option<u16> {
    if parameters.is_empty() {
        return Some(1000);
    }
    let value = parameters.strip_prefix("q=").or_else(|| parameters.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(header: &str) -> Vec<(&str, u16)> {
        accept_language(header).collect()
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // RFC 9110 §12.5.4
        assert_eq!(ranges("da, en-gb;q=0.8, en;q=0.7"), [("da", 1000), ("en-gb", 800), ("en", 700)]);
        assert_eq!(ranges("de;q=1.000,*;q=0.001,fr;q=0"), [("de", 1000), ("*", 1), ("fr", 0)]);
        assert_eq!(ui_locales("fr-CA fr en").collect::<Vec<_>>(), ["fr-CA", "fr", "en"]);
    }

    #[test]
    fn what_is_malformed_is_left_out() {
        for header in
            ["", ",,;,", "de;q=2", "de;q=1.001", "de;q=0.1234", "de;q=-1", "de;x=1", "d e", "d\u{e9}", "de;q="]
        {
            assert_eq!(ranges(header), [], "{header:?}");
        }
        assert_eq!(ranges("de;q=0.x, en"), [("en", 1000)]);
        assert_eq!(ranges(&"a".repeat(36)), []);
    }

    #[test]
    fn no_more_is_read_than_somebody_may_mean() {
        let hostile = "xx;q=0.001,".repeat(10_000);
        assert_eq!(ranges(&hostile).len(), MOST_RANGES);
        assert_eq!(ui_locales(&"xx ".repeat(10_000)).count(), MOST_RANGES);
    }
}
