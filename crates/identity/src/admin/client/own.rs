//! Clients of an organisation, by whoever may there: apps that its people sign in to, connectors, services of its own.
//!
//! What only an operator says of a client cannot be said here at all: an identifier of its own choice, that it is first-party, the
//! device grant, another reading of the standards. What such a client reaches stands in `permitted` and `authorize`.

use model::{Client, ClientId, ClientSecretHash, Id, Organization, Permission, Timestamp};
use protocol::GrantType;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{Read, Tx};

use super::{ClientAdd, ClientHome, ClientKind, addition, client_id};
use crate::{
    Actor, Authority, Standing,
    admin::{
        ActError, member, project, secret,
        thing::{By, Step, Thing, allow},
    },
};

/// An organisation has so many clients at the most.
const MOST: usize = 100;

/// What an organisation says of a client of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnClient {
    /// What people read.
    pub name: String,
    /// How it authenticates.
    pub kind: ClientKind,
    /// Where answers may be sent; none for a service.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// A service reads this project for itself, by client_credentials; none for an app that people sign in with.
    #[serde(default)]
    pub project: Option<String>,
    /// The most that it may ask for, space separated; all that such a client may have if none is given.
    #[serde(default)]
    pub scope: Option<String>,
    /// Its home page.
    #[serde(default)]
    pub client_uri: Option<String>,
}

impl OwnClient {
    /// The same, as an operator would say it.
    fn as_asked(&self, organization_id: Id<Organization>) -> ClientAdd {
        let home =
            |project: &String| ClientHome { organization: organization_id.to_string(), project: project.clone() };
        let grant_types = match self.project {
            Some(_) => vec![GrantType::ClientCredentials.as_str().to_owned()],
            None => Vec::new(),
        };
        ClientAdd {
            id: None,
            redirect_uris: self.redirect_uris.clone(),
            grant_types,
            scope: self.scope.clone(),
            home: self.project.as_ref().map(home),
            client_uri: self.client_uri.clone(),
            ..ClientAdd::new("", self.name.clone(), self.kind.clone())
        }
    }
}

impl Authority {
    pub(in super::super) async fn own_client_add(
        &self,
        by: &Actor,
        named: &str,
        wanted: OwnClient,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let has_secret = matches!(wanted.kind, ClientKind::Confidential {});
        let parts = (by.clone(), named.to_owned(), wanted, client_id(None, now)?, has_secret.then_some(hash));
        let added = self
            .add::<Client>(
                by,
                move |tx| {
                    let (by, named, wanted, id, hash) = parts.clone();
                    Box::pin(async move { own(tx, (&by, &named), &wanted, (id, hash), now).await })
                },
                || "there is a client of this id".to_owned(),
                now,
            )
            .await?;
        Ok(secret::shown(added, has_secret.then_some(text)))
    }

    /// Makes a client of an organisation what this says. Its secret stays, and so does whether it has one.
    pub(in super::super) async fn own_client_change(
        &self,
        by: &Actor,
        named: String,
        wanted: OwnClient,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (by, actor) = (By::whoever_may(Permission::ManageClients, by), by.clone());
        self.change_by::<Client>(
            by,
            named,
            "client.changed",
            move |tx, client| become_as_wanted(tx, client, (wanted.clone(), actor.clone()), now),
            now,
        )
        .await
    }
}

/// A new client of the organisation of this name.
async fn own(
    tx: &mut Tx,
    (by, named): (&Actor, &str),
    wanted: &OwnClient,
    made: (ClientId, Option<ClientSecretHash>),
    now: Timestamp,
) -> Result<Client, ActError> {
    let organization_id = member::hold(tx, named).await?.id;
    let standing = allow(tx, by, organization_id, Permission::ManageClients).await?;
    if tx.clients_of(organization_id).await?.len() >= MOST {
        return Err(ActError::conflict(format!("an organisation has {MOST} apps at the most; remove one")));
    }
    must_see_home(tx, &standing, wanted).await?;
    let asked = wanted.as_asked(organization_id);
    addition::client(tx, &asked, Some(organization_id), made, now).await
}

/// Whoever makes a service read a project, or changes one that does, sees the project.
async fn must_see_home(read: &mut Read, standing: &Standing, wanted: &OwnClient) -> Result<(), ActError> {
    let Some(named) = &wanted.project else { return Ok(()) };
    let found = project::find_in(read, &standing.organization, named).await?;
    project::must_see(read, standing, &found).await
}

fn become_as_wanted<'t>(
    tx: &'t mut Tx,
    client: &'t mut Client,
    (wanted, by): (OwnClient, Actor),
    now: Timestamp,
) -> Step<'t, Value> {
    Box::pin(async move {
        let id = client.id.clone();
        let Some(owner) = client.owner else {
            return Err(ActError::conflict(format!("'{id}' belongs to no organisation")));
        };
        let standing = allow(tx, &by, owner, Permission::ManageClients).await?;
        must_see_home(tx, &standing, &wanted).await?;
        let method = client.metadata.token_endpoint_auth_method;
        // An operator's word, which the organisation does not take back by saying something else.
        let is_listed = client.metadata.grant_types.contains(&GrantType::DeviceCode);
        let asked = wanted.as_asked(owner);
        let mut next = addition::client(tx, &asked, Some(owner), (id.clone(), client.secret_hash.clone()), now).await?;
        if next.metadata.token_endpoint_auth_method != method {
            return Err(ActError::conflict(format!(
                "how '{id}' authenticates is never changed; remove it and add another"
            )));
        }
        if is_listed {
            next.metadata.grant_types.push(GrantType::DeviceCode);
        }
        let Client { created_at, used_at, disabled_at, .. } = *client;
        *client = Client { created_at, used_at, disabled_at, ..next };
        tx.put_client(client).await?;
        Ok(client.answer())
    })
}
