//! Requests that the harness's clients would never send.

use crate::harness::{
    Answer, TestServer,
    browser::{encode, http},
};

/// A form to an endpoint with these headers, as it stands.
pub async fn form(server: &TestServer, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request =
        http(server.address).post(server.url(path)).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.body(body.to_owned())).await
}

/// A form of these fields, without a credential.
pub async fn fields(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Answer {
    form(server, path, &[], &encode(fields)).await
}

/// The `error` of a JSON answer.
pub fn error(answer: &Answer) -> String {
    answer.json()["error"].as_str().unwrap_or_else(|| panic!("no error: {} {}", answer.status, answer.body)).to_owned()
}

/// `Authorization: Basic` of a client.
pub fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}
