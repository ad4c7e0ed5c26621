//! The table of clients.

use model::{
    Client, ClientId, ClientOrigin, Id, Organization, Profile, Timestamp,
    client::{Fetched, Home},
};
use sqlx::any::AnyRow;

use crate::{
    Read, StorageError, Tx,
    audit_events::EndsWith,
    columns::{Columns, Value},
    live::Touched,
};

pub(crate) fn client(row: &AnyRow) -> Result<Client, StorageError> {
    let columns = Columns::of(row, "clients");
    let organization_id = columns.optional_id("organization_id")?;
    let project_id = columns.optional_id("project_id")?;
    let fetched_at = columns.optional_time("fetched_at")?;
    Ok(Client {
        id: ClientId::new(columns.text("id")?),
        origin: columns.word("origin", ClientOrigin::parse)?,
        name: columns.text("name")?,
        profile: columns.word("profile", Profile::parse)?,
        first_party: columns.optional_time("first_party_at")?.is_some(),
        metadata: columns.json("metadata")?,
        secret_hash: columns.optional_hash("secret_hash")?,
        fingerprint: columns.optional_text("fingerprint")?,
        nonce_instead_of_pkce: columns.optional_time("nonce_instead_of_pkce_at")?.is_some(),
        owner: columns.optional_id("owner_id")?,
        home: organization_id.zip(project_id).map(|(organization_id, project_id)| Home { organization_id, project_id }),
        document: match fetched_at {
            Some(at) => Some(Fetched { at, fresh_until: columns.time("fresh_until")? }),
            None => None,
        },
        created_at: columns.time("created_at")?,
        used_at: columns.optional_time("used_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
    })
}

fn values(client: &Client) -> Result<[Value; 18], StorageError> {
    let metadata = serde_json::to_string(&client.metadata)
        .map_err(|_| StorageError::Corrupt { table: "clients", id: client.id.as_str().to_owned() })?;
    let flag = |set: bool| set.then_some(client.created_at);
    Ok([
        (&client.id).into(),
        client.origin.as_str().into(),
        (&client.name).into(),
        client.profile.as_str().into(),
        flag(client.first_party).into(),
        client.metadata.token_endpoint_auth_method.as_str().into(),
        client.secret_hash.as_ref().into(),
        metadata.into(),
        client.fingerprint.as_ref().into(),
        flag(client.nonce_instead_of_pkce).into(),
        client.home.map(|home| home.organization_id).into(),
        client.home.map(|home| home.project_id).into(),
        client.document.map(|document| document.at).into(),
        client.document.map(|document| document.fresh_until).into(),
        client.created_at.into(),
        client.used_at.into(),
        client.disabled_at.into(),
        client.owner.into(),
    ])
}

impl Read {
    /// One client, disabled ones too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn client(&mut self, id: &ClientId) -> Result<Option<Client>, StorageError> {
        self.one("SELECT * FROM clients WHERE id = $1", [id.into()]).await?.as_ref().map(client).transpose()
    }

    /// The newest client that registered itself with this fingerprint.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn client_by_fingerprint(&mut self, fingerprint: &str) -> Result<Option<Client>, StorageError> {
        self.one(
            "SELECT * FROM clients WHERE fingerprint = $1 AND disabled_at IS NULL ORDER BY created_at DESC LIMIT 1",
            [fingerprint.into()],
        )
        .await?
        .as_ref()
        .map(client)
        .transpose()
    }

    /// The clients of an organisation, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clients_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Client>, StorageError> {
        let sql = "SELECT * FROM clients WHERE owner_id = $1 ORDER BY id";
        self.all(sql, [organization_id.into()]).await?.iter().map(client).collect()
    }

    /// All clients that an operator registered, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clients(&mut self) -> Result<Vec<Client>, StorageError> {
        self.all("SELECT * FROM clients ORDER BY created_at, id", []).await?.iter().map(client).collect()
    }
}

impl Tx {
    /// Adds a client.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the id is taken, or was once.
    pub async fn insert_client(&mut self, client: &Client) -> Result<(), StorageError> {
        if self.is_retired("client", "", client.id.as_str()).await? {
            return Err(StorageError::Constraint("clients.id".to_owned()));
        }
        self.run_one(
            "client",
            "INSERT INTO clients (id, origin, name, profile, first_party_at, token_endpoint_auth_method, secret_hash, metadata, fingerprint, \
             nonce_instead_of_pkce_at, organization_id, project_id, fetched_at, fresh_until, created_at, used_at, disabled_at, owner_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            values(client)?,
        )
        .await
    }

    /// Writes a client over what was there, or adds it: for documents that were fetched again and changes by an operator.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn put_client(&mut self, client: &Client) -> Result<(), StorageError> {
        self.run_one(
            "client",
            "INSERT INTO clients (id, origin, name, profile, first_party_at, token_endpoint_auth_method, secret_hash, metadata, fingerprint, \
             nonce_instead_of_pkce_at, organization_id, project_id, fetched_at, fresh_until, created_at, used_at, disabled_at, owner_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, profile = excluded.profile, first_party_at = excluded.first_party_at, \
             token_endpoint_auth_method = excluded.token_endpoint_auth_method, secret_hash = excluded.secret_hash, metadata = excluded.metadata, \
             nonce_instead_of_pkce_at = excluded.nonce_instead_of_pkce_at, organization_id = excluded.organization_id, \
             project_id = excluded.project_id, fetched_at = excluded.fetched_at, fresh_until = excluded.fresh_until",
            values(client)?,
        )
        .await?;
        self.bump_policy().await
    }

    /// Notes that a client was used.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn touch_client(&mut self, id: &ClientId, now: Timestamp) -> Result<(), StorageError> {
        self.run("UPDATE clients SET used_at = $2 WHERE id = $1", [id.into(), now.into()]).await.map(drop)
    }

    /// Waits for whoever changes this client, and holds others back until this transaction ends: what is read of it next is then the
    /// truth.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_client(&mut self, id: &ClientId) -> Result<(), StorageError> {
        let sql = "UPDATE clients SET used_at = used_at WHERE id = $1";
        self.run_touching(Touched::Nothing, sql, [id.into()]).await.map(drop)
    }

    /// Disables a client, or enables one again.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn set_client_disabled(&mut self, id: &ClientId, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.run_one("client", "UPDATE clients SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()]).await?;
        self.bump_policy().await
    }

    /// Deletes a client with every grant given to it.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn delete_client(&mut self, id: &ClientId, now: Timestamp) -> Result<(), StorageError> {
        self.insert_ended_grants(EndsWith::Client(id), now).await?;
        self.run("DELETE FROM access_tokens WHERE client_id = $1", [id.into()]).await?;
        self.run("DELETE FROM families WHERE grant_id IN (SELECT id FROM grants WHERE client_id = $1)", [id.into()])
            .await?;
        self.run("DELETE FROM notices WHERE grant_id IN (SELECT id FROM grants WHERE client_id = $1)", [id.into()])
            .await?;
        self.run("DELETE FROM grants WHERE client_id = $1", [id.into()]).await?;
        self.retire("client", "", id.as_str(), now).await?;
        self.run_one("client", "DELETE FROM clients WHERE id = $1", [id.into()]).await?;
        self.bump_policy().await
    }
}
