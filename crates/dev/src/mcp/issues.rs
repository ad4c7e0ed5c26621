//! What an issue is, and the made-up ones that each project starts with.

use rmcp::schemars::{self, JsonSchema};
use serde::Serialize;

/// One issue, whole.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Issue {
    /// Counts from 1 in its project.
    #[schemars(with = "i32", range(min = 1))]
    pub number: u32,
    /// One line.
    pub title: String,
    /// `open` or `closed`.
    pub state: State,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub body: String,
    /// What others said to it, oldest first.
    pub comments: Vec<Comment>,
}

/// A remark under an issue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Comment {
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub body: String,
}

/// Whether there is something left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// There is.
    Open,
    /// It is done.
    Closed,
}

use State::{Closed, Open};

/// Issues to begin with, by the project's short name.
pub(super) fn seed(slug: &str) -> Vec<Issue> {
    let texts: &[Text] = match slug {
        "apollo" => &APOLLO,
        "gemini" => &GEMINI,
        _ => &OTHERS,
    };
    texts
        .iter()
        .zip(1..)
        .map(|(&(state, author, title, body, comments), number)| issue(number, state, [author, title, body], comments))
        .collect()
}

fn issue(number: u32, state: State, [author, title, body]: [&str; 3], comments: &[(&str, &str)]) -> Issue {
    let comments = comments
        .iter()
        .map(|(author, body)| Comment { author: (*author).to_owned(), body: (*body).to_owned() })
        .collect();
    Issue { number, title: title.to_owned(), state, author: author.to_owned(), body: body.to_owned(), comments }
}

type Text = (State, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const APOLLO: [Text; 4] = [
    (
        Open,
        "Margaret",
        "Guidance computer raises alarm 1202 on descent",
        "Seen twice in the simulator with the rendezvous radar left on. The restart keeps what matters, but nobody on board knows the number.",
        &[
            ("Jack", "It means the executive has no room left. With the radar off it does not come back."),
            ("Gene", "Then write it on the card, and we go."),
        ],
    ),
    (
        Open,
        "Buzz",
        "Circuit breaker for the ascent engine is in the way",
        "One can break it off with the backpack when turning round. A felt pen fits the hole, for what it is worth.",
        &[],
    ),
    (
        Open,
        "Mike",
        "Square filters do not fit round openings",
        "The two ships take different canisters for the same air.",
        &[("Ed", "Hoses, a sock, tape. Sketch attached.")],
    ),
    (
        Closed,
        "Neil",
        "Landing site is full of boulders",
        "Flew on for a while and set down beyond them, fuel light on.",
        &[],
    ),
];

const GEMINI: [Text; 3] = [
    (
        Open,
        "Gus",
        "Hatch is hard to close from the inside",
        "After the walk it took both of us and most of the air.",
        &[("Ed", "A lever would do.")],
    ),
    (
        Open,
        "Dave",
        "Thruster eight stays on",
        "The roll grows when undocked: stuck open, not a fault of the target.",
        &[],
    ),
    (Closed, "Wally", "Rendezvous without a target vehicle", "Two crewed ships met instead, a foot apart.", &[]),
];

const OTHERS: [Text; 1] = [(
    Open,
    "Lanyard",
    "Welcome",
    "This project has no story yet. This issue is here so that there is something to read.",
    &[],
)];
