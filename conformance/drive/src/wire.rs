//! HTTP/1.1 over one TCP connection. Owns bytes: writing prepared requests, reading answers, and breaking off.
//!
//! It keeps no queue, follows nothing and waits for nothing but the socket; who needs a time limit wraps a call in one.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use bytes::{Buf as _, BytesMut};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Error;

const CAPACITY: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// Who asks again after a longer rest connects anew, as HTTP clients do: a server is sure to wait for a first request, or for
/// the next one, no longer than this.
const REST: Duration = Duration::from_secs(5);
/// Larger answers are none of ours.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// One connection, one request at a time unless the caller sends more.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    /// When it was opened, or last asked.
    used: Instant,
    incoming: BytesMut,
    /// How much of `incoming` the last answer took.
    taken: usize,
    /// A body that came in chunks, put together.
    joined: Vec<u8>,
}

/// What came back; lives until the connection is used again.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'c> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'c [u8],
    head: &'c [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await.map_err(Error::io("connecting"))?;
        stream.set_nodelay(true).map_err(Error::io("connecting"))?;
        let used = Instant::now();
        Ok(Self { stream, address, used, incoming: BytesMut::with_capacity(CAPACITY), taken: 0, joined: Vec::new() })
    }

    /// Sends a request and reads its answer; over a new connection, if this one has rested too long.
    ///
    /// # Errors
    /// The connection broke, or what came is not HTTP/1.1.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, Error> {
        if self.used.elapsed() > REST {
            *self = Self::open(self.address).await?;
        }
        self.used = Instant::now();
        self.send(request).await?;
        self.receive().await
    }

    /// Sends bytes and waits for nothing: a request, half of one, or several.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).await.map_err(Error::io("sending"))
    }

    /// Reads the next answer.
    ///
    /// # Errors
    /// The connection broke, or what came is not HTTP/1.1.
    pub async fn receive(&mut self) -> Result<Answer<'_>, Error> {
        self.forget();
        let head = loop {
            if let Some(head) = Head::parse(&self.incoming)? {
                break head;
            }
            self.fill().await?;
        };
        let body = head.bytes..match head.length {
            Length::Known(length) => {
                let end = head.bytes.saturating_add(length);
                while self.incoming.len() < end {
                    self.fill().await?;
                }
                end
            }
            Length::Chunked => self.join_chunks(head.bytes).await?,
        };
        self.taken = body.end;
        let joined = matches!(head.length, Length::Chunked);
        Ok(Answer {
            status: head.status,
            head: self.incoming.get(..head.bytes).unwrap_or_default(),
            body: if joined { &self.joined } else { self.incoming.get(body).unwrap_or_default() },
        })
    }

    /// Waits until the server closes the connection; whatever it still sends is dropped.
    ///
    /// # Errors
    /// The connection broke instead of ending.
    pub async fn until_closed(&mut self) -> Result<(), Error> {
        loop {
            self.incoming.clear();
            self.taken = 0;
            if self.stream.read_buf(&mut self.incoming).await.map_err(Error::io("reading"))? == 0 {
                return Ok(());
            }
        }
    }

    /// Breaks off: the server gets a reset, not an orderly end.
    ///
    /// # Errors
    /// The system refuses the socket option.
    pub fn reset(self) -> Result<(), Error> {
        self.stream.set_zero_linger().map_err(Error::io("resetting"))
    }

    fn forget(&mut self) {
        if self.taken >= self.incoming.len() {
            self.incoming.clear();
        } else {
            self.incoming.advance(self.taken);
        }
        self.taken = 0;
    }

    async fn fill(&mut self) -> Result<(), Error> {
        if self.incoming.len() > MOST_BYTES {
            return Err(Error::Malformed("too long"));
        }
        if self.incoming.capacity() - self.incoming.len() < CAPACITY / 4 {
            self.incoming.reserve(CAPACITY);
        }
        match self.stream.read_buf(&mut self.incoming).await.map_err(Error::io("reading"))? {
            0 => Err(Error::Closed),
            _ => Ok(()),
        }
    }

    /// Puts chunks together (RFC 9112 §7.1), and returns where they end. Trailers are dropped.
    async fn join_chunks(&mut self, mut at: usize) -> Result<usize, Error> {
        self.joined.clear();
        loop {
            let (line, size) = loop {
                match httparse::parse_chunk_size(self.incoming.get(at..).unwrap_or_default()) {
                    Ok(httparse::Status::Complete(found)) => break found,
                    Ok(httparse::Status::Partial) => self.fill().await?,
                    Err(_) => return Err(Error::Malformed("chunk size")),
                }
            };
            let size = usize::try_from(size).map_err(|_| Error::Malformed("chunk size"))?;
            let (start, end) = (at + line, (at + line).saturating_add(size));
            while self.incoming.len() < end.saturating_add(2) {
                self.fill().await?;
            }
            self.joined.extend_from_slice(self.incoming.get(start..end).unwrap_or_default());
            at = end + 2;
            if size == 0 {
                return Ok(at);
            }
        }
    }
}

