//! How a command ends when it does not do what was asked: in words, and with an exit code.

use std::fmt;

use crate::config::Problem;

/// What was wrong and what to do, and the process's exit code: 1 if it did not work, 2 if it was asked wrongly.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// It did not work: trouble with files, addresses, the database, or a refusal. Exit code 1.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// It was asked wrongly: arguments or settings. Exit code 2.
    #[must_use]
    pub fn misused(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// The same, with the setting that it is about.
    #[must_use]
    pub(super) fn about(self, setting: &str) -> Self {
        Self { message: format!("{setting}: {}", self.message), ..self }
    }

    /// The exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::from(vec![problem])
    }
}

/// All of them, a line each.
impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        match lines.as_slice() {
            [one] => Self::misused(format!("The settings have a problem.\n  {one}")),
            many => Self::misused(format!("The settings have {} problems.\n  {}", many.len(), many.join("\n  "))),
        }
    }
}

impl From<identity::Error> for Failure {
    fn from(error: identity::Error) -> Self {
        Self::failed(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_gets_its_line() {
        let problems = vec![
            Problem::new("listen", "names no address", "Write one."),
            Problem::new("tls", "is missing", "Write it."),
        ];
        let failure = Failure::from(problems);
        assert_eq!(failure.code(), 2);
        assert_eq!(
            failure.to_string(),
            "The settings have 2 problems.\n  listen: names no address. Write one.\n  tls: is missing. Write it."
        );
    }
}
