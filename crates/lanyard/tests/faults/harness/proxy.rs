//! A way to PostgreSQL that can be cut at the moment of a COMMIT. It reads the frontend's messages (PostgreSQL's protocol,
//! version 3) and knows two that commit: the simple query `COMMIT`, and the execution of a hot command, which is its own COMMIT.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
};

/// Where the connection is cut, once, when the next COMMIT comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It never arrives.
    Before,
    /// It is done, and nobody is told.
    After,
}

pub struct Proxy {
    pub port: u16,
    armed: Arc<Mutex<Option<Cut>>>,
}

impl Proxy {
    /// To the PostgreSQL of this address.
    pub async fn start(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        let database = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, armed) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(None)));
        tokio::spawn({
            let armed = Arc::clone(&armed);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let server = TcpStream::connect(&database).await.unwrap();
                    tokio::spawn(carry(client, server, Arc::clone(&armed)));
                }
            }
        });
        Self { port, armed }
    }

    /// Cuts the next COMMIT.
    pub fn arm(&self, cut: Cut) {
        *self.armed.lock().unwrap() = Some(cut);
    }

    /// Whether what was armed has happened.
    pub fn has_cut(&self) -> bool {
        self.armed.lock().unwrap().is_none()
    }
}

/// Carries a connection until it ends or is cut.
async fn carry(client: TcpStream, server: TcpStream, armed: Arc<Mutex<Option<Cut>>>) {
    client.set_zero_linger().unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (cut, told) = tokio::sync::watch::channel(false);
    let back = tokio::spawn(async move {
        let mut bytes = vec![0; 16384];
        while let Ok(read @ 1..) = from_server.read(&mut bytes).await {
            if *told.borrow() {
                // The answer to the COMMIT: it was done, and the client does not learn of it.
                return;
            }
            if to_client.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    });
    let mut frontend = Frontend::default();
    while let Some(message) = frontend.read(&mut from_client).await {
        let commits = frontend.commits(&message);
        match commits.then(|| armed.lock().unwrap().take()).flatten() {
            Some(Cut::After) => {
                cut.send_replace(true);
                to_server.write_all(&message).await.unwrap();
                drop(back.await);
                return;
            }
            None if to_server.write_all(&message).await.is_ok() => {}
            Some(Cut::Before) | None => break,
        }
    }
    // Both halves go, and with SO_LINGER 0 the client's end is reset.
    back.abort();
    drop(back.await);
}

/// What a client has said so far.
#[derive(Default)]
struct Frontend {
    started: bool,
    hot: HashSet<Vec<u8>>,
    executes_hot: bool,
}

impl Frontend {
    /// The next whole message; none at the end.
    async fn read(&mut self, from: &mut OwnedReadHalf) -> Option<Vec<u8>> {
        // Before the start-up message is over, messages have no type.
        let head = if self.started { 5 } else { 4 };
        let mut message = vec![0; head];
        from.read_exact(&mut message).await.ok()?;
        let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap()) as usize;
        message.resize(head - 4 + length, 0);
        from.read_exact(&mut message[head..]).await.ok()?;
        if !self.started {
            // 80877103 asks for TLS, and another start-up message follows.
            self.started = message[4..8] != 80_877_103_u32.to_be_bytes();
        }
        Some(message)
    }

    /// Whether PostgreSQL commits when it has read this message.
    fn commits(&mut self, message: &[u8]) -> bool {
        let (kind, body) = (message[0], &message[5.min(message.len())..]);
        let mut texts = body.split(|byte| *byte == 0);
        match kind {
            b'Q' => texts.next() == Some(b"COMMIT"),
            b'P' => {
                let (name, sql) = (texts.next().unwrap(), texts.next().unwrap());
                if sql.starts_with(b"WITH rotated") || sql.starts_with(b"WITH held") {
                    self.hot.insert(name.to_vec());
                }
                false
            }
            b'B' => {
                let (_portal, name) = (texts.next(), texts.next().unwrap());
                self.executes_hot = self.hot.contains(name);
                false
            }
            b'S' => std::mem::take(&mut self.executes_hot),
            _ => false,
        }
    }
}
