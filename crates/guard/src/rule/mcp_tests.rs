//! The rule of reading against bodies that were written to get around it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use protocol::{Access, Scope};
use serde_json::{Value, json};

use super::{Denial, McpRule};
use crate::grant::{Facts, Grant};
use crate::reply::Refusal;
use crate::request::Head;

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passes,
    /// 403, with the scope that would help.
    Refused(Option<String>),
    /// 400, with its JSON-RPC code.
    Malformed(i64),
    MediaType,
    Method,
}

fn rule() -> McpRule {
    McpRule::reading_tools(["list_issues", "read_secret"])
        .tool_needs("create_issue", "issues:write".parse().unwrap())
        .tool_needs("read_secret", "secrets:read".parse().unwrap())
}

fn grant(access: Access, scopes: &str) -> Grant {
    Grant::from(Facts {
        subject: Some("p1".to_owned()),
        client: Some("c1".to_owned()),
        organization: None,
        project: Some("apollo".to_owned()),
        scopes: scopes.parse::<Scope>().unwrap(),
        access,
        grant: None,
        key: None,
    })
}

fn judge(grant: &Grant, method: &Method, headers: &[(&'static str, &'static str)], body: &[u8]) -> Outcome {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let head = Head { method, headers: &map };
    match rule().permit(grant, &head, &Bytes::copy_from_slice(body)) {
        Ok(()) => Outcome::Passes,
        Err(Denial::Reach { needed, .. }) => Outcome::Refused(needed.map(|scope| scope.to_string())),
        Err(Denial::Bad(Refusal::Malformed { code, .. })) => Outcome::Malformed(code),
        Err(Denial::Bad(Refusal::UnsupportedMediaType)) => Outcome::MediaType,
        Err(Denial::Bad(Refusal::MethodNotAllowed(_))) => Outcome::Method,
        Err(Denial::Bad(other)) => panic!("{other:?}"),
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn reader(body: &Value) -> Outcome {
    judge(&grant(Access::Read, "issues:read"), &Method::POST, &[JSON], body.to_string().as_bytes())
}

fn reader_text(body: &str) -> Outcome {
    judge(&grant(Access::Read, "issues:read"), &Method::POST, &[JSON], body.as_bytes())
}

fn call(tool: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
}

fn message(method: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {}})
}

#[test]
fn a_reader_reads() {
    for method in
        ["initialize", "server/discover", "ping", "tools/list", "resources/read", "prompts/get", "completion/complete"]
    {
        assert_eq!(reader(&message(method)), Outcome::Passes, "{method}");
    }
    assert_eq!(reader(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})), Outcome::Passes);
    assert_eq!(reader(&call("list_issues")), Outcome::Passes);
    assert_eq!(reader(&json!([call("list_issues"), message("ping")])), Outcome::Passes);
}

#[test]
fn a_reader_does_nothing_else() {
    assert_eq!(reader(&call("create_issue")), Outcome::Refused(Some("issues:write".to_owned())));
    for tool in ["delete_all", "List_issues", "list_issues ", "list_issues\u{0}", ""] {
        assert_eq!(reader(&call(tool)), Outcome::Refused(None), "{tool:?}");
    }
    for method in [
        "tools/Call",
        "tools/call ",
        "TOOLS/LIST",
        "logging/setLevel",
        "tasks/cancel",
        "tasks/update",
        "sampling/createMessage",
        "notifications/anything",
        "",
        "x",
    ] {
        assert_eq!(reader(&message(method)), Outcome::Refused(None), "{method:?}");
    }
}

#[test]
fn a_call_without_an_id_is_a_call() {
    let notification = json!({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "create_issue"}});
    assert_eq!(reader(&notification), Outcome::Refused(Some("issues:write".to_owned())));
}

#[test]
fn answers_to_the_server_are_not_reading() {
    assert_eq!(reader(&json!({"jsonrpc": "2.0", "id": 1, "result": {"action": "accept"}})), Outcome::Refused(None));
}

