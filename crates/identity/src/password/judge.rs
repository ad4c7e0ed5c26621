//! What may become a password. Every way to a new one asks here: signing up, a reset, a change, the operator's commands.
//!
//! Owns the rules (length, how soon it is guessed, whether it is in a breach), and their reasons as types; the words for people
//! are the pages'. A password that is right at sign-in is never judged again.

use protocol::Confidential;
use zxcvbn::{
    Entropy,
    feedback::Warning,
    matching::{Match, patterns::MatchPattern},
};

use super::{MOST_CHARACTERS, normal};
use crate::{Authority, Error};

/// Pieces of a name or an address that are shorter say nothing about anybody.
const LEAST_PIECE: usize = 3;

/// Why a text cannot become a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// It has too few characters.
    TooShort {
        /// The fewest.
        least: usize,
    },
    /// It is longer than 256 characters.
    TooLong,
    /// It would be guessed too soon.
    Guessable(Guessable),
    /// It stands in a collection of passwords that were stolen elsewhere.
    Breached,
}

/// Why a password is guessed soon: what the largest part of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessable {
    /// The person's name or address, or the name of this server.
    AboutYou,
    /// One of the most used passwords, or close to one.
    Common,
    /// A row of keys.
    Keys,
    /// The same again and again.
    Repetition,
    /// A sequence such as `abcdef` or `6543`.
    Sequence,
    /// A date or a year.
    Date,
    /// Too few words or names.
    Words,
}

impl Authority {
    /// Whether this may become somebody's password; `about` is what others know of them: name, address.
    ///
    /// # Errors
    /// `temporarily_unavailable` when too many passwords wait already.
    pub(crate) async fn acceptable_password(
        &self,
        password: &Confidential,
        about: &[&str],
    ) -> Result<Result<(), PasswordRefusal>, Error> {
        let settings = &self.parts.settings.password;
        if let Err(refusal) = fit(password.expose(), settings.min_length) {
            return Ok(Err(refusal));
        }
        let host = url::Url::parse(self.issuer()).ok().and_then(|issuer| issuer.host_str().map(str::to_owned));
        let server = [settings.server_name.as_str(), host.as_deref().unwrap_or_default()];
        let known = pieces(about.iter().copied().chain(server));
        let (whole, least) = (normal(password.expose()), settings.min_score);
        let guessable = self.parts.passwords.consider(move || guessable(&whole, &known, least)).await?;
        if let Some(why) = guessable {
            return Ok(Err(PasswordRefusal::Guessable(why)));
        }
        if self.parts.breaches.contain(&self.parts.documents, &normal(password.expose())).await {
            return Ok(Err(PasswordRefusal::Breached));
        }
        Ok(Ok(()))
    }
}

/// Whether a text has the length of a password: `least` to [`MOST_CHARACTERS`] characters, counted as they are hashed. Every
/// character is welcome, U+0000 too, since only the hash is stored.
pub(super) fn fit(password: &str, least: usize) -> Result<(), PasswordRefusal> {
    if password.chars().count() > MOST_CHARACTERS {
        return Err(PasswordRefusal::TooLong);
    }
    if normal(password).chars().count() < least { Err(PasswordRefusal::TooShort { least }) } else { Ok(()) }
}

/// What is known, whole and in its pieces, in lower case.
fn pieces<'t>(known: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut all = Vec::new();
    for text in known {
        let text = normal(text).to_lowercase();
        let parts = text.split(|character: char| !character.is_alphanumeric()).chain([text.trim()]);
        for part in parts.filter(|part| part.chars().count() >= LEAST_PIECE) {
            if !all.iter().any(|known| known == part) {
                all.push(part.to_owned());
            }
        }
    }
    all
}

/// Why an estimate is below `least` (zxcvbn's scale, 0 to 4), if it is. The first 100 characters are looked at: what makes
/// those hard to guess is not undone by more.
fn guessable(password: &str, known: &[String], least: u8) -> Option<Guessable> {
    let inputs: Vec<&str> = known.iter().map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(password, &inputs);
    (u8::from(estimate.score()) < least).then(|| reason(&estimate, known))
}

