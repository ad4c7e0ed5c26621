//! The table of what comes of it, compared with the one in `expected.txt`.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use super::{
    ROUTES,
    askers::{Askers, Credential},
};
use crate::harness::{Answer, TestServer};

/// The table in the repository.
const EXPECTED: &str = "tests/attacks/routes/expected.txt";

/// What came of it, without what differs from run to run.
fn outcome(answer: &Answer) -> String {
    let mut said = answer.status.as_u16().to_string();
    if let Some(location) = answer.location() {
        let to = if location.starts_with('/') { location.as_str() } else { "the client" };
        let path: Vec<&str> = to
            .split(['?', '#'])
            .next()
            .unwrap()
            .split('/')
            .map(|part| if is_id(part) { "{id}" } else { part })
            .collect();
        let _ = write!(said, " to {}", path.join("/"));
    }
    if answer.header("content-type") == "application/problem+json" {
        let _ = write!(said, " {}", answer.json()["code"].as_str().unwrap());
    } else if answer.header("content-type").starts_with("application/json") {
        if let Some(error) = answer.json()["error"].as_str() {
            let _ = write!(said, " {error}");
        }
        if answer.json()["active"] == true {
            said.push_str(" active");
        }
    } else if let Some(person) = ["owner", "admin", "outsider", "member", "operator"]
        .into_iter()
        .find(|who| answer.body.contains(&format!("{who}@example.com")))
    {
        let _ = write!(said, " shows {person}");
    }
    said
}

fn is_id(part: &str) -> bool {
    part.len() > 20 && part.chars().all(|character| character.is_ascii_alphanumeric())
}

#[tokio::test]
async fn v57_what_each_route_answers_to_each_credential_is_as_the_table_says() {
    let often = "100000/1m";
    let server = TestServer::start_with(&[
        ("RATE_LIMITS__PAGE", often),
        ("RATE_LIMITS__TOKEN", often),
        ("RATE_LIMITS__SIGN_IN", often),
        ("RATE_LIMITS__API", often),
        ("REGISTRATION__PER_ADDRESS", often),
    ])
    .await;
    let askers = Askers::gather(&server).await;
    let mut table = String::new();
    for route in ROUTES {
        let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for by in Credential::ALL {
            if by == Credential::Member {
                askers.what_is_the_members_is_there(*route).await;
            }
            let answer = askers.ask(*route, by).await;
            outcomes.entry(outcome(&answer)).or_default().push(format!("{by:?}").to_lowercase());
        }
        let _ = writeln!(table, "{} {}", route.method, route.path);
        for (outcome, askers) in outcomes {
            let _ = writeln!(table, "    {outcome:<32} {}", askers.join(" "));
        }
    }
    let expected = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED)).unwrap();
    let new: Vec<&str> = table.lines().filter(|line| !expected.lines().any(|known| known == *line)).collect();
    assert!(table == expected, "not as {EXPECTED} says: {new:#?}\nthe whole table as it is:\n{table}");
}
