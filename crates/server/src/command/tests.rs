//! The command line as it is typed, and the round trips through files and sockets.

use clap::{Parser, error::ErrorKind};
use identity::admin::{Act, ClientKind};
use serde_json::json;

use super::{Command, Init, Instance, Target, UserCommand, admin, check, settings::ConfigFile};
use crate::{
    config::Settings,
    control::{self, Answer, Control},
};

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

fn typed(line: &str) -> Result<Command, clap::Error> {
    CommandLine::try_parse_from(std::iter::once("lanyard").chain(line.split(' '))).map(|line| line.command)
}

#[test]
fn acts_are_typed_and_go_to_the_named_server() {
    let line =
        "client add --name App --kind confidential --redirect-uri https://a.example/cb --socket /tmp/x.sock --json";
    let Ok(Command::Client(group)) = typed(line) else { panic!("not a client command") };
    assert!(group.target.json);
    assert_eq!(group.target.socket.unwrap().to_str(), Some("/tmp/x.sock"));
    let Ok(Act::ClientAdd(client)) = Act::try_from(group.act) else { panic!("not an addition") };
    assert_eq!((client.name.as_str(), client.redirect_uris.len()), ("App", 1));
    assert!(matches!(client.kind, ClientKind::Confidential {}));
}

#[test]
fn a_client_is_listed_for_the_device_grant_by_a_word() {
    let grant_types = |line: &str| {
        let Ok(Command::Client(group)) = typed(line) else { panic!("not a client command") };
        let Ok(Act::ClientAdd(client)) = Act::try_from(group.act) else { panic!("not an addition") };
        client.grant_types
    };
    assert_eq!(grant_types("client add --name A --device"), ["refresh_token", "device_code"]);
    let with_a_browser = "client add --name A --device --redirect-uri http://127.0.0.1/callback";
    assert_eq!(grant_types(with_a_browser), ["authorization_code", "refresh_token", "device_code"]);
    assert_eq!(
        grant_types("client add --name A --device --grant-type refresh_token"),
        ["refresh_token", "device_code"]
    );
    assert!(grant_types("client add --name A --redirect-uri http://127.0.0.1/callback").is_empty());
}

#[test]
fn what_is_typed_wrongly_is_refused_by_name() {
    for (line, kind) in [
        ("member add acme a@b.c --role king", ErrorKind::InvalidValue),
        ("resource add https://a.example --name A", ErrorKind::MissingRequiredArgument),
        ("client add --name A --organization acme", ErrorKind::MissingRequiredArgument),
        ("organisation list", ErrorKind::InvalidSubcommand),
        ("serve --port 80", ErrorKind::UnknownArgument),
    ] {
        assert_eq!(typed(line).unwrap_err().kind(), kind, "{line}");
    }
    let Ok(Command::Client(group)) = typed("client add --name A --kind private-key-jwt") else { panic!("not parsed") };
    assert!(Act::try_from(group.act).unwrap_err().to_string().contains("--jwks"));
}

fn init(dir: &std::path::Path, proxies: &[&str]) -> Init {
    let proxies = proxies.iter().map(|proxy| (*proxy).to_owned()).collect();
    Init { dir: dir.to_owned(), public_url: None, database_url: None, proxies }
}

#[tokio::test]
async fn what_init_writes_check_finds_right() {
    let dir = tempfile::tempdir().unwrap();
    let (config, keys) = init(dir.path(), &["10.0.0.5"]).write("https://auth.example.com").unwrap();
    let settings = Settings::load(Some(&config), []).unwrap();
    let found = check(&settings).await.unwrap();
    assert!(found.is_new && !found.pending.is_empty());
    assert_eq!(settings.key_file, keys);
    assert!(!settings.database.url.sqlite_path().unwrap().exists(), "check made the database");

    let again = init(dir.path(), &[]).write("https://other.example.com").unwrap_err();
    assert_eq!((again.code(), again.to_string().contains("exists already")), (1, true));
}