impl Answer<'_> {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = std::str::from_utf8(self.head).unwrap_or_default();
        text.split("\r\n").skip(1).filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
    }

    /// The body as text, as far as it is text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    /// The text of a member of the JSON object that the body is, without parsing the rest. Meant for tokens, which need no
    /// escapes: a text with a backslash is not found.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        let body = std::str::from_utf8(self.body).ok()?;
        let after = body.match_indices(name).find_map(|(at, _)| {
            let rest = body.get(at + name.len()..)?.strip_prefix('"')?.trim_start();
            body.get(..at)?.ends_with('"').then_some(())?;
            rest.strip_prefix(':')?.trim_start().strip_prefix('"')
        })?;
        let (text, _) = after.split_once('"')?;
        (!text.contains('\\')).then_some(text)
    }
}

enum Length {
    Known(usize),
    Chunked,
}

struct Head {
    bytes: usize,
    status: u16,
    length: Length,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let bytes = match response.parse(bytes).map_err(|_| Error::Malformed("head"))? {
            httparse::Status::Complete(bytes) => bytes,
            httparse::Status::Partial => return Ok(None),
        };
        let status = response.code.ok_or(Error::Malformed("status"))?;
        let mut length = None;
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                let text = std::str::from_utf8(header.value).map_err(|_| Error::Malformed("content-length"))?;
                length = Some(Length::Known(text.trim().parse().map_err(|_| Error::Malformed("content-length"))?));
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                length = Some(Length::Chunked);
            }
        }
        let empty = matches!(status, 204 | 304);
        let length = if empty { Length::Known(0) } else { length.ok_or(Error::Malformed("without a length"))? };
        Ok(Some(Self { bytes, status, length }))
    }
}

/// A GET, ready to be sent as often as wanted. `headers` are whole lines without their ends.
#[must_use]
pub fn get(host: &str, target: &str, headers: &[&str]) -> Vec<u8> {
    let mut request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// A POST of a form whose head is written once; only the body is new each time.
#[derive(Clone, Debug)]
pub struct Form {
    head: Vec<u8>,
}

impl Form {
    /// Prepares the head. `headers` are whole lines without their ends.
    #[must_use]
    pub fn new(host: &str, target: &str, headers: &[&str]) -> Self {
        let mut head = format!("POST {target} HTTP/1.1\r\nhost: {host}\r\n").into_bytes();
        for header in headers {
            head.extend_from_slice(header.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"content-type: application/x-www-form-urlencoded\r\ncontent-length: ");
        Self { head }
    }

    /// The request with this body, whose parts stand one after another and are encoded already.
    #[must_use]
    pub fn with(&self, body: &[&str]) -> Vec<u8> {
        let length: usize = body.iter().map(|part| part.len()).sum();
        let mut request = Vec::with_capacity(self.head.len() + length + 16);
        request.extend_from_slice(&self.head);
        request.extend_from_slice(length.to_string().as_bytes());
        request.extend_from_slice(b"\r\n\r\n");
        for part in body {
            request.extend_from_slice(part.as_bytes());
        }
        request
    }
}

/// `application/x-www-form-urlencoded`.
#[must_use]
pub fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
