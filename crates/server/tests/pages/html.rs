//! Reads a page strictly enough to ask questions about it.

/// A start tag: its name and its attributes, unescaped.
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, Option<String>)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_deref().unwrap_or(""))
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

/// The start tags of a document. Strict on purpose: anything it cannot read is a mistake in a template.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with(['/', '!']) {
            continue;
        }
        let name_ends = rest.find(|c: char| !c.is_ascii_alphanumeric()).expect("a tag without an end");
        assert!(name_ends > 0, "a bare < before {:?}", rest.chars().take(20).collect::<String>());
        let mut tag = Tag { name: rest[..name_ends].to_owned(), attributes: Vec::new() };
        rest = rest[name_ends..].trim_start();
        while !rest.starts_with(['>', '/']) {
            let (attribute, left) = attribute(rest);
            tag.attributes.push(attribute);
            rest = left.trim_start();
        }
        tags.push(tag);
    }
    tags
}

pub(crate) fn attribute(text: &str) -> ((String, Option<String>), &str) {
    let ends = text.find(|c: char| c == '=' || c == '>' || c.is_whitespace()).expect("an attribute without an end");
    let (name, rest) = text.split_at(ends);
    assert!(!name.contains(['<', '"', '\'']), "an odd attribute {name:?}");
    let Some(rest) = rest.strip_prefix('=') else {
        return ((name.to_owned(), None), rest);
    };
    let value = rest.strip_prefix('"').unwrap_or_else(|| panic!("{name} has no quotes"));
    let (value, rest) = value.split_once('"').expect("a quote that does not end");
    ((name.to_owned(), Some(unescaped(value))), rest)
}

pub(crate) fn unescaped(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// The pieces of a document from each `<name` to the `</name>` after it.
pub(crate) fn elements<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let starts = html.match_indices(&open).filter(|(at, _)| html[at + open.len()..].starts_with([' ', '>', '\n']));
    starts.map(|(at, _)| &html[at..at + html[at..].find(&close).expect("an element without an end")]).collect()
}

pub(crate) fn words(html: &str) -> String {
    let texts = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    texts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
