//! The headers that repeat the body for proxies (`Mcp-Method`, `Mcp-Name`): where they stand they must say what the body
//! says, or a proxy and the server would see two different requests.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::Denial;
use crate::reply::{HEADER_MISMATCH, Refusal};
use crate::request::{Ambiguous, Head};

const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// Holds the headers to the one message of the body.
pub(super) fn match_message(head: &Head<'_>, message: &Map<String, Value>) -> Result<(), Denial> {
    let method = message.get("method").and_then(Value::as_str);
    if let Some(claimed) = single(head, METHOD)?
        && method != Some(claimed)
    {
        return Err(mismatch("The Mcp-Method header does not say what the body says."));
    }
    if let Some(claimed) = single(head, NAME)? {
        let claimed = decode(claimed).ok_or_else(|| mismatch("The Mcp-Name header is not readable."))?;
        if named(method, message.get("params")) != Some(claimed.as_str()) {
            return Err(mismatch("The Mcp-Name header does not say what the body says."));
        }
    }
    Ok(())
}

/// One pair of headers cannot speak for several messages.
pub(super) fn match_batch(head: &Head<'_>) -> Result<(), Denial> {
    if head.has(METHOD) || head.has(NAME) {
        Err(mismatch("A batch has no Mcp-Method and no Mcp-Name."))
    } else {
        Ok(())
    }
}

fn single<'a>(head: &Head<'a>, name: &str) -> Result<Option<&'a str>, Denial> {
    head.single(name).map_err(|Ambiguous| mismatch("An Mcp header stands twice or is not text."))
}

/// What a message is about: `name` for tools and prompts, `uri` for resources, `taskId` for tasks.
fn named<'a>(method: Option<&str>, params: Option<&'a Value>) -> Option<&'a str> {
    let member = match method? {
        "tools/call" | "prompts/get" | "skills/get" => "name",
        method if method.starts_with("resources/") => "uri",
        method if method.starts_with("tasks/") => "taskId",
        _ => return None,
    };
    params?.get(member)?.as_str()
}

/// Values that a header cannot carry travel as `=?base64?…?=`.
fn decode(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|inner| inner.strip_suffix("?=")) {
        None => Some(value.to_owned()),
        Some(inner) => String::from_utf8(base64::engine::general_purpose::STANDARD.decode(inner).ok()?).ok(),
    }
}

fn mismatch(why: &'static str) -> Denial {
    Denial::Bad(Refusal::Malformed { code: HEADER_MISMATCH, why, id: None })
}
