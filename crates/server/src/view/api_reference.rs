//! The description of the management API, as people read it.

use askama::Template;
use model::Language;

use super::{Layout, sample};

/// `GET /api/v1`
#[derive(Clone, Debug, Template)]
#[template(path = "pages/api_reference.html")]
pub struct ApiReference {
    /// The frame.
    pub layout: Layout,
    /// What there is, by what it is about.
    pub groups: Vec<ApiGroup>,
}

/// Operations about one kind of thing.
#[derive(Clone, Debug)]
pub struct ApiGroup {
    /// What kind.
    pub name: String,
    /// What can be done.
    pub operations: Vec<ApiOperation>,
}

/// Something that can be done.
#[derive(Clone, Debug)]
pub struct ApiOperation {
    /// Its name, which is its id in the page too.
    pub id: String,
    /// How it is asked for.
    pub method: String,
    /// Where.
    pub path: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What else there is to say.
    pub said: String,
    /// What goes with the question.
    pub parameters: Vec<ApiParameter>,
    /// What may come back, but for what every operation may answer.
    pub answers: Vec<ApiAnswer>,
    /// The call, as it is typed into a shell.
    pub example: String,
    /// What is answered then.
    pub answer: Option<String>,
}

/// Something that goes with a question.
#[derive(Clone, Debug)]
pub struct ApiParameter {
    /// Its name.
    pub name: String,
    /// `path`, `query`, `header`.
    pub place: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it is.
    pub said: String,
}

/// Something that may come back.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// The status.
    pub status: String,
    /// What it means.
    pub said: String,
}

impl ApiReference {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let text = |odd: bool, plain: &str| if odd { sample::HOSTILE.to_owned() } else { plain.to_owned() };
        let page = |odd: bool| {
            let parameter = ApiParameter {
                name: text(odd, "organization"),
                place: "path".to_owned(),
                required: true,
                said: text(odd, "Slug or id."),
            };
            let one = ApiOperation {
                id: "showOrganization".to_owned(),
                method: "GET".to_owned(),
                path: text(odd, "/api/v1/organizations/{organization}"),
                summary: text(odd, "One organisation."),
                said: text(odd, ""),
                parameters: vec![parameter],
                answers: vec![ApiAnswer { status: "200".to_owned(), said: text(odd, "As it is then.") }],
                example: text(odd, "curl \"https://auth.example.com/api/v1/organizations/acme\""),
                answer: Some(text(odd, "{\n  \"slug\": \"acme\"\n}")),
            };
            let group = ApiGroup { name: text(odd, "Organisations"), operations: vec![one] };
            Self { layout: sample::layout(language, "/api/v1"), groups: vec![group] }
        };
        vec![("usual", page(false)), ("hostile", page(true))]
    }
}