#[test]
fn one_bad_message_spoils_the_batch() {
    let write = Outcome::Refused(Some("issues:write".to_owned()));
    assert_eq!(reader(&json!([message("ping"), call("create_issue")])), write);
    assert_eq!(reader(&json!([call("create_issue"), message("ping")])), write);
    assert_eq!(reader(&json!([message("ping"), [call("create_issue")]])), Outcome::Malformed(-32600));
    assert_eq!(reader(&json!([])), Outcome::Malformed(-32600));
    assert_eq!(reader(&json!(vec![message("ping"); 101])), Outcome::Malformed(-32600));
}

#[test]
fn no_second_reading_of_the_body() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"create_issue"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","m\u0065thod":"tools/call","params":{"name":"create_issue"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_issues","name":"create_issue"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_issues"},"params":{"name":"create_issue"}}"#,
        "{\"method\":\"ping\"}{\"method\":\"tools/call\"}",
        "\u{feff}{\"method\":\"ping\"}",
        "",
    ] {
        assert_eq!(reader_text(body), Outcome::Malformed(-32700), "{body}");
    }
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call","params":{"name":"create_issue"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_issues","NAME":"create_issue"}}"#,
    ] {
        assert_eq!(reader_text(body), Outcome::Malformed(-32600), "{body}");
    }
    // An escaped method is the method that every reader sees.
    let escaped = r#"{"jsonrpc":"2.0","id":1,"method":"tools\u002fcall","params":{"name":"create\u005fissue"}}"#;
    assert_eq!(reader_text(escaped), Outcome::Refused(Some("issues:write".to_owned())));
}

#[test]
fn wrong_shapes_are_malformed() {
    for body in
        [json!("ping"), json!(1), json!(null), json!({"method": ["ping"]}), json!({"method": null}), json!(["ping"])]
    {
        assert_eq!(reader(&body), Outcome::Malformed(-32600), "{body}");
    }
    for params in [
        json!(null),
        json!([]),
        json!(["list_issues"]),
        json!({}),
        json!({"name": ["list_issues"]}),
        json!({"name": null}),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        assert_eq!(reader(&body), Outcome::Malformed(-32600), "{body}");
    }
}

#[test]
fn depth_and_bytes() {
    let deep = format!(r#"{{"method":"ping","params":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(reader_text(&deep), Outcome::Malformed(-32700));
    let reads = grant(Access::Read, "issues:read");
    assert_eq!(judge(&reads, &Method::POST, &[JSON], b"{\"method\":\"ping\xff\"}"), Outcome::Malformed(-32700));
    let utf16: Vec<u8> = r#"{"method":"ping"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(judge(&reads, &Method::POST, &[JSON], &utf16), Outcome::Malformed(-32700));
}

#[test]
fn headers_say_what_the_body_says() {
    let reads = grant(Access::Read, "issues:read");
    let list = call("list_issues").to_string();
    let with = |headers: &[(&'static str, &'static str)], body: &str| {
        let headers: Vec<_> = std::iter::once(JSON).chain(headers.iter().copied()).collect();
        judge(&reads, &Method::POST, &headers, body.as_bytes())
    };
    assert_eq!(with(&[("mcp-method", "tools/call"), ("mcp-name", "list_issues")], &list), Outcome::Passes);
    assert_eq!(
        with(&[("mcp-method", "tools/call"), ("mcp-name", "=?base64?bGlzdF9pc3N1ZXM=?=")], &list),
        Outcome::Passes
    );
    let read = json!({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "x:1", "name": "y"}})
        .to_string();
    assert_eq!(with(&[("mcp-method", "resources/read"), ("mcp-name", "x:1")], &read), Outcome::Passes);
    let lies: [&[(&'static str, &'static str)]; 9] = [
        &[("mcp-method", "tools/list")],
        &[("mcp-method", "")],
        &[("mcp-method", "Tools/Call")],
        &[("mcp-name", "create_issue")],
        &[("mcp-name", "")],
        &[("mcp-name", "=?base64?Y3JlYXRlX2lzc3Vl?=")],
        &[("mcp-name", "=?base64?***?=")],
        &[("mcp-method", "tools/call"), ("mcp-method", "tools/call")],
        &[("mcp-name", "list_issues"), ("mcp-name", "create_issue")],
    ];
    for headers in lies {
        assert_eq!(with(headers, &list), Outcome::Malformed(-32020), "{headers:?}");
    }
    let ping = message("ping").to_string();
    assert_eq!(with(&[("mcp-method", "ping"), ("mcp-name", "list_issues")], &ping), Outcome::Malformed(-32020));
    assert_eq!(with(&[("mcp-method", "ping")], &json!([message("ping")]).to_string()), Outcome::Malformed(-32020));
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {}}).to_string();
    assert_eq!(with(&[("mcp-method", "ping")], &answer), Outcome::Malformed(-32020));
}

