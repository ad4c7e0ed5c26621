//! The states of the connections page.

use model::Language;

use super::{ConnectedDevice, Connection, Connections, EndReason, EndedConnection, LastUse};
use crate::view::{App, Moment, Notice, ProjectName, Provenance, Tone, sample, say};

impl Connections {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let page = |notices, live, ended| Self {
            layout: sample::development(sample::signed_in(language, "/connections")),
            notices,
            live,
            ended,
            mcp_url: Some("http://localhost:8081/mcp".to_owned()),
        };
        let hostile = Notice {
            tone: Tone::Warn,
            title: sample::HOSTILE.to_owned(),
            text: sample::HOSTILE.to_owned(),
            at: None,
            read: None,
        };
        let empty = page(Vec::new(), Vec::new(), Vec::new());
        vec![
            ("full", page(Vec::new(), live(language), ended())),
            ("notices", page(notices(language), live(language), ended())),
            ("one-ended", page(vec![Notice::disconnected(language, "Claude")], Vec::new(), ended())),
            ("empty-without-address", Self { mcp_url: None, ..empty.clone() }),
            ("empty", empty),
            ("hostile", page(vec![hostile], vec![connection("gr_9", sample::hostile(), sample::HOSTILE)], Vec::new())),
        ]
    }
}

fn notices(language: Language) -> Vec<Notice> {
    vec![
        Notice::reused(
            language,
            "VS Code",
            Moment::ago(sample::NOW - 3 * 60 * sample::MINUTE, sample::NOW),
            "first".to_owned(),
        ),
        Notice::shared(
            language,
            "Cursor",
            Moment::ago(sample::NOW - 12 * sample::MINUTE, sample::NOW),
            "second".to_owned(),
        ),
    ]
}

pub(in crate::view) fn connection(id: &str, app: App, project: &str) -> Connection {
    Connection {
        id: id.to_owned(),
        app,
        project: Some(ProjectName { name: project.to_owned(), organization: "Acme".to_owned() }),
        can: vec!["read issues and comments".to_owned()],
        changes: false,
        devices: Vec::new(),
        given: Moment::date(sample::NOW - 40 * sample::DAY),
        last_use: Some(LastUse {
            at: Moment::ago(sample::NOW - 2 * sample::MINUTE, sample::NOW),
            from: Some("203.0.113.7".to_owned()),
        }),
        until: Some(Moment::date(sample::NOW + 325 * sample::DAY)),
        given_by: None,
        end: Some(format!("/connections/{id}/disconnect")),
    }
}

fn live(language: Language) -> Vec<Connection> {
    let demo_app = App { name: "Demo app".to_owned(), provenance: Provenance::Operator };
    let identity = Connection {
        project: None,
        can: vec![say(language, "consent-see-name-and-email").into()],
        last_use: None,
        ..connection("gr_3", demo_app, "")
    };
    let deployer = App { name: "Acme Deployer".to_owned(), provenance: Provenance::FirstParty };
    let writing = Connection {
        can: vec!["read issues and comments".to_owned(), "create and change issues".to_owned()],
        changes: true,
        ..connection("gr_4", deployer, "Gemini")
    };
    let device = |program: Option<&str>, days: i64| ConnectedDevice {
        program: program.map(str::to_owned),
        address: "203.0.113.9".to_owned(),
        since: Moment::date(sample::NOW - days * sample::DAY),
    };
    let desktop = App { name: "Acme CLI".to_owned(), provenance: Provenance::Operator };
    let devices = Connection {
        devices: vec![device(Some("acme"), 40), device(None, 3)],
        ..connection("gr_5", desktop, "Apollo")
    };
    let shipper = App {
        name: "Event shipper".to_owned(),
        provenance: Provenance::ApiKey { hint: "lyd_key_0VtyBFCkrPX5…a1B2".to_owned() },
    };
    let key =
        Connection { can: vec!["send events".to_owned()], changes: true, ..connection("key_1", shipper, "Apollo") };
    vec![
        connection("gr_1", sample::claude(), "Apollo"),
        key,
        connection("gr_2", sample::cursor(), "Gemini"),
        identity,
        writing,
        devices,
    ]
}

fn ended() -> Vec<EndedConnection> {
    let ended = |app, days: i64, reason| EndedConnection {
        app,
        project: Some(ProjectName { name: "Apollo".to_owned(), organization: "Acme".to_owned() }),
        given_by: None,
        at: Moment::date(sample::NOW - days * sample::DAY),
        reason,
    };
    let code = App { name: "VS Code".to_owned(), provenance: Provenance::Document { host: "vscode.dev".to_owned() } };
    vec![
        ended(code, 0, EndReason::Reused),
        ended(sample::claude(), 9, EndReason::You),
        ended(sample::cursor(), 20, EndReason::Owner),
        ended(
            App {
                name: "Old shipper".to_owned(),
                provenance: Provenance::ApiKey { hint: "lyd_key_0VtyBFCkrPX5…c3D4".to_owned() },
            },
            21,
            EndReason::Operator,
        ),
    ]
}