fn reason(estimate: &Entropy, known: &[String]) -> Guessable {
    let largest = estimate.sequence().iter().max_by_key(|part| part.token.chars().count());
    match largest.map(|part| &part.pattern) {
        _ if estimate.sequence().iter().any(|part| is_about(part, known)) => Guessable::AboutYou,
        Some(MatchPattern::Spatial(_)) => Guessable::Keys,
        Some(MatchPattern::Repeat(_)) => Guessable::Repetition,
        Some(MatchPattern::Sequence(_)) => Guessable::Sequence,
        Some(MatchPattern::Date(_) | MatchPattern::Regex(_)) => Guessable::Date,
        _ if is_common(estimate) => Guessable::Common,
        _ => Guessable::Words,
    }
}

fn is_about(part: &Match, known: &[String]) -> bool {
    match &part.pattern {
        MatchPattern::Dictionary(word) => known.contains(&word.matched_word),
        MatchPattern::Repeat(repeated) => repeated.base_matches.iter().any(|part| is_about(part, known)),
        _ => false,
    }
}

fn is_common(estimate: &Entropy) -> bool {
    let warning = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    warning.is_some_and(|warning| {
        matches!(
            warning,
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
                | Warning::ThisIsSimilarToACommonlyUsedPassword
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(fit("eleven char", 12), Err(PasswordRefusal::TooShort { least: 12 }));
        assert_eq!(fit("zwölf Zeiche", 12), Ok(()));
        assert_eq!(
            fit("e\u{308}e\u{308}e\u{308}e\u{308}e\u{308}e\u{308}", 12),
            Err(PasswordRefusal::TooShort { least: 12 }),
            "combining marks are no characters of their own"
        );
        assert_eq!(fit(&"ä".repeat(256), 12), Ok(()));
        assert_eq!(fit(&"ä".repeat(257), 12), Err(PasswordRefusal::TooLong));
    }

    #[test]
    fn what_is_guessed_soon_is_refused_with_its_reason() {
        let known =
            pieces(["Zaphod Beeblebrox", "zaphod@heart-of-gold.example", "Lanyard", "auth.acme.example"].into_iter());
        for (password, why) in [
            ("zaphodbeeblebrox", Guessable::AboutYou),
            ("Beeblebrox2026", Guessable::AboutYou),
            ("xorbelbeeB2026", Guessable::AboutYou),
            ("zaphod@heart-of-gold.example", Guessable::AboutYou),
            ("zaphodzaphodzaphod", Guessable::AboutYou),
            ("Lanyard123456", Guessable::AboutYou),
            ("password1234", Guessable::Common),
            ("P@ssw0rd1234", Guessable::Common),
            ("qwertyuiop[]", Guessable::Keys),
            ("aaaaaaaaaaaaaaaa", Guessable::Repetition),
            ("abcabcabcabcabc", Guessable::Repetition),
            ("abcdefghijklmnop", Guessable::Sequence),
            ("1995-12-24..", Guessable::Date),
            ("unfortunately", Guessable::Words),
        ] {
            let estimate = zxcvbn::zxcvbn(password, &[]);
            assert_eq!(guessable(password, &known, 3), Some(why), "{password}: {:?}", estimate.sequence());
        }
    }

    #[test]
    fn what_takes_long_to_guess_is_welcome() {
        let known = pieces(["Zaphod Beeblebrox", "zaphod@heart-of-gold.example", "Lanyard"].into_iter());
        for password in [
            "correct horse battery",
            "a password of mine",
            "so long and thanks for all the fish",
            "wqe8Rb2mLx0z",
            "Grüße aus der Ümgebung",
            "почему так длинно",
            "合言葉は山と川それだけ",
            "\u{0}\u{1}before and after\u{0}",
        ] {
            assert_eq!(guessable(password, &known, 3), None, "{password}");
        }
    }

    #[test]
    fn what_is_known_counts_whole_and_in_pieces() {
        assert_eq!(
            pieces(["Zoë O'Neill", "zoe@ex.ample.com", "", "ZOË"].into_iter()),
            ["zoë", "neill", "zoë o'neill", "zoe", "ample", "com", "zoe@ex.ample.com"]
        );
    }
}