#[test]
fn the_body_is_plain_json() {
    let reads = grant(Access::Read, "issues:read");
    let ping = message("ping").to_string();
    for good in ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\""] {
        assert_eq!(judge(&reads, &Method::POST, &[("content-type", good)], ping.as_bytes()), Outcome::Passes, "{good}");
    }
    for bad in
        ["", "text/plain", "application/x-www-form-urlencoded", "application/json5", "application/json; charset=utf-16"]
    {
        assert_eq!(
            judge(&reads, &Method::POST, &[("content-type", bad)], ping.as_bytes()),
            Outcome::MediaType,
            "{bad}"
        );
    }
    assert_eq!(judge(&reads, &Method::POST, &[], ping.as_bytes()), Outcome::MediaType);
    assert_eq!(
        judge(&reads, &Method::POST, &[JSON, ("content-encoding", "gzip")], ping.as_bytes()),
        Outcome::MediaType
    );
    assert_eq!(judge(&reads, &Method::POST, &[JSON, JSON], ping.as_bytes()), Outcome::MediaType);
}

#[test]
fn the_transport_has_its_methods() {
    let reads = grant(Access::Read, "issues:read");
    for method in [Method::GET, Method::DELETE, Method::OPTIONS] {
        assert_eq!(judge(&reads, &method, &[], b""), Outcome::Passes);
    }
    let write = grant(Access::Write, "issues:read issues:write");
    for method in [Method::PUT, Method::PATCH, Method::from_bytes(b"post").unwrap()] {
        assert_eq!(judge(&write, &method, &[JSON], call("create_issue").to_string().as_bytes()), Outcome::Method);
    }
    assert_eq!(judge(&reads, &Method::GET, &[("upgrade", "websocket")], b""), Outcome::Refused(None));
}

#[test]
fn a_writer_needs_the_tools_scope_too() {
    let create = call("create_issue").to_string();
    let post = |grant: &Grant, body: &str| judge(grant, &Method::POST, &[JSON], body.as_bytes());
    assert_eq!(post(&grant(Access::Write, "issues:read issues:write"), &create), Outcome::Passes);
    assert_eq!(post(&grant(Access::Write, "issues:read"), &create), Outcome::Refused(Some("issues:write".to_owned())));
    assert_eq!(post(&grant(Access::Write, "issues:read"), &message("logging/setLevel").to_string()), Outcome::Passes);
    // A write scope without write access opens nothing.
    assert_eq!(post(&grant(Access::Read, "issues:write"), &create), Outcome::Refused(Some("issues:write".to_owned())));
    let secret = call("read_secret").to_string();
    assert_eq!(post(&grant(Access::Read, "issues:read"), &secret), Outcome::Refused(Some("secrets:read".to_owned())));
    assert_eq!(post(&grant(Access::Read, "secrets:read"), &secret), Outcome::Passes);
    // Smuggling is refused for those who may write, too.
    let twice = r#"{"method":"ping","method":"tools/call","params":{"name":"create_issue"}}"#;
    assert_eq!(post(&grant(Access::Write, "issues:read"), twice), Outcome::Malformed(-32700));
}
