//! Declarative set-up: a plan is made so, twice is once, and what a plan made is what pruning takes away.

use identity::admin::{Act, Plan};
use serde_json::{Value, json};

use crate::harness::{TestServer, seed::act};

fn plan(value: Value) -> Box<Plan> {
    Box::new(serde_json::from_value(value).unwrap())
}

async fn applied(server: &TestServer, wanted: &Value, dry_run: bool, prune: bool) -> Value {
    act(&server.authority, Act::Apply { plan: plan(wanted.clone()), dry_run, prune }).await
}

fn changes(done: &Value) -> Vec<String> {
    let changes = done["changes"].as_array().unwrap().iter();
    let text = |change: &Value, name: &str| change[name].as_str().unwrap().to_owned();
    changes
        .map(|change| format!("{} {} {}", text(change, "change"), text(change, "kind"), text(change, "name")))
        .collect()
}

fn whole() -> Value {
    json!({
        "organization": [
            { "slug": "acme", "name": "Acme" },
            { "slug": "initech", "name": "Initech", "project": [
                { "slug": "tps", "name": "TPS" }, { "slug": "flair", "name": "Flair" } ] },
        ],
        "resource": [{
            "id": "reports", "name": "Reports", "resource": "https://reports.example.com",
            "scopes": ["reports:read=read:read reports", "reports:file=write:file reports"], "access_tokens": "ES256",
        }],
        "client": [
            { "id": "filer", "name": "Filer", "kind": "public", "redirect_uris": ["https://filer.example.com/callback"],
              "scope": "reports:read" },
            { "id": "robot", "name": "Robot", "kind": "confidential", "grant_types": ["client_credentials"],
              "home": { "organization": "initech", "project": "tps" } },
        ],
    })
}

#[tokio::test]
async fn a_plan_is_made_so_and_a_second_time_nothing_differs() {
    let server = TestServer::start().await;
    let wanted = whole();
    let all = [
        "add organization initech",
        "add project initech/tps",
        "add project initech/flair",
        "add resource reports",
        "add client filer",
        "add client robot",
    ];
    let tried = applied(&server, &wanted, true, false).await;
    assert_eq!((changes(&tried), &tried["shown_once"]), (all.map(str::to_owned).to_vec(), &json!([])));
    let done = applied(&server, &wanted, false, false).await;
    assert_eq!(changes(&done), all, "trying changes nothing");
    let shown = done["shown_once"].as_array().unwrap();
    assert_eq!(shown.len(), 2, "the resource's secret and the robot's: {shown:?}");
    let resource = act(&server.authority, Act::ResourceShow { resource: "reports".into() }).await;
    assert_eq!(resource["access_tokens"], "ES256");
    for prune in [false, true] {
        assert_eq!(changes(&applied(&server, &wanted, false, prune).await), [""; 0]);
    }
}

#[tokio::test]
async fn what_differs_is_changed_and_nothing_else() {
    let server = TestServer::start().await;
    let mut wanted = whole();
    applied(&server, &wanted, false, false).await;
    wanted["organization"][0]["name"] = "Acme Corporation".into();
    wanted["organization"][1]["project"][0]["name"] = "Test Procedure Specification".into();
    wanted["resource"][0]["scopes"] = json!([
        "reports:read=read:read all reports",
        "reports:file=write:file reports",
        "reports:count=read:count reports"
    ]);
    wanted["client"][0]["redirect_uris"] = json!(["https://filer.example.com/back"]);
    let done = applied(&server, &wanted, false, false).await;
    let all =
        ["change organization acme", "change project initech/tps", "change resource reports", "change client filer"];
    assert_eq!(changes(&done), all);
    assert_eq!(done["changes"][3]["what"], json!(["redirect_uris"]));
    assert_eq!(changes(&applied(&server, &wanted, false, false).await), [""; 0]);
    let client = act(&server.authority, Act::ClientShow { client: "filer".into() }).await;
    assert_eq!(client["redirect_uris"], json!(["https://filer.example.com/back"]));

    wanted["resource"][0]["resource"] = "https://elsewhere.example.com".into();
    let now = server.authority.now();
    let refused =
        server.authority.act(Act::Apply { plan: plan(wanted), dry_run: false, prune: false }, now).await.unwrap_err();
    assert!(refused.message.contains("never changed"), "{refused}");
}

#[tokio::test]
async fn pruning_takes_away_what_a_plan_made_and_nothing_else() {
    let server = TestServer::start().await;
    let mut wanted = whole();
    applied(&server, &wanted, false, false).await;
    wanted["client"] = json!([]);
    wanted["organization"][1]["project"] = json!([{ "slug": "tps", "name": "TPS" }]);
    assert_eq!(changes(&applied(&server, &wanted, false, false).await), [""; 0], "nothing goes unasked");
    let gone = ["remove client filer", "remove client robot", "remove project initech/flair"];
    assert_eq!(changes(&applied(&server, &wanted, true, true).await), gone);
    assert_eq!(changes(&applied(&server, &wanted, false, true).await), gone);
    assert_eq!(changes(&applied(&server, &wanted, false, true).await), [""; 0]);

    let done = applied(&server, &json!({}), false, true).await;
    assert_eq!(changes(&done), ["remove resource reports", "remove organization initech"]);
    let left = act(&server.authority, Act::OrganizationList {}).await;
    let left: std::collections::BTreeSet<&str> =
        left["organizations"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect();
    assert_eq!(
        left.into_iter().collect::<Vec<_>>(),
        ["acme", "globex"],
        "acme was named by the plan and not made by it"
    );
    assert!(act(&server.authority, Act::ClientShow { client: "demo-cli".into() }).await["client_id"].is_string());
}

#[tokio::test]
async fn a_plan_names_each_thing_once() {
    let server = TestServer::start().await;
    let twice = json!({ "organization": [{ "slug": "x1", "name": "X" }, { "slug": "x1", "name": "Y" }] });
    let now = server.authority.now();
    let refused =
        server.authority.act(Act::Apply { plan: plan(twice), dry_run: false, prune: false }, now).await.unwrap_err();
    assert!(refused.message.contains("twice"), "{refused}");
}
