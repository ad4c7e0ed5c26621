//! Bringing users along, as docs/import.md shows it: its file, its commands and what they say.

use std::fs;

use crate::house::{House, ended, lanyard};

const PAGE: &str = include_str!("../../../../docs/import.md");

/// What stands in the page's blocks of this kind.
fn blocks(kind: &str) -> Vec<&'static str> {
    PAGE.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_worked_example_of_an_import_does_what_its_page_says() {
    let mut house = House::new();
    let people = house.path().join("people.jsonl");
    fs::write(&people, blocks("jsonl")[0]).unwrap();
    // Without a server the first one opens the database itself, the second one goes to the server.
    house.act(&["organization", "add", "acme"]);
    let shown = blocks("console");
    assert_eq!(shown.len(), 2);
    for (number, block) in shown.iter().enumerate() {
        if number == 1 {
            house.serve();
        }
        let (command, said) = block.split_once('\n').unwrap();
        let words = command.strip_prefix("$ lanyard ").unwrap().split(' ');
        let words = words.map(|word| if word == "people.jsonl" { people.to_str().unwrap() } else { word });
        let done = ended(lanyard().args(words).arg("--config").arg(house.config()));
        assert_eq!(String::from_utf8(done.stdout).unwrap(), *said, "{command}");
        assert_eq!(done.status.code(), Some(1), "{command}");
        assert_eq!(
            String::from_utf8(done.stderr).unwrap().trim_end(),
            "lanyard: 2 lines are not right; the others stand."
        );
        let users = house.act(&["user", "list"])["users"].as_array().unwrap().len();
        assert_eq!(users, if number == 0 { 0 } else { 3 }, "{command}");
    }
    let ada = house.act(&["user", "show", "ada@example.com"]);
    assert_eq!((ada["name"].as_str(), ada["memberships"][0]["role"].as_str()), (Some("Ada Lovelace"), Some("admin")));

    let again = ended(
        lanyard()
            .args(["user", "import", "-", "--json"])
            .arg("--config")
            .arg(house.config())
            .stdin(fs::File::open(&people).unwrap()),
    );
    let report: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let counts = ["imported", "existing", "duplicates", "refused"].map(|name| report[name].as_u64().unwrap());
    assert_eq!(counts, [0, 3, 1, 1], "{report}");
    assert_eq!(report["lines"].as_array().unwrap().len(), 5);
    let said = format!("{again:?}");
    for secret in ["djPXJ9Fqzn0ifQo4", "fWm1LidRnQNqJ02n8GHl", "lSrfV15cpx95", "jxspr8Ki0RYycVU8", "5f4dcc3b"] {
        assert!(PAGE.contains(secret) && !said.contains(secret), "{secret}");
    }
}
