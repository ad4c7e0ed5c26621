//! How a trial is told: numbered steps, requests with an arrow out, answers with an arrow in.

use std::{
    cell::Cell,
    io::{self, IsTerminal as _},
};

use serde_json::Value;
use server::command::{Failure, say};

use super::shown;

/// The teller.
pub(super) struct Story {
    steps: Cell<u32>,
    terminal: bool,
}

impl Story {
    pub(super) fn begin(title: &str) -> Result<Self, Failure> {
        let story = Self { steps: Cell::new(0), terminal: io::stdout().is_terminal() };
        say(&format!("\n{}", story.paint("1", title)))?;
        Ok(story)
    }

    /// A step, explained in a line.
    pub(super) fn step(&self, what: &str) -> Result<(), Failure> {
        self.steps.set(self.steps.get() + 1);
        say(&format!("\n{} {}", self.paint("1", &format!("{}.", self.steps.get())), what))
    }

    /// A request as it is sent; `parameters` are those of its body or its query.
    pub(super) fn request(&self, method: &str, url: &str, parameters: &[(&str, &str)]) -> Result<(), Failure> {
        say(&format!("   → {method} {}", shown::clean(url)))?;
        for (name, value) in parameters {
            say(&self.paint("2", &format!("       {name}={}", shown::parameter(name, value))))?;
        }
        Ok(())
    }

    /// An answer: its status, and what of it matters.
    pub(super) fn answer(&self, status: u16, body: &Value) -> Result<(), Failure> {
        let members = if body.is_null() { String::new() } else { shown::members(body) };
        let colour = if status < 400 { "32" } else { "33" };
        say(format!("   ← {} {members}", self.paint(colour, &status.to_string())).trim_end())
    }

    /// What was inside of something that was received before.
    pub(super) fn found(&self, body: &Value) -> Result<(), Failure> {
        say(&format!("   = {}", shown::members(body)))
    }

    /// What that means.
    pub(super) fn note(&self, text: &str) -> Result<(), Failure> {
        say(&format!("   {}", self.paint("36", text)))
    }

    /// The end, in which all went as it should.
    pub(super) fn end(&self, text: &str) -> Result<(), Failure> {
        say(&format!("\n{} {text}\n", self.paint("32", "✓")))
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.terminal { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
