//! A mail server (RFC 5321) with TLS, STARTTLS and AUTH, that takes what it is sent or misbehaves as it is told.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// Who may send.
pub const USER: &str = "lanyard";
/// And with which password.
pub const PASSWORD: &str = "mail server's own password";

/// When a connection becomes TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    FromTheFirstByte,
    Offered,
    NotOffered,
}

/// What it does with mail; a number says how often, before it takes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    RefusesTheRecipient,
    NotNow(usize),
    NotNowAfterTheText(usize),
    VanishesAfterTheText,
}

/// A mail as it came.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub from: String,
    pub recipients: Vec<String>,
    pub text: String,
    pub encrypted: bool,
    pub signed_in: bool,
}

/// A mail server on loopback.
pub struct MailServer {
    pub port: u16,
    /// The authority of its certificate.
    pub ca: PathBuf,
    shared: Arc<Shared>,
    _directory: tempfile::TempDir,
}

struct Shared {
    encryption: Encryption,
    manner: Manner,
    tls: Arc<ServerConfig>,
    attempts: Mutex<usize>,
    taken: Mutex<Vec<Taken>>,
}

impl MailServer {
    /// Listens.
    pub async fn start(encryption: Encryption, manner: Manner) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (ca, tls) = certificate();
        let path = directory.path().join("ca.pem");
        std::fs::write(&path, ca).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { encryption, manner, tls, attempts: Mutex::default(), taken: Mutex::default() });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.serve(stream).await });
            }
        });
        Self { port, ca: path, shared, _directory: directory }
    }

    /// The settings under which a server uses it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let encryption = match self.shared.encryption {
            Encryption::FromTheFirstByte => "tls",
            Encryption::Offered | Encryption::NotOffered => "starttls",
        };
        vec![
            ("MAIL__SERVER", "localhost".to_owned()),
            ("MAIL__PORT", self.port.to_string()),
            ("MAIL__ENCRYPTION", encryption.to_owned()),
            ("MAIL__FROM", "no-reply@id.example.com".to_owned()),
            ("MAIL__USERNAME", USER.to_owned()),
            ("MAIL__PASSWORD", PASSWORD.to_owned()),
            ("MAIL__CA", self.ca.display().to_string()),
        ]
    }

    /// What it has taken.
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// How often it was tried until now.
    pub fn attempts(&self) -> usize {
        self.shared.attempts()
    }
}

impl Shared {
    async fn serve(&self, stream: TcpStream) {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.tls));
        let done = match self.encryption {
            Encryption::FromTheFirstByte => match acceptor.accept(stream).await {
                Ok(stream) => self.converse(stream, true, true).await.map(drop),
                Err(error) => Err(error),
            },
            Encryption::Offered | Encryption::NotOffered => match self.converse(stream, true, false).await {
                Ok(Some(stream)) => match acceptor.accept(stream).await {
                    Ok(stream) => self.converse(stream, false, true).await.map(drop),
                    Err(error) => Err(error),
                },
                done => done.map(drop),
            },
        };
        // Whoever hangs up in the middle is what some tests are about.
        drop(done);
    }

    /// The stream comes back when it is to be encrypted.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        greet: bool,
        encrypted: bool,
    ) -> std::io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        let mut mail = Taken { encrypted, ..Taken::default() };
        if greet {
            stream.write_all(b"220 mail.example ready\r\n").await?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            let words: Vec<&str> = line.trim_end().split(' ').collect();
            let answer = match words[0].to_ascii_uppercase().as_str() {
                "EHLO" if self.encryption == Encryption::Offered && !encrypted => "250-mail.example\r\n250 STARTTLS",
                "EHLO" => "250-mail.example\r\n250 AUTH PLAIN",
                "STARTTLS" => {
                    stream.write_all(b"220 go ahead\r\n").await?;
                    return Ok(Some(stream.into_inner()));
                }
                "AUTH" => {
                    let plain = STANDARD.decode(words[2]).unwrap();
                    mail.signed_in = plain == format!("\0{USER}\0{PASSWORD}").into_bytes();
                    if mail.signed_in { "235 welcome" } else { "535 no" }
                }
                "MAIL" => {
                    mail.from = line.trim_end().to_owned();
                    "250 ok"
                }
                "RCPT" => {
                    mail.recipients.push(line.trim_end().to_owned());
                    self.recipient()
                }
                "DATA" => {
                    stream.write_all(b"354 go ahead\r\n").await?;
                    mail.text = text(&mut stream).await?;
                    match self.text(&mail) {
                        Some(answer) => answer,
                        None => return Ok(None),
                    }
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(None);
                }
                _ => "500 what?",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    fn recipient(&self) -> &'static str {
        let answer = match self.manner {
            Manner::RefusesTheRecipient => "550 5.1.1 there is no member@example.com here",
            Manner::NotNow(times) if self.attempts() < times => "451 4.7.1 come back later",
            _ => return "250 ok",
        };
        *self.attempts.lock().unwrap() += 1;
        answer
    }

    fn attempts(&self) -> usize {
        *self.attempts.lock().unwrap()
    }

    fn text(&self, mail: &Taken) -> Option<&'static str> {
        let answer = match self.manner {
            Manner::NotNowAfterTheText(times) if self.attempts() < times => Some("451 4.3.0 not now"),
            Manner::VanishesAfterTheText => None,
            _ => {
                self.taken.lock().unwrap().push(mail.clone());
                Some("250 taken")
            }
        };
        *self.attempts.lock().unwrap() += 1;
        answer
    }
}

/// RFC 5321 §4.5.2, up to the lone dot.
async fn text<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// A certificate for `localhost`, and the PEM of the authority that signed it.
fn certificate() -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, &authority).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (authority.pem(), Arc::new(config))
}
