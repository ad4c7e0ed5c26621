//! The thread that listens: connects, reads, says what is gone, and comes back when the connection is lost.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use reqwest::{Client, Response};
use tokio::time::{sleep, timeout};
use url::Url;

use super::event::Gone;
use super::link::{Link, SILENCE};
use super::messages::Messages;
use crate::answers::Answers;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What it takes to listen.
pub(crate) struct Line {
    /// Without a limit on how long an answer may take: this one does not end.
    pub http: Client,
    pub url: Url,
    pub authorization: HeaderValue,
    pub link: Arc<Link>,
    /// The guard's; when it is gone, nobody listens any more.
    pub answers: Weak<Answers>,
}

/// Begins to listen.
pub(crate) fn listen(line: Line) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("lanyard-guard-feed".to_owned()).spawn(move || {
        let link = Arc::clone(&line.link);
        runtime.block_on(line.keep());
        link.lost();
    })?;
    Ok(())
}

impl Line {
    /// Listens until the guard is gone.
    async fn keep(self) {
        let (mut last, mut pause) = (None, FIRST_PAUSE);
        while self.answers.strong_count() > 0 {
            match self.connect(last.as_deref()).await {
                Ok(response) => {
                    pause = FIRST_PAUSE;
                    let why = self.read(response, &mut last).await;
                    self.link.lost();
                    tracing::warn!(why, "the event feed was lost: each request is asked about until it is back");
                }
                Err(why) => tracing::warn!(why, "the event feed cannot be reached: each request is asked about"),
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    async fn connect(&self, last: Option<&str>) -> Result<Response, String> {
        let mut request = self
            .http
            .get(self.url.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "text/event-stream");
        if let Some(last) = last {
            request = request.header(LAST_EVENT_ID, last);
        }
        let response = timeout(SILENCE, request.send()).await.map_err(|_| "no answer".to_owned())?;
        let response = response.map_err(|error| error.without_url().to_string())?;
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|value| value.to_str().is_ok_and(|text| text.trim_start().starts_with("text/event-stream")));
        if response.status() != http::StatusCode::OK || !is_stream {
            return Err(format!("the answer had status {} or was no event stream", response.status().as_u16()));
        }
        Ok(response)
    }

    /// Reads until the connection is lost; why it was.
    async fn read(&self, mut response: Response, last: &mut Option<String>) -> &'static str {
        let (mut messages, mut begun) = (Messages::default(), false);
        loop {
            let chunk = match timeout(SILENCE, response.chunk()).await {
                Err(_) => return "it was silent",
                Ok(Err(_)) => return "it broke",
                Ok(Ok(None)) => return "it ended",
                Ok(Ok(Some(chunk))) => chunk,
            };
            let Some(answers) = self.answers.upgrade() else { return "nobody is guarded any more" };
            let Ok(messages) = messages.take(&chunk) else { return "it was not understood" };
            for message in messages {
                if let Some(gone) = Gone::by(&message) {
                    answers.forget(&gone);
                }
                if message.id.is_some() {
                    *last = message.id;
                }
            }
            // What was asked before the first thing that came may have been answered before the feed began.
            if std::mem::replace(&mut begun, true) {
                self.link.heard(Instant::now());
            } else {
                self.link.connected(Instant::now());
            }
        }
    }
}