#[tokio::test]
async fn check_tells_every_problem_by_its_setting() {
    let dir = tempfile::tempdir().unwrap();
    let (config, keys) = init(dir.path(), &[]).write("https://auth.example.com").unwrap();
    std::fs::remove_file(keys).unwrap();
    std::fs::write(dir.path().join("lanyard.db"), "not a database at all").unwrap();
    let settings = Settings::load(Some(&config), []).unwrap();
    let named: Vec<String> = check(&settings).await.unwrap_err().into_iter().map(|problem| problem.setting).collect();
    assert_eq!(named, ["keys.file", "tls.certificate", "database.url"]);
}

#[tokio::test]
async fn check_says_whether_migrations_wait() {
    let dir = tempfile::tempdir().unwrap();
    let (_, instance) = instance(dir.path()).await;
    let settings = Settings::load(Some(&dir.path().join("lanyard.toml")), []).unwrap();
    assert_eq!(check(&settings).await, Ok(storage::Fitness::default()), "beside the running server");
    instance.close().await;
    assert_eq!(check(&settings).await, Ok(storage::Fitness::default()));
}

#[test]
fn a_password_is_made_only_when_that_is_asked() {
    let Ok(Command::User(group)) = typed("user password a@example.com --generate --end-connections") else {
        panic!("not a user command")
    };
    let UserCommand::Act(act) = group.act else { panic!("not an act") };
    let Ok(Act::UserSetPassword { user, password: None, end_connections: true }) = Act::try_from(act) else {
        panic!("not what was typed")
    };
    assert_eq!(user, "a@example.com");
    assert!(typed("user password a@example.com secret").is_err(), "never as an argument");
}

async fn instance(dir: &std::path::Path) -> (ConfigFile, Instance) {
    let (config, _) = init(dir, &["10.0.0.5"]).write("https://auth.example.com").unwrap();
    let settings = Settings::load(Some(&config), []).unwrap();
    (ConfigFile { config }, Instance::open(settings).await.unwrap())
}

#[tokio::test]
async fn commands_reach_the_running_server_and_else_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let (config, instance) = instance(dir.path()).await;
    let target = Target { config, socket: None, json: true };
    let add = |slug: &str| Act::OrganizationAdd { slug: slug.to_owned(), name: "Acme".to_owned() };

    let owned = admin::perform(&target, add("acme")).await.unwrap_err().to_string();
    assert!(owned.contains("another process"), "no socket yet, and the database is owned: {owned}");

    let path = dir.path().join("lanyard.db.sock");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let control = Control::bind(&path).unwrap();
    let serving = tokio::spawn(control.serve(instance.authority().clone(), async move { drop(stopped.await) }));
    let added = admin::perform(&target, add("acme")).await.unwrap();
    assert_eq!(added["slug"], "acme");
    let refused = admin::perform(&target, add("acme")).await.unwrap_err();
    assert_eq!(refused.code(), 1);
    stop.send(()).unwrap();
    serving.await.unwrap();
    assert!(!path.exists());
    instance.close().await;

    let listed = admin::perform(&target, Act::OrganizationList {}).await.unwrap();
    assert_eq!(listed["organizations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_line_that_is_no_act_is_refused_and_the_conversation_goes_on() {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

    let dir = tempfile::tempdir().unwrap();
    let (_, instance) = instance(dir.path()).await;
    let path = dir.path().join("s.sock");
    let control = Control::bind(&path).unwrap();
    tokio::spawn(control.serve(instance.authority().clone(), std::future::pending()));
    let stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    for (sent, is_done) in
        [(json!({"launch_missiles": {}}), false), (json!("what"), false), (json!({"user_list": {}}), true)]
    {
        writer.write_all(format!("{sent}\n").as_bytes()).await.unwrap();
        let answer: Answer = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        assert_eq!(matches!(answer, Answer::Done(_)), is_done, "{sent}");
    }
    assert!(control::is_served(&path).await);
}
