//! Who takes part in a measurement, on whichever server: people who are signed in, a client that they have allowed, its
//! families, a client that acts for itself, and a resource server.

use std::net::SocketAddr;

use drive::{Browser, Client, Error, ResourceServer, Tokens, flow, wire};
use tokio::task::JoinSet;

use crate::{options::Flow, worker::Task};

/// Everybody.
pub struct Cast {
    /// The host that requests name.
    pub host: &'static str,
    /// A public client, whose families refresh.
    pub assistant: Client,
    /// A confidential client, for which consent is remembered.
    pub relying_party: Client,
    /// The project that people choose.
    pub project: String,
    /// A confidential client that acts for itself.
    pub service: Client,
    /// Who asks about tokens.
    pub resource_server: ResourceServer,
    /// What a service shows in the place of a token; none where a server knows nothing like it.
    pub api_key: Option<String>,
    /// People who are signed in and have allowed both clients.
    pub people: Vec<Browser>,
    /// The assistant's families, as they stand.
    pub families: Vec<Tokens>,
}

impl Cast {
    /// Connects the assistant until there are `count` families, all people at once.
    ///
    /// # Errors
    /// A step fails.
    pub async fn connect(&mut self, address: SocketAddr, count: usize) -> Result<(), Error> {
        let missing = count.saturating_sub(self.families.len());
        let people = self.people.len().max(1);
        let mut running = JoinSet::new();
        for (number, mut person) in self.people.drain(..).enumerate() {
            let share = missing / people + usize::from(number < missing % people);
            let (assistant, project) = (self.assistant.clone(), self.project.clone());
            running.spawn(async move {
                person.reconnect(address).await?;
                let mut families = Vec::with_capacity(share);
                for _ in 0..share {
                    let code = person.authorize(&assistant, &project).await?;
                    families.push(assistant.redeem(person.connection(), &code).await?.granted("redeeming")?);
                }
                Ok::<_, Error>((person, families))
            });
        }
        while let Some(done) = running.join_next().await {
            let lost =
                |error: tokio::task::JoinError| Error::Failed { program: "connecting".into(), said: error.to_string() };
            let (person, families) = done.map_err(lost)??;
            self.people.push(person);
            self.families.extend(families);
        }
        Ok(())
    }

    /// What each of `connections` is to ask, over and over. Takes the families where the flow needs them; they come back
    /// with [`Cast::give_back`].
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn tasks(
        &mut self,
        flow: Flow,
        connections: usize,
        addresses: &[SocketAddr],
    ) -> Result<Vec<Task>, Error> {
        let mut tasks = Vec::with_capacity(connections);
        let mut families = match flow {
            Flow::Refresh | Flow::RefreshShipped | Flow::Introspection | Flow::Userinfo => {
                dealt(std::mem::take(&mut self.families), connections)
            }
            _ => Vec::new(),
        };
        for (number, address) in addresses.iter().cycle().enumerate().take(connections) {
            let mut hand = || families.pop().unwrap_or_default();
            tasks.push(match flow {
                Flow::Metadata => Task::Same(metadata(self.host)),
                Flow::Jwks => Task::Same(jwks(self.host)),
                Flow::ClientCredentials => Task::Token(self.service.own_credentials()),
                Flow::Refresh | Flow::RefreshShipped => Task::Refresh(self.assistant.clone(), hand()),
                Flow::Introspection => Task::Introspect(self.resource_server.clone(), hand()),
                Flow::Userinfo => Task::Userinfo(self.host.to_owned(), hand()),
                Flow::ApiKey => {
                    let key = self.api_key.as_deref().ok_or(Error::Closed)?;
                    Task::Active(self.resource_server.introspection(key))
                }
                Flow::Code => {
                    let person = self.people.get(number % self.people.len().max(1)).ok_or(Error::Closed)?;
                    Task::Code(self.relying_party.clone(), Box::new(person.tab(*address).await?))
                }
            });
        }
        Ok(tasks)
    }

    /// Takes families back.
    pub fn give_back(&mut self, families: Vec<Tokens>) {
        self.families.extend(families);
    }

    /// Shows the access token of every family that was given a new one, as its resource server would have long before it is
    /// measured: the first sight of a token is written down, and the rest are reads. Such a family still has its ID token,
    /// which is dropped here.
    ///
    /// # Errors
    /// A token is not good.
    pub async fn show_new(&mut self, addresses: &[SocketAddr]) -> Result<(), Error> {
        let Some(address) = addresses.first() else { return Err(Error::Closed) };
        let mut connection = drive::Connection::open(*address).await?;
        for family in self.families.iter_mut().filter(|family| family.id.is_some()) {
            family.id = None;
            let answer = connection.ask(&self.resource_server.introspection(&family.access)).await?;
            if flow::is_active(&answer) != Some(true) {
                return Err(Error::Unexpected { step: "introspecting", status: answer.status, body: answer.text() });
            }
        }
        Ok(())
    }
}

/// The request for the metadata.
pub fn metadata(host: &str) -> Vec<u8> {
    wire::get(host, "/.well-known/openid-configuration", &[])
}

/// The request for the public keys.
pub fn jwks(host: &str) -> Vec<u8> {
    wire::get(host, "/jwks", &[])
}

fn dealt(families: Vec<Tokens>, hands: usize) -> Vec<Vec<Tokens>> {
    let mut dealt: Vec<Vec<Tokens>> = (0..hands).map(|_| Vec::new()).collect();
    for (number, family) in families.into_iter().enumerate() {
        if let Some(hand) = dealt.get_mut(number % hands.max(1)) {
            hand.push(family);
        }
    }
    dealt
}
