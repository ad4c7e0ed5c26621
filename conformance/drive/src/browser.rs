//! A browser of one person: it keeps cookies, goes where it is sent, and sends forms as they stand on the page.

use std::net::SocketAddr;

use crate::{
    Client, Error, page,
    wire::{self, Connection, Form, encode},
};

/// More redirects than that are a circle.
const MOST_STEPS: usize = 10;

/// A browser with a connection of its own.
#[derive(Debug)]
pub struct Browser {
    connection: Connection,
    host: String,
    cookies: Vec<(String, String)>,
}

/// What it shows, or where it is sent.
#[derive(Clone, Debug)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// Where it leads.
    pub location: Option<String>,
    /// The text of the page.
    pub body: String,
}

impl Browser {
    /// A browser that finds `host` at this address.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr, host: &str) -> Result<Self, Error> {
        Ok(Self { connection: Connection::open(address).await?, host: host.to_owned(), cookies: Vec::new() })
    }

    /// Connects anew, to the same server or another one; the cookies stay.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn reconnect(&mut self, address: SocketAddr) -> Result<(), Error> {
        self.connection = Connection::open(address).await?;
        Ok(())
    }

    /// Another browser with the same cookies and a connection of its own, as a second tab has.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn tab(&self, address: SocketAddr) -> Result<Self, Error> {
        let connection = Connection::open(address).await?;
        Ok(Self { connection, host: self.host.clone(), cookies: self.cookies.clone() })
    }

    /// The connection, for steps that need no cookies.
    pub const fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Opens one address.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn get(&mut self, target: &str) -> Result<Page, Error> {
        let request = wire::get(&self.host, target, &[&self.cookie_line()]);
        self.send(&request).await
    }

    /// Opens an address and goes wherever this server sends it.
    ///
    /// # Errors
    /// The connection broke, or it is sent in a circle.
    pub async fn visit(&mut self, target: &str) -> Result<Page, Error> {
        let page = self.get(target).await?;
        self.follow(page).await
    }

    /// Goes on for as long as the answer leads to an address of this server.
    ///
    /// # Errors
    /// The connection broke, or it is sent in a circle.
    pub async fn follow(&mut self, mut page: Page) -> Result<Page, Error> {
        for _ in 0..MOST_STEPS {
            let Some(target) = page.location.as_deref().and_then(|location| self.ours(location)) else {
                return Ok(page);
            };
            page = self.get(&target).await?;
        }
        Err(unexpected("redirected in a circle", &page))
    }

    /// Fills the first form that goes to `action` and sends it.
    ///
    /// # Errors
    /// There is no such form, or the connection broke.
    pub async fn submit(&mut self, shown: &Page, action: &str, fields: &[(&str, &str)]) -> Result<Page, Error> {
        let (to, hidden) = page::form(&shown.body, action).ok_or_else(|| unexpected("looking for a form", shown))?;
        let to = self.ours(&to).unwrap_or(to);
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(fields);
        let request = Form::new(&self.host, &to, &[&self.cookie_line()]).with(&[&encode(&all)]);
        self.send(&request).await
    }

    /// Signs in by Lanyard's form.
    ///
    /// # Errors
    /// It is refused, or the connection broke.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Result<(), Error> {
        let form = self.get("/sign-in").await?;
        let answer = self.submit(&form, "/sign-in", &[("email", email), ("password", password)]).await?;
        if answer.status == 303 { Ok(()) } else { Err(unexpected("signing in", &answer)) }
    }

    /// The code that a signed-in person gives to a client: asked for consent, they allow it for this project.
    ///
    /// # Errors
    /// The server sends the browser anywhere else, or the connection broke.
    pub async fn authorize(&mut self, client: &Client, project: &str) -> Result<String, Error> {
        let mut page = self.visit(&client.authorization_target()).await?;
        if page.location.is_none() {
            let id =
                page.body.split_once("/consent/").map(|(_, rest)| rest).ok_or_else(|| unexpected("consent", &page))?;
            let id: String = id.chars().take_while(char::is_ascii_alphanumeric).collect();
            let asked = page.body.contains("name=\"project\"");
            let fields = [("decision", "allow"), ("project", project)];
            let fields = if asked { &fields[..] } else { fields.get(..1).unwrap_or_default() };
            page = self.submit(&page, &format!("/consent/{id}"), fields).await?;
        }
        code(&page)
    }

    /// This server's path, or nothing where another one is meant.
    fn ours(&self, location: &str) -> Option<String> {
        if location.starts_with('/') {
            return Some(location.to_owned());
        }
        let rest = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://"))?;
        let path = rest.strip_prefix(self.host.as_str())?;
        path.starts_with('/').then(|| path.to_owned())
    }

    fn cookie_line(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("cookie: {}", pairs.join("; "))
    }

    async fn send(&mut self, request: &[u8]) -> Result<Page, Error> {
        let answer = self.connection.ask(request).await?;
        let set = answer.headers().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let set: Vec<String> = set.map(|(_, value)| value.to_owned()).collect();
        let page =
            Page { status: answer.status, location: answer.header("location").map(str::to_owned), body: answer.text() };
        for line in set {
            self.keep(&line);
        }
        Ok(page)
    }

    fn keep(&mut self, line: &str) {
        let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { return };
        self.cookies.retain(|(known, _)| known != name);
        let ended = line.contains("Max-Age=0") || line.contains("01 Jan 1970");
        if !ended {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

/// The code in the address that a browser is sent to.
///
/// # Errors
/// It is sent nowhere, or without a code.
pub fn code(page: &Page) -> Result<String, Error> {
    let query = page.location.as_deref().and_then(|location| location.split_once('?')).map(|(_, query)| query);
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let found = pairs.find(|(name, _)| name == "code").map(|(_, value)| value.into_owned());
    found.ok_or_else(|| unexpected("waiting for a code", page))
}

fn unexpected(step: &'static str, page: &Page) -> Error {
    let place = page.location.as_deref().and_then(|location| location.split('?').next()).unwrap_or_default();
    let begins: String = page.body.chars().take(300).collect();
    Error::Unexpected { step, status: page.status, body: format!("{place} {begins}") }
}
