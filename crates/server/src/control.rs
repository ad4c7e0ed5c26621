//! The control socket: how a command reaches the server that runs. One line of JSON is one [`Act`], one line is its answer.
//!
//! Owns the socket and its two sides; what an act does is `identity::admin`'s. Whoever may open the socket may do
//! everything, so that it is its owner's alone: mode 0600 from the moment at which it has its name. The mode suffices; no
//! further credential is asked for.

mod bind;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use identity::{Authority, admin::Act};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinSet,
    time::timeout,
};

use crate::config::Settings;

/// Longer lines are no act.
const LONGEST: u64 = 1 << 20;
/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The act is done, and committed.
    Done(Value),
    /// Nothing was done; in plain words why, and what to do.
    Refused(String),
}

/// The socket, bound.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

/// Where the server with these settings listens for commands: beside its SQLite database, or beside its key file.
#[must_use]
pub fn socket_path(settings: &Settings) -> PathBuf {
    let beside = settings.database.url.sqlite_path().unwrap_or(&settings.key_file);
    let mut name = beside.as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// Whether a server answers at this socket.
pub async fn is_served(path: &Path) -> bool {
    UnixStream::connect(path).await.is_ok()
}

/// Lets the server at this socket do the act.
///
/// # Errors
/// Nobody listens there, or the conversation broke off; then whether the act was done is not known.
pub async fn ask(path: &Path, act: &Act) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(path).await?;
    let mut line = serde_json::to_string(act)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    // A backup takes as long as the database is large.
    let patience = if matches!(act, Act::Backup { .. }) { PATIENCE * 60 } else { PATIENCE };
    let answer = timeout(patience, line_of(&mut BufReader::new(stream))).await??;
    let answer = answer.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the server said nothing"))?;
    Ok(serde_json::from_str(&answer)?)
}

impl Control {
    /// Binds the socket in the place of one that nobody answers any more.
    ///
    /// # Errors
    /// `AddrInUse` if somebody does; anything else that stands at the path is left alone.
    pub fn bind(path: &Path) -> io::Result<Self> {
        Ok(Self { listener: bind::private(path)?, path: path.to_owned() })
    }

    /// Answers until `stop` is ready, then removes the socket. An act that was begun is finished.
    pub async fn serve(self, authority: Authority, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut conversations = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                Some(_) = conversations.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => drop(conversations.spawn(converse(stream, authority.clone()))),
                Err(error) => {
                    tracing::warn!(%error, "the control socket");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control socket stays behind");
        }
        // A conversation that only waits for its next line would hold up the stop.
        let rest = async { while conversations.join_next().await.is_some() {} };
        let _ = timeout(Duration::from_secs(5), rest).await;
    }
}

async fn converse(stream: UnixStream, authority: Authority) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Ok(Ok(Some(line))) = timeout(PATIENCE, line_of(&mut reader)).await {
        let Ok(mut text) = serde_json::to_string(&answer(&line, &authority).await) else { return };
        text.push('\n');
        if writer.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn answer(line: &str, authority: &Authority) -> Answer {
    let act: Act = match serde_json::from_str(line) {
        Ok(act) => act,
        Err(error) => {
            // Its own words would quote the line, and a password may stand there.
            let why = format!(
                "The running server does not know this command (at character {}). Use the `lanyard` of its version.",
                error.column()
            );
            return Answer::Refused(why);
        }
    };
    match authority.act(act, authority.now()).await {
        Ok(value) => Answer::Done(value),
        Err(error) => Answer::Refused(error.message),
    }
}

/// The next line without its end; nothing at the end of the stream.
async fn line_of(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut line = String::new();
    let length = reader.take(LONGEST).read_line(&mut line).await?;
    match line.strip_suffix('\n') {
        Some(whole) => Ok(Some(whole.to_owned())),
        None if length == 0 => Ok(None),
        None => Err(io::Error::new(io::ErrorKind::InvalidData, "a line without an end")),
    }
}
