//! Browsers and programs in words: "Firefox on Windows". They describe themselves as they like, so that this is a help for
//! the reader and never a proof.

use model::Language;

use super::phrase::say;

/// What each calls itself; whoever imitates others stands before them.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Firefox/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// The longest name of a program, in characters.
const CHARACTERS: usize = 40;

/// The program of a User-Agent; none if it says nothing.
#[must_use]
pub fn words(language: Language, user_agent: &str) -> Option<String> {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => {
            Some(say(language, "mail-program-on").with("browser", browser).with("system", system).into())
        }
        (Some(browser), None) => Some(browser.to_owned()),
        (None, Some(system)) => Some(say(language, "mail-program").with("system", system).into()),
        (None, None) => first_word(user_agent),
    }
}

/// `curl/8.5.0` is curl.
fn first_word(user_agent: &str) -> Option<String> {
    let word = user_agent.split(['/', ' ']).next()?;
    let word: String = word.chars().filter(|character| !character.is_control()).take(CHARACTERS).collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ones_are_told_apart() {
        for (user_agent, said) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
                "Chrome on Linux",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(words(Language::English, user_agent).as_deref(), Some(said));
        }
        assert_eq!(words(Language::English, ""), None);
        assert_eq!(
            words(Language::English, "<script>alert(1)</script>").as_deref(),
            Some("<script>alert(1)<"),
            "escaped where it is shown"
        );
    }
}
