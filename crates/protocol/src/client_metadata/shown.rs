//! Metadata that people get to see: names and links, made harmless. Owns cleaning; how they are shown belongs to the pages.

use url::Url;

use crate::json::{Members, Refusal};

const MAX_NAME_CHARS: usize = 200;
const MAX_URI_BYTES: usize = 2048;

/// A name on one line, trimmed, without characters that hide, turn or forge text; `None` if nothing is left.
pub(super) fn name(text: &str) -> Option<String> {
    let visible: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_deceptive(*c)).collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// An http or https link (V-05: nothing that a browser would run).
pub(super) fn uri(members: &mut Members, member: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = members.text(member)? else {
        return Ok(None);
    };
    let odd = |c: char| c.is_control() || c.is_whitespace() || is_deceptive(c) || matches!(c, '"' | '<' | '>' | '\\');
    let url = Url::parse(&text).ok().filter(|_| text.len() <= MAX_URI_BYTES && !text.contains(odd));
    let url = url.filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    });
    match url {
        Some(_) => Ok(Some(text)),
        None => Err(format!("{member} must be an http or https URL")),
    }
}

/// Controls, direction marks and overrides (Unicode TR 9), invisible fillers and tags.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_lose_what_deceives_and_keep_what_is_written() {
        assert_eq!(name("  Claude \n Code\t").as_deref(), Some("Claude Code"));
        assert_eq!(name("a\u{202E}gpj.exe\u{0}\u{1b}[31m").as_deref(), Some("agpj.exe[31m"));
        assert_eq!(name("Zürich · 日本語 👩‍💻").as_deref(), Some("Zürich · 日本語 👩‍💻"));
        assert_eq!(name("\u{200B}\u{FEFF} \u{2066}"), None);
        assert_eq!(name(&"x".repeat(300)).map(|n| n.len()), Some(200));
    }
}
