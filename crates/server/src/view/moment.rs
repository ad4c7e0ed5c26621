//! A point in time as a page shows it: words for people, the exact time for whoever asks.

use std::time::Duration;

use jiff::Timestamp;
use model::Language;

use super::phrase::{Phrase, say};

/// What a `<time>` element needs. The script rewrites the words in the reader's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    unix_micros: i64,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Date,
    Minute,
    Ago { seconds: i64 },
}

impl Moment {
    /// A day: `22 November 2026`. Microseconds since 1970; a time beyond the calendar shows as its number.
    #[must_use]
    pub const fn date(unix_micros: i64) -> Self {
        Self { unix_micros, form: Form::Date }
    }

    /// A day and a time: `22 November 2026, 14:03 UTC`.
    #[must_use]
    pub const fn minute(unix_micros: i64) -> Self {
        Self { unix_micros, form: Form::Minute }
    }

    /// How long ago: `2 minutes ago`; older than a week, the day.
    #[must_use]
    pub const fn ago(unix_micros: i64, now_micros: i64) -> Self {
        let seconds = now_micros.saturating_sub(unix_micros) / 1_000_000;
        if seconds < 604_800 { Self { unix_micros, form: Form::Ago { seconds } } } else { Self::date(unix_micros) }
    }

    /// What is read without the script: `22 November 2026`, `2 minutes ago`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Ok(at) = Timestamp::from_microsecond(self.unix_micros) else { return self.unix_micros.to_string() };
        match self.form {
            Form::Date => date(language, at),
            Form::Minute => at_time(language, at, "%H:%M"),
            Form::Ago { seconds } => ago(language, seconds).to_string(),
        }
    }

    /// The exact time, shown on hover and focus.
    #[must_use]
    pub fn exact(&self, language: Language) -> String {
        match Timestamp::from_microsecond(self.unix_micros) {
            Ok(at) => at_time(language, at, "%H:%M:%S"),
            Err(_) => self.unix_micros.to_string(),
        }
    }

    /// RFC 3339, in UTC: `2026-11-22T14:03:05Z`.
    #[must_use]
    pub fn iso(&self) -> String {
        Timestamp::from_microsecond(self.unix_micros)
            .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }

    /// Which words the script makes: `date`, `minute` or `ago`.
    pub(super) const fn form(&self) -> &'static str {
        match self.form {
            Form::Date => "date",
            Form::Minute => "minute",
            Form::Ago { .. } => "ago",
        }
    }
}

/// A length of time in its largest whole unit: `15 minutes`, `30 days`.
#[must_use]
pub fn length(language: Language, duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, key) = [(86_400, "time-days"), (3600, "time-hours"), (60, "time-minutes")]
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .map_or((seconds, "time-seconds"), |(size, key)| (seconds / size, key));
    say(language, key).count(count).to_string()
}

fn date(language: Language, at: Timestamp) -> String {
    let month = say(language, "time-months").part(MONTHS.get(month_index(at)).copied().unwrap_or_default());
    say(language, "time-date")
        .with("day", at.strftime("%-d"))
        .with("month", month)
        .with("year", at.strftime("%Y"))
        .to_string()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_index(at: Timestamp) -> usize {
    at.strftime("%-m").to_string().parse::<usize>().unwrap_or(1).saturating_sub(1)
}

fn at_time(language: Language, at: Timestamp, clock: &str) -> String {
    let time = at.strftime(clock).to_string();
    say(language, "time-at").with("date", date(language, at)).with("time", time).to_string()
}

fn ago(language: Language, seconds: i64) -> Phrase<'static> {
    match seconds {
        ..60 => say(language, "time-just-now"),
        60..3600 => say(language, "time-minutes-ago").count(seconds / 60),
        3600..86_400 => say(language, "time-hours-ago").count(seconds / 3600),
        _ => say(language, "time-days-ago").count(seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22 November 2026, 14:03:05 UTC.
    const AT: i64 = 1_795_356_185_000_000;
    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_date_has_its_exact_time() {
        let date = Moment::date(AT);
        assert_eq!(date.words(Language::English), "22 November 2026");
        assert_eq!(date.words(Language::German), "22. November 2026");
        assert_eq!(date.iso(), "2026-11-22T14:03:05Z");
        assert_eq!(date.exact(Language::English), "22 November 2026, 14:03:05 UTC");
        assert_eq!(Moment::minute(AT).words(Language::English), "22 November 2026, 14:03 UTC");
        assert_eq!(Moment::minute(AT).words(Language::German), "22. November 2026, 14:03 Uhr UTC");
    }

    #[test]
    fn a_short_while_is_told_in_words() {
        let words = |seconds: i64| {
            let moment = Moment::ago(AT, AT + seconds * SECOND);
            Language::ALL.map(|language| moment.words(language))
        };
        assert_eq!(words(-5), ["just now", "gerade eben"]);
        assert_eq!(words(59), ["just now", "gerade eben"]);
        assert_eq!(words(60), ["1 minute ago", "vor 1 Minute"]);
        assert_eq!(words(7200), ["2 hours ago", "vor 2 Stunden"]);
        assert_eq!(words(3 * 86_400), ["3 days ago", "vor 3 Tagen"]);
        assert_eq!(words(8 * 86_400), ["22 November 2026", "22. November 2026"]);
    }

    #[test]
    fn every_month_has_its_name() {
        for month in 0..12 {
            let at = AT + month * 30 * 86_400 * SECOND;
            let [english, german] = Language::ALL.map(|language| Moment::date(at).words(language));
            assert!(!english.contains('⟦') && !german.contains('⟦'), "{english}, {german}");
        }
        assert!(Moment::date(AT - 260 * 86_400 * SECOND).words(Language::German).contains("März"));
    }

    #[test]
    fn lengths_are_said_in_their_largest_unit() {
        for (seconds, said) in [
            (1, ["1 second", "1 Sekunde"]),
            (90, ["90 seconds", "90 Sekunden"]),
            (900, ["15 minutes", "15 Minuten"]),
            (3600, ["1 hour", "1 Stunde"]),
            (2_592_000, ["30 days", "30 Tage"]),
            (0, ["0 seconds", "0 Sekunden"]),
        ] {
            assert_eq!(Language::ALL.map(|language| length(language, Duration::from_secs(seconds))), said);
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_does_not_stop_a_page() {
        assert_eq!(Moment::date(i64::MAX).words(Language::English), i64::MAX.to_string());
        assert_eq!(Moment::date(i64::MAX).iso(), "");
    }
}
