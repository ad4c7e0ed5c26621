//! The loopback address that the browser is sent back to (RFC 8252 §7.3): one request is enough.

use std::{io, time::Duration};

use server::command::Failure;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use url::{Url, form_urlencoded};

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
const HEAD_WITHIN: Duration = Duration::from_secs(5);
const LONGEST: u64 = 16 * 1024;
const PATH: &str = "/callback";

/// Listening, before anybody is sent.
pub(super) struct Callback {
    listeners: Vec<TcpListener>,
    redirect_uri: String,
}

impl Callback {
    /// On a free port; the server accepts any for a loopback redirect URI (RFC 8252 §7.3).
    pub(super) async fn any_port() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| unbound(&error))?;
        let address = listener.local_addr().map_err(|error| unbound(&error))?;
        Ok(Self { listeners: vec![listener], redirect_uri: format!("http://{address}{PATH}") })
    }

    /// Under the name `localhost`, for a client whose redirect URI is exact: it says `registered`, and what the browser sends
    /// there arrives at `port`.
    pub(super) async fn localhost(registered: u16, port: u16) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
            Failure::failed(format!("Cannot listen on 127.0.0.1:{port}, where the app's redirect URI points: {error}. Stop what listens there."))
        })?;
        // A browser may try ::1 first; a machine without IPv6 has none.
        let also = TcpListener::bind(("::1", port)).await.ok();
        Ok(Self {
            listeners: [listener].into_iter().chain(also).collect(),
            redirect_uri: format!("http://localhost:{registered}{PATH}"),
        })
    }

    /// The address.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The parameters of the first request for the callback; others are told that there is nothing.
    pub(super) async fn wait(self) -> Result<Vec<(String, String)>, Failure> {
        let (first, second) = (self.listeners.first(), self.listeners.get(1).or(self.listeners.first()));
        let (Some(first), Some(second)) = (first, second) else { return Err(Failure::failed("Nothing listens.")) };
        let answer = async {
            loop {
                let accepted = tokio::select! {
                    accepted = first.accept() => accepted,
                    accepted = second.accept() => accepted,
                };
                let (stream, _) = accepted.map_err(|error| unbound(&error))?;
                if let Ok(Ok(Some(parameters))) = timeout(HEAD_WITHIN, converse(stream)).await {
                    return Ok(parameters);
                }
            }
        };
        timeout(PATIENCE, answer).await.map_err(|_| Failure::failed("Nobody came back within 15 minutes."))?
    }
}

async fn converse(mut stream: TcpStream) -> io::Result<Option<Vec<(String, String)>>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = (&mut stream).take(LONGEST.saturating_sub(head.len() as u64)).read_buf(&mut head).await?;
        if read == 0 {
            return Ok(None);
        }
    }
    let parameters = parameters(&head);
    let (status, text) = match &parameters {
        Some(_) => ("200 OK", "That is all. You can close this window and look at the terminal."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>Lanyard</title><body style=\"font:1.1rem system-ui;margin:4rem\"><p>{text}"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(parameters)
}

/// Those of `GET /callback?…`; nothing for any other request.
fn parameters(head: &[u8]) -> Option<Vec<(String, String)>> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    (url.path() == PATH)
        .then(|| form_urlencoded::parse(url.query().unwrap_or_default().as_bytes()).into_owned().collect())
}

fn unbound(error: &io::Error) -> Failure {
    Failure::failed(format!("Cannot listen on this machine: {error}."))
}
