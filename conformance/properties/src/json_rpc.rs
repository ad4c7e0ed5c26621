//! The guard's reader of JSON-RPC. Input: header lines and an empty line, which may both be missing, then the body.
//!
//! A grant that may only read passes only if *every* way to read the same bytes sees nothing but reading: the first of two
//! members, the last, or the one that differs in case. What a reader may do, a writer may. A refusal is one of those that the
//! protocol knows, and repeats nothing of the body but the message's id.

mod stand;

use bytes::Bytes;
use guard::{Grant, Reply};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use stand::Stand;

/// The methods that change nothing, as the protocol's revisions describe them.
const READING: [&str; 24] = [
    "initialize",
    "ping",
    "server/discover",
    "completion/complete",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/read",
    "resources/directory/read",
    "resources/templates/list",
    "resources/subscribe",
    "resources/unsubscribe",
    "skills/list",
    "skills/get",
    "subscriptions/listen",
    "tasks/list",
    "tasks/get",
    "tasks/result",
    "tools/list",
    "tools/call",
];

/// The property.
pub fn holds(data: &[u8]) {
    let stand = Stand::shared();
    let (headers, body) = request(data);
    let body = Bytes::copy_from_slice(body);
    let judge = |grant: &Grant| stand.guard.permit(grant, &Method::POST, &headers, &body);
    let (reader, writer) = (judge(&stand.reader), judge(&stand.writer));
    if reader.is_ok() {
        assert!(writer.is_ok(), "what a reader may do, a writer may");
        assert!(is_json(&headers));
        only_reads(&body);
    }
    if writer.is_ok() {
        read(&body).expect("the guard passes on nothing that is not JSON");
    }
    for reply in [reader, writer].into_iter().filter_map(Result::err) {
        is_sayable(&reply, &body);
    }
}

fn request(data: &[u8]) -> (HeaderMap, &[u8]) {
    let mut headers = HeaderMap::new();
    let Some(end) = data.windows(2).position(|two| two == b"\n\n") else {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        return (headers, data);
    };
    for line in data[..end].split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let pair = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(line[colon + 1..].trim_ascii()));
        if let (Ok(name), Ok(value)) = pair {
            headers.append(name, value);
        }
    }
    (headers, &data[end + 2..])
}

/// RFC 9110 §8.3: one media type; and nothing by which the body would be read differently.
fn is_json(headers: &HeaderMap) -> bool {
    let kinds: Vec<_> = headers.get_all("content-type").iter().collect();
    let essence = kinds.first().and_then(|kind| kind.to_str().ok()?.split(';').next());
    let codings =
        headers.get_all("content-encoding").iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let overridden = ["x-http-method-override", "x-http-method", "x-method-override", "x-method"];
    kinds.len() == 1
        && essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
        && codings
        && !overridden.iter().any(|name| headers.contains_key(*name))
}

fn read(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// As serde_json reads it, which believes the last of two members; that there were no two, its own text tells.
fn only_reads(body: &[u8]) {
    let value = read(body).expect("JSON");
    let messages = if let Value::Array(messages) = &value { messages.as_slice() } else { std::slice::from_ref(&value) };
    assert!((1..=100).contains(&messages.len()));
    for message in messages {
        let method = message["method"].as_str().expect("a method");
        assert!(READING.contains(&method), "{method}");
        if method == "tools/call" {
            assert!(["list_issues", "read_issue"].contains(&message["params"]["name"].as_str().expect("a tool")));
        }
        for (object, name) in [(message, "method"), (&message["params"], "name")] {
            let alike = object.as_object().into_iter().flatten().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            assert!(alike.count() <= 1, "{message}");
        }
    }
    assert_eq!(members(&value), members_written(body), "a member stands twice");
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

/// Colons outside of strings: in JSON, one for each member that was written.
fn members_written(body: &[u8]) -> usize {
    let (mut count, mut inside, mut escaped) = (0, false, false);
    for byte in body {
        match (inside, escaped, byte) {
            (true, true, _) => escaped = false,
            (true, false, b'\\') => escaped = true,
            (_, false, b'"') => inside = !inside,
            (false, _, b':') => count += 1,
            _ => {}
        }
    }
    count
}

fn is_sayable(reply: &Reply, body: &[u8]) {
    assert!([400, 403, 405, 413, 415].contains(&reply.status.as_u16()), "{}", reply.status);
    let said: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let challenged = reply.headers.iter().any(|(name, _)| name == "www-authenticate");
    assert_eq!(challenged, reply.status == 403);
    let sentence = said["error_description"].as_str().or(said["error"]["message"].as_str()).expect("words");
    assert!(sentence.len() < 120 && sentence.ends_with('.'), "{sentence}");
    if let Some(id) = said.get("id").filter(|id| !id.is_null()) {
        assert!(id.is_string() || id.is_number());
        let value = read(body).expect("JSON");
        let messages =
            if let Value::Array(messages) = &value { messages.as_slice() } else { std::slice::from_ref(&value) };
        assert!(messages.iter().any(|message| message.get("id") == Some(id)));
    }
}
