//! The command line and the control socket: everything that an operator does, and what is refused.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
};

use serde_json::Value;

use super::{binary::Site, clients, people};

/// The secrets that the operator was shown and hands on.
pub struct Shown {
    pub app: String,
    pub key: String,
    pub api: String,
}

/// While no server runs, commands open the database themselves.
pub fn before_it_runs(site: &Site) -> Shown {
    site.succeeds(&["migrate"]);
    site.succeeds(&["check"]);
    site.ledger.typed("the member's password", people::PASSWORD);
    site.succeeds(&["organization", "add", "acme"]);
    site.succeeds(&["project", "add", "acme", "apollo"]);
    site.succeeds_with(&["user", "add", people::MEMBER, "--password-stdin", "--email-verified"], people::PASSWORD);
    site.succeeds(&["member", "add", "acme", people::MEMBER]);
    let scopes = ["--scope", "issues:read=read:read issues", "--scope", "issues:write=write:change issues"];
    let mut add = vec!["resource", "add", clients::RESOURCE, "--name", "Demo API", "--id", "demo-api", "--json"];
    add.extend(scopes);
    let api = secret(&site.succeeds(&add));
    let app = [
        "client",
        "add",
        "--name",
        "Demo App",
        "--id",
        "demo-app",
        "--kind",
        "confidential",
        "--redirect-uri",
        clients::CALLBACK,
    ];
    let app = secret(&site.succeeds(&[&app[..], &["--profile", "oidc", "--json"]].concat()));
    let replaced = secret(&site.succeeds(&["client", "new-secret", "demo-app", "--json"]));
    assert_ne!(app, replaced);
    let key = ["key", "add", "acme", "apollo", "--name", "CI", "--scope", "issues:read", "--json"];
    let key = shown_key(&site.succeeds(&key));
    site.succeeds(&["signing-key", "rotate"]);
    site.succeeds(&["server-secret", "rotate"]);
    site.learn_key_file();
    refused(site);
    Shown { app: replaced, key, api }
}

fn refused(site: &Site) {
    for (arguments, password) in [
        (["user", "add", people::MEMBER, "--password-stdin"], "for an address that is taken, typed"),
        (["user", "add", "no address", "--password-stdin"], "for no address at all, typed"),
        (["user", "add", "long@example.com", "--password-stdin"], &*"too long, typed ".repeat(40)),
        (["user", "add", "odd@example.com", "--password-stdim"], "after a mistyped option, piped"),
    ] {
        site.ledger.typed("a password that a command refused", password);
        site.fails(&arguments, password);
    }
}

/// The same through the control socket, and lines that no command would send.
pub async fn while_it_runs(site: &Site) {
    let password = "typed for the running server";
    site.ledger.typed("a password that went through the socket", password);
    site.succeeds_with(&["user", "add", "second@example.com", "--password-stdin"], password);
    refused(site);
    site.succeeds(&[
        "client",
        "add",
        "--name",
        "Shown as text",
        "--id",
        "other-app",
        "--redirect-uri",
        clients::CALLBACK,
    ]);
    let hook = site.succeeds(&["webhook", "add", "acme", "https://hook.invalid/lanyard", "--json"]);
    let hook: Value = serde_json::from_str(&hook).unwrap();
    let hook = hook["id"].as_str().unwrap();
    site.succeeds(&["webhook", "new-secret", hook, "--json"]);
    site.succeeds(&["signing-key", "rotate"]);
    for list in [["list", "acme"], ["show", hook], ["deliveries", hook]] {
        site.succeeds(&["webhook", list[0], list[1], "--json"]);
    }
    for list in ["organization", "client", "resource", "user"] {
        site.succeeds(&[list, "list"]);
        site.succeeds(&[list, "list", "--json"]);
    }
    site.succeeds(&["key", "list", "acme"]);
    site.succeeds(&["key", "list", "acme", "apollo", "--json"]);
    site.succeeds(&["client", "show", "demo-app", "--json"]);
    site.succeeds(&["resource", "show", "demo-api", "--json"]);
    site.succeeds(&["user", "show", people::MEMBER, "--json"]);
    let odd = "on the socket in an odd line";
    site.ledger.typed("a password in an odd line of the socket", odd);
    let socket = std::fs::read_dir(site.path("")).unwrap().flatten().map(|entry| entry.path());
    let socket = socket.into_iter().find(|path| path.extension().is_some_and(|end| end == "sock")).unwrap();
    let mut stream = UnixStream::connect(socket).unwrap();
    for line in [
        format!(r#"{{"user_add":{{"email":"x@example.com","password":"{odd}","nonsense":1}}}}"#),
        format!(r#"{{"user_add":{{"email":"x@example.com","email_verified":"{odd}"}}}}"#),
        format!(r#"{{"user_add":{{"email":5,"password":"{odd}"}}}}"#),
        format!(r#"{{"{odd}":{{}}}}"#),
        format!(r#"{{"user_add":{{"email":"x@example.com","{odd}":1}}}}"#),
        odd.to_owned(),
    ] {
        writeln!(stream, "{line}").unwrap();
        let mut answer = String::new();
        BufReader::new(&stream).read_line(&mut answer).unwrap();
        assert!(answer.contains("refused"), "{answer}");
        site.ledger.saw("an answer of the control socket", answer);
    }
}

/// What ends things.
pub fn at_last(site: &Site) {
    site.succeeds(&["resource", "new-secret", "demo-api", "--json"]);
    site.succeeds(&["signing-key", "rotate"]);
    site.succeeds(&["user", "disable", people::MEMBER]);
    site.succeeds(&["user", "remove", "second@example.com"]);
    site.succeeds(&["client", "disable", "other-app"]);
    site.succeeds(&["client", "remove", "other-app"]);
}

fn shown_key(output: &str) -> String {
    let json: Value = serde_json::from_str(output).unwrap();
    json["key"].as_str().unwrap().to_owned()
}

fn secret(output: &str) -> String {
    let json: Value = serde_json::from_str(output).unwrap();
    json["client_secret"].as_str().unwrap().to_owned()
}
