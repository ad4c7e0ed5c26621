//! An https server on loopback, under a certificate authority of its own, that answers as badly as it is told to.

#![allow(dead_code, reason = "each test crate uses its own part")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What every request is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// A head, and a body that never ends.
    Endless(Vec<u8>),
    /// A head, and a byte now and then.
    Trickle(Vec<u8>),
    /// Nothing.
    Silence,
}

impl Answer {
    /// A good answer with this JSON and these further headers.
    pub fn json(body: &impl ToString, headers: &str) -> Self {
        let body = body.to_string();
        let length = body.len();
        Self::text(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
        ))
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Bytes(text.into().into_bytes())
    }
}

pub struct HttpsServer {
    pub port: u16,
    /// The authority that signed its certificate, in PEM.
    pub ca: String,
    state: Arc<State>,
}

struct State {
    answer: Mutex<Answer>,
    connections: AtomicUsize,
    /// The head of each request, and what came behind it.
    heads: Mutex<Vec<String>>,
    written: AtomicUsize,
}

impl HttpsServer {
    pub async fn start(answer: Answer) -> Self {
        let (ca, acceptor) = certificates();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            answer: Mutex::new(answer),
            connections: AtomicUsize::new(0),
            heads: Mutex::default(),
            written: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&shared)));
            }
        });
        Self { port, ca, state }
    }

    pub fn answer(&self, answer: Answer) {
        *self.state.answer.lock().unwrap() = answer;
    }

    /// How many connections arrived.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// What was asked, as it came.
    pub fn heads(&self) -> Vec<String> {
        self.state.heads.lock().unwrap().clone()
    }

    /// How many bytes it got rid of.
    pub fn written(&self) -> usize {
        self.state.written.load(Ordering::SeqCst)
    }

    /// The URL of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }
}

fn certificates() -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "127.0.0.1", "::1", "good.example"].map(str::to_owned);
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut some = [0; 1024];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&some[..read]),
        }
    }
    let head = request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let said = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length = said.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    while request.len() < head + length.unwrap_or(0) {
        let mut some = [0; 1024];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&some[..read]),
        }
    }
    state.heads.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    let answer = state.answer.lock().unwrap().clone();
    let (first, more, pause) = match answer {
        Answer::Bytes(bytes) => (bytes, Vec::new(), Duration::ZERO),
        Answer::Endless(head) => (head, vec![b' '; 16 * 1024], Duration::ZERO),
        Answer::Trickle(head) => (head, vec![b' '], Duration::from_millis(50)),
        Answer::Silence => (Vec::new(), vec![], Duration::from_secs(60)),
    };
    let mut next = first;
    loop {
        if stream.write_all(&next).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        state.written.fetch_add(next.len(), Ordering::SeqCst);
        if more.is_empty() && pause.is_zero() {
            let _ = stream.shutdown().await;
            return;
        }
        tokio::time::sleep(pause).await;
        next.clone_from(&more);
    }
}
