//! One connection's part: what it asks next, and whether the answer is right.

use std::net::SocketAddr;

use drive::{Browser, Client, Connection, Error, ResourceServer, Tokens, browser, flow, wire::Answer};

/// Asks one thing at a time, for ever.
pub struct Worker {
    address: SocketAddr,
    connection: Connection,
    task: Task,
    at: usize,
}

/// What is asked.
pub enum Task {
    /// The same bytes each time; the answer must be 200.
    Same(Vec<u8>),
    /// The same bytes each time; the answer must say that what is asked about is active.
    Active(Vec<u8>),
    /// The same bytes each time; the answer must hold an access token.
    Token(Vec<u8>),
    /// The families in turn, each with its last refresh token.
    Refresh(Client, Vec<Tokens>),
    /// The families' access tokens in turn; each must be active.
    Introspect(ResourceServer, Vec<Tokens>),
    /// The families' access tokens in turn; the answer must be 200.
    Userinfo(String, Vec<Tokens>),
    /// From /authorize to the tokens. The browser has a connection of its own, and the client ours.
    Code(Client, Box<Browser>),
}

impl Worker {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn new(address: SocketAddr, task: Task) -> Result<Self, Error> {
        Ok(Self { address, connection: Connection::open(address).await?, task, at: 0 })
    }

    /// The families that it was given, as they stand now.
    pub fn into_families(self) -> Vec<Tokens> {
        match self.task {
            Task::Refresh(_, families) | Task::Introspect(_, families) | Task::Userinfo(_, families) => families,
            Task::Same(_) | Task::Active(_) | Task::Token(_) | Task::Code(..) => Vec::new(),
        }
    }

    /// How many families it has.
    pub const fn families(&self) -> usize {
        match &self.task {
            Task::Refresh(_, families) | Task::Introspect(_, families) | Task::Userinfo(_, families) => families.len(),
            Task::Same(_) | Task::Active(_) | Task::Token(_) | Task::Code(..) => 0,
        }
    }

    /// Asks once.
    ///
    /// # Errors
    /// The answer is not what it must be. A connection that broke is opened anew first.
    pub async fn step(&mut self) -> Result<(), Error> {
        let done = self.ask().await;
        if done.as_ref().is_err_and(Error::is_broken_connection) {
            self.connection = Connection::open(self.address).await?;
        }
        done
    }

    async fn ask(&mut self) -> Result<(), Error> {
        let Self { connection, task, at, .. } = self;
        match task {
            Task::Same(request) => status(&connection.ask(request).await?, "asking"),
            Task::Active(request) => active(&connection.ask(request).await?),
            Task::Token(request) => {
                let answer = connection.ask(request).await?;
                answer.member("access_token").map(|_| ()).ok_or_else(|| unexpected(&answer, "asking for a token"))
            }
            Task::Refresh(client, families) => {
                let Some(family) = next(families, at) else { return Err(Error::Closed) };
                let presented = family.refresh.as_deref().unwrap_or_default();
                *family = client.refresh(connection, presented).await?.granted("refreshing")?;
                let complete = family.refresh.is_some() && family.id.is_some();
                let missing =
                    || Error::Failed { program: "refreshing".to_owned(), said: "a token is missing".to_owned() };
                complete.then_some(()).ok_or_else(missing)
            }
            Task::Introspect(server, families) => {
                let Some(family) = next(families, at) else { return Err(Error::Closed) };
                active(&connection.ask(&server.introspection(&family.access)).await?)
            }
            Task::Userinfo(host, families) => {
                let Some(family) = next(families, at) else { return Err(Error::Closed) };
                status(&connection.ask(&flow::userinfo(host, &family.access)).await?, "asking for userinfo")
            }
            Task::Code(client, browser) => {
                let page = browser.visit(&client.authorization_target()).await?;
                let code = browser::code(&page)?;
                client.redeem(connection, &code).await?.granted("redeeming").map(|_| ())
            }
        }
    }
}

fn next<'f>(families: &'f mut [Tokens], at: &mut usize) -> Option<&'f mut Tokens> {
    *at = if *at + 1 < families.len() { *at + 1 } else { 0 };
    families.get_mut(*at)
}

fn active(answer: &Answer<'_>) -> Result<(), Error> {
    match flow::is_active(answer) {
        Some(true) if answer.status == 200 => Ok(()),
        _ => Err(unexpected(answer, "introspecting")),
    }
}

fn status(answer: &Answer<'_>, step: &'static str) -> Result<(), Error> {
    if answer.status == 200 { Ok(()) } else { Err(unexpected(answer, step)) }
}

fn unexpected(answer: &Answer<'_>, step: &'static str) -> Error {
    Error::Unexpected { step, status: answer.status, body: answer.text().chars().take(200).collect() }
}
