//! A client's HTTP: no redirects, no proxies, bounded answers, and every exchange told.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::{Map, Value};
use server::command::Failure;

use super::story::Story;

/// Longer answers are not read.
const LONGEST: usize = 1 << 20;

/// Speaks and tells.
pub(super) struct Speaker {
    http: Client,
    pub(super) story: Story,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Of `WWW-Authenticate`.
    pub(super) challenge: String,
    pub(super) body: Value,
}

impl Reply {
    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// A member that is a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name)?.as_u64()
    }

    /// A member without which the flow cannot go on.
    pub(super) fn required(&self, name: &str) -> Result<String, Failure> {
        let found = self.text(name).map(str::to_owned);
        found.ok_or_else(|| Failure::failed(format!("The answer has no {name}.")))
    }

    /// The reply, if it is the one that was expected.
    pub(super) fn expect(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        let error = self.text("error_description").or(self.text("error")).unwrap_or("no reason given").to_owned();
        Err(Failure::failed(format!("The server answered {} where {status} was expected: {error}.", self.status)))
    }
}

impl Speaker {
    pub(super) fn begin(title: &str) -> Result<Self, Failure> {
        let built =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(Duration::from_secs(20)).build();
        let http = built.map_err(|error| Failure::failed(format!("No HTTP client can be made: {error}.")))?;
        Ok(Self { http, story: Story::begin(title)? })
    }

    /// Fetches a document, with a token if there is one.
    pub(super) async fn fetch(&self, url: &str, bearer: Option<&str>) -> Result<Reply, Failure> {
        let shown: Vec<(&str, &str)> = bearer.map(|token| ("bearer", token)).into_iter().collect();
        self.story.request("GET", url, &shown)?;
        let request = self.http.get(url).header("accept", "application/json");
        self.send(url, with(request, bearer)).await
    }

    /// Posts a form; a client with a secret authenticates by Basic (RFC 6749 §2.3.1).
    pub(super) async fn post(
        &self,
        url: &str,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<Reply, Failure> {
        let mut shown = form.to_vec();
        if let Some((client_id, secret)) = basic {
            shown.extend([("client_id", client_id), ("client_secret", secret)]);
        }
        self.story.request("POST", url, &shown)?;
        let request = self.http.post(url).header("accept", "application/json").form(form);
        self.send(
            url,
            match basic {
                Some((client_id, secret)) => request.basic_auth(client_id, Some(secret)),
                None => request,
            },
        )
        .await
    }

    /// Posts a form and tells nothing: for what is asked again and again.
    pub(super) async fn post_quietly(&self, url: &str, form: &[(&str, &str)]) -> Result<Reply, Failure> {
        self.send(url, self.http.post(url).header("accept", "application/json").form(form)).await
    }

    /// Posts JSON, as registration and MCP do.
    pub(super) async fn post_json(
        &self,
        url: &str,
        body: &Value,
        headers: &[(&str, &str)],
        bearer: Option<&str>,
    ) -> Result<Reply, Failure> {
        let request = self.http.post(url).header("accept", "application/json, text/event-stream").json(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(url, with(request, bearer)).await
    }

    async fn send(&self, url: &str, request: RequestBuilder) -> Result<Reply, Failure> {
        let response = request.send().await.map_err(|error| unreachable(url, &error))?;
        let reply = read(response).await.map_err(|error| unreachable(url, &error))?;
        Ok(reply)
    }

    /// Tells an answer as a whole.
    pub(super) fn tell(&self, reply: &Reply) -> Result<(), Failure> {
        self.story.answer(reply.status, &reply.body)
    }

    /// Tells only these members of an answer.
    pub(super) fn tell_of(&self, reply: &Reply, names: &[&str]) -> Result<(), Failure> {
        let picked: Map<String, Value> =
            names.iter().filter_map(|name| Some(((*name).to_owned(), reply.body.get(*name)?.clone()))).collect();
        let body = if reply.status < 400 { Value::Object(picked) } else { reply.body.clone() };
        self.story.answer(reply.status, &body)
    }
}

fn with(request: RequestBuilder, bearer: Option<&str>) -> RequestBuilder {
    match bearer {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

async fn read(mut response: Response) -> Result<Reply, reqwest::Error> {
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (status, challenge, kind) = (response.status().as_u16(), header("www-authenticate"), header("content-type"));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let json = if kind.starts_with("text/event-stream") { last_event(&text) } else { &text };
    Ok(Reply { status, challenge, body: serde_json::from_str(json).unwrap_or(Value::Null) })
}

/// A streaming MCP server may answer a request as the last event of a stream.
fn last_event(stream: &str) -> &str {
    stream.lines().filter_map(|line| line.strip_prefix("data:")).next_back().unwrap_or_default()
}

fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
    let remedy = if error.is_connect() { " Is it running? `lanyard dev` starts one." } else { "" };
    Failure::failed(format!(
        "{url} does not answer: {}.{remedy}",
        error.to_string().replace(&format!(" for url ({url})"), "")
    ))
}
