//! The message files: both languages say the same things, with the same arguments, and nothing that nobody says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Attribute, Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use model::Language;

/// Names of messages and of their parts (`key.part`), each with what it takes and whether it says anything.
type Messages = BTreeMap<String, (BTreeSet<String>, bool)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The message files of a language: name without extension, and content.
fn files(language: Language) -> BTreeMap<String, String> {
    let folder = root().join("templates/messages").join(language.tag());
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| {
            assert_eq!(file.extension().and_then(|it| it.to_str()), Some("ftl"), "{}", file.display());
            (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap())
        })
        .collect()
}

fn messages(language: Language) -> Messages {
    let mut all = Messages::new();
    for (file, text) in files(language) {
        let resource = parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
        for entry in resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                other => panic!("{file}: {other:?}"),
            };
            let key = message.id.name;
            assert!(key.starts_with(&format!("{file}-")), "{key} does not begin with the name of its file, {file}");
            if let Some(value) = &message.value {
                assert!(all.insert(key.to_owned(), taken(value)).is_none(), "{key} twice");
            }
            for Attribute { id, value } in &message.attributes {
                assert!(all.insert(format!("{key}.{}", id.name), taken(value)).is_none(), "{key}.{} twice", id.name);
            }
        }
    }
    all
}

/// The arguments of a text, and whether there is any text.
fn taken(pattern: &Pattern<&str>) -> (BTreeSet<String>, bool) {
    let (mut arguments, mut says) = (BTreeSet::new(), false);
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                assert!(!value.contains(['<', '>', '&']), "HTML stays in templates: {value}");
                says |= !value.trim().is_empty();
            }
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                arguments.extend(argument(inline));
                says = true;
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                arguments.extend(argument(selector));
                for (more, said) in variants.iter().map(|variant| taken(&variant.value)) {
                    assert!(said, "an empty variant");
                    arguments.extend(more);
                    says = true;
                }
            }
        }
    }
    (arguments, says)
}

fn argument(expression: &InlineExpression<&str>) -> Option<String> {
    match expression {
        InlineExpression::VariableReference { id } => Some(id.name.to_owned()),
        other => panic!("a message refers to an argument and to nothing else: {other:?}"),
    }
}

#[test]
fn both_languages_say_the_same_with_the_same_arguments() {
    let english = messages(Language::English);
    for (key, (_, says)) in &english {
        assert!(says, "{key} is empty");
    }
    for language in Language::ALL {
        assert_eq!(files(language).keys().collect::<Vec<_>>(), files(Language::English).keys().collect::<Vec<_>>());
        let own = messages(language);
        let missing: Vec<_> = english.keys().filter(|key| !own.contains_key(*key)).collect();
        let more: Vec<_> = own.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{}: missing {missing:?}, too many {more:?}", language.tag());
        for (key, said) in &own {
            assert_eq!(said, &english[key], "{key} in {}: arguments, and whether it says anything", language.tag());
        }
    }
}

/// The sources that say messages: templates, and the code of this crate.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                walk(&entry, into);
            } else if entry.extension().is_some_and(|it| it == "rs" || it == "html" || it == "txt") {
                into.push((entry.clone(), fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    walk(&root().join("templates"), &mut all);
    walk(&root().join("crates/server/src"), &mut all);
    all
}

/// The keys that a source names: in a template inside `say("…")`, in code any text that begins like a message of a file.
fn named(path: &Path, text: &str, files: &BTreeSet<String>) -> Vec<String> {
    let is_code = path.extension().is_some_and(|it| it == "rs");
    let said = text.split(if is_code { "\"" } else { "say(\"" }).skip(1);
    let names = said.map(|rest| rest.split('"').next().unwrap_or_default());
    let is_key = |name: &&str| {
        let plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
        plain && files.iter().any(|file| name.strip_prefix(file.as_str()).is_some_and(|rest| rest.starts_with('-')))
    };
    let names = names.filter(|name| !is_code || is_key(name));
    names.filter(|name| !EXAMPLES.contains(name)).map(str::to_owned).collect()
}

/// Texts of the code that look like keys and are none.
const EXAMPLES: [&str; 0] = [];

#[test]
fn every_key_that_is_said_exists_and_every_message_is_said() {
    let all = messages(Language::English);
    let stems = files(Language::English).into_keys().collect();
    let mut said = BTreeSet::new();
    for (path, text) in sources() {
        for key in named(&path, &text, &stems) {
            let whole = key.split('.').next().unwrap_or_default().to_owned();
            let known = all.contains_key(&key) || all.keys().any(|it| it.starts_with(&format!("{key}.")));
            assert!(known, "{}: there is no message {key}", path.display());
            said.insert(whole);
        }
    }
    let unsaid: Vec<_> = all.keys().filter(|key| !said.contains(key.split('.').next().unwrap_or_default())).collect();
    assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
}

#[test]
fn what_is_compiled_in_is_what_stands_in_the_files() {
    for language in Language::ALL {
        for (key, (arguments, _)) in messages(language) {
            let names = arguments.into_iter().map(|name| &*name.leak());
            let phrase = names.fold(server::view::say(language, &key), |phrase, name| match name {
                "count" => phrase.count(1),
                name => phrase.with(name, "x"),
            });
            assert!(!phrase.to_string().contains('⟦'), "{key} in {} was not compiled in", language.tag());
        }
    }
}
