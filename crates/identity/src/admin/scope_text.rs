//! How an operator writes a resource's scope: `issues:read=read:read issues and comments`.

use std::collections::{BTreeMap, BTreeSet};

use model::ResourceScope;
use protocol::{Access, EMAIL, OFFLINE_ACCESS, OPENID, PROFILE, ScopeToken};

use super::ActError;

const DESCRIPTION_CHARACTERS: usize = 200;

/// Reads all of a resource's scopes; at least one, none twice.
pub(super) fn parse_all(texts: &[String]) -> Result<Vec<ResourceScope>, ActError> {
    if texts.is_empty() {
        return Err(ActError::new(
            "a resource needs at least one scope; write --scope 'issues:read=read:read issues and comments'",
        ));
    }
    let scopes = texts.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut names = BTreeSet::new();
    match scopes.iter().find(|scope| !names.insert(scope.name.as_str())) {
        Some(twice) => Err(ActError::new(format!("the scope {} is named twice; name each once", twice.name))),
        None => Ok(scopes),
    }
}

fn parse(text: &str) -> Result<ResourceScope, ActError> {
    let wrong = |what: &str| {
        ActError::new(format!(
            "the scope '{text}' {what}; write NAME=read:WHAT IT CAN or NAME=write:WHAT IT CAN, like issues:read=read:read issues, or ingest \
             in the place of write where an API key may hold it"
        ))
    };
    let (name, rest) = text.split_once('=').ok_or_else(|| wrong("does not say whether it reads or writes"))?;
    let (access, description) = rest.split_once(':').ok_or_else(|| wrong("has no description"))?;
    let (access, ingest) = match access {
        "read" => (Access::Read, false),
        "write" => (Access::Write, false),
        "ingest" => (Access::Write, true),
        _ => return Err(wrong("is neither read nor write nor ingest")),
    };
    ScopeToken::parse(name).map_err(|_| wrong("has a name that cannot stand in a scope"))?;
    if [OPENID, PROFILE, EMAIL, OFFLINE_ACCESS].contains(&name) {
        return Err(wrong("has a name that OpenID Connect uses"));
    }
    let description =
        words(description).ok_or_else(|| wrong("needs a description of 1 to 200 characters on one line"))?;
    Ok(ResourceScope { name: name.to_owned(), access, ingest, description, translations: BTreeMap::new() })
}

/// What a scope lets its holder do, in words.
pub(super) fn parse_words(text: &str) -> Result<String, ActError> {
    words(text).ok_or_else(|| {
        ActError::new(
            "say in 1 to 200 characters on one line what the scope lets an app do, like: read issues and comments",
        )
    })
}

fn words(text: &str) -> Option<String> {
    let text = unquoted(text.trim());
    let is_line =
        !text.is_empty() && text.chars().count() <= DESCRIPTION_CHARACTERS && !text.chars().any(char::is_control);
    is_line.then(|| text.to_owned())
}

/// Quotes that a configuration or a shell left around the description.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read() {
        let texts =
            ["issues:read=read:\"read issues and comments\"".to_owned(), "issues:write=write:create issues".to_owned()];
        let scopes = parse_all(&texts).unwrap();
        assert_eq!(
            scopes[0],
            ResourceScope {
                name: "issues:read".into(),
                access: Access::Read,
                ingest: false,
                description: "read issues and comments".into(),
                translations: BTreeMap::new(),
            }
        );
        assert_eq!(
            scopes[1],
            ResourceScope {
                name: "issues:write".into(),
                access: Access::Write,
                ingest: false,
                description: "create issues".into(),
                translations: BTreeMap::new(),
            }
        );
    }

    #[test]
    fn what_takes_in_what_services_send_writes_and_is_marked() {
        let scopes = parse_all(&["events:ingest=ingest:send events".to_owned()]).unwrap();
        assert_eq!((scopes[0].access, scopes[0].ingest), (Access::Write, true));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, says) in [
            ("issues:read", "whether it reads or writes"),
            ("issues:read=read", "no description"),
            ("issues:read=see:it", "neither read nor write nor ingest"),
            ("is sues=read:it", "cannot stand in a scope"),
            ("openid=read:it", "OpenID Connect"),
            ("issues:read=read: ", "1 to 200"),
            ("issues:read=read:a\nb", "1 to 200"),
        ] {
            let error = parse_all(&[text.to_owned()]).unwrap_err();
            assert!(error.message.contains(says), "{text}: {error}");
        }
        assert!(parse_all(&[]).is_err());
        assert!(parse_all(&["a=read:x".to_owned(), "a=write:y".to_owned()]).unwrap_err().message.contains("twice"));
    }
}
