//! A point in time as a page shows it: words for people, the exact time for whoever asks.

use jiff::Timestamp;

/// What a `<time>` element needs. The script rewrites the words in the reader's zone and language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339, in UTC: `2026-11-22T14:03:05Z`.
    pub iso: String,
    /// What is read without the script: `22 November 2026`, `2 minutes ago`.
    pub words: String,
    /// The exact time, shown on hover and focus.
    pub exact: String,
    /// Which words the script makes: `date`, `minute` or `ago`.
    pub form: &'static str,
}

impl Moment {
    /// A day: `22 November 2026`. Microseconds since 1970; a time beyond the calendar shows as its number.
    #[must_use]
    pub fn date(unix_micros: i64) -> Self {
        Self::new(unix_micros, "date", |at| at.strftime("%-d %B %Y").to_string())
    }

    /// A day and a time: `22 November 2026, 14:03 UTC`.
    #[must_use]
    pub fn minute(unix_micros: i64) -> Self {
        Self::new(unix_micros, "minute", |at| at.strftime("%-d %B %Y, %H:%M UTC").to_string())
    }

    /// How long ago: `2 minutes ago`; older than a week, the day.
    #[must_use]
    pub fn ago(unix_micros: i64, now_micros: i64) -> Self {
        let seconds = now_micros.saturating_sub(unix_micros) / 1_000_000;
        let words = match seconds {
            ..60 => "just now".to_owned(),
            60..3600 => ago(seconds / 60, "minute"),
            3600..86_400 => ago(seconds / 3600, "hour"),
            86_400..604_800 => ago(seconds / 86_400, "day"),
            _ => return Self::date(unix_micros),
        };
        Self::new(unix_micros, "ago", |_| words)
    }

    fn new(unix_micros: i64, form: &'static str, words: impl FnOnce(Timestamp) -> String) -> Self {
        match Timestamp::from_microsecond(unix_micros) {
            Ok(at) => Self {
                iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                exact: at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string(),
                words: words(at),
                form,
            },
            Err(_) => {
                let number = unix_micros.to_string();
                Self { iso: String::new(), words: number.clone(), exact: number, form }
            }
        }
    }
}

fn ago(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit} ago") } else { format!("{count} {unit}s ago") }
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
        assert_eq!(date.words, "22 November 2026");
        assert_eq!(date.iso, "2026-11-22T14:03:05Z");
        assert_eq!(date.exact, "22 November 2026, 14:03:05 UTC");
        assert_eq!(Moment::minute(AT).words, "22 November 2026, 14:03 UTC");
    }

    #[test]
    fn a_short_while_is_told_in_words() {
        let words = |seconds: i64| Moment::ago(AT, AT + seconds * SECOND).words;
        assert_eq!(words(-5), "just now");
        assert_eq!(words(59), "just now");
        assert_eq!(words(60), "1 minute ago");
        assert_eq!(words(7200), "2 hours ago");
        assert_eq!(words(3 * 86_400), "3 days ago");
        assert_eq!(words(8 * 86_400), "22 November 2026");
    }

    #[test]
    fn a_time_beyond_the_calendar_does_not_stop_a_page() {
        assert_eq!(Moment::date(i64::MAX).words, i64::MAX.to_string());
    }
}
