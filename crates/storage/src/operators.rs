//! What operators look at: who operates the server, and people, organisations, clients and mails a page at a time.

use model::{Client, Id, Mail, Organization, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{
    Read, StorageError, Tx, clients::client, columns::Columns, live::Touched, organizations::organization, users::user,
};

/// A person as operators see them in a list.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub user: User,
    /// Since when they operate the server.
    pub operator_at: Option<Timestamp>,
}

/// A mail as operators see it: what it is about, and what became of it; never what it says.
#[derive(Clone, Debug)]
pub struct MailSeen {
    /// Its id.
    pub id: Id<Mail>,
    /// To whom.
    pub recipient: String,
    /// What it is about.
    pub kind: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Until when nobody takes it up.
    pub leased_until: Timestamp,
    /// How often it was taken up.
    pub attempts: u64,
    /// When it was over, and the word of its outcome.
    pub settled: Option<(Timestamp, String)>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// People with an account.
    pub people: u64,
    /// Organisations.
    pub organizations: u64,
    /// Clients of every origin.
    pub clients: u64,
    /// Mails that wait.
    pub mails_waiting: u64,
}

fn person(row: &AnyRow) -> Result<Person, StorageError> {
    Ok(Person { user: user(row)?, operator_at: Columns::of(row, "users").optional_time("operator_at")? })
}

fn mail_seen(row: &AnyRow) -> Result<MailSeen, StorageError> {
    let columns = Columns::of(row, "mails");
    let settled = match columns.optional_time("settled_at")? {
        Some(at) => Some((at, columns.optional_text("outcome")?.unwrap_or_default())),
        None => None,
    };
    Ok(MailSeen {
        id: columns.id("id")?,
        recipient: columns.text("recipient")?,
        kind: columns.text("kind")?,
        created_at: columns.time("created_at")?,
        leased_until: columns.time("leased_until")?,
        attempts: columns.count("attempts")?,
        settled,
    })
}

impl Read {
    /// Since when a person operates the server; nothing if they do not, or are disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn operator_since(&mut self, id: Id<User>) -> Result<Option<Timestamp>, StorageError> {
        let sql = "SELECT id, operator_at FROM users WHERE id = $1 AND disabled_at IS NULL AND erase_at IS NULL";
        let row = self.one(sql, [id.into()]).await?;
        Ok(row.map(|row| Columns::of(&row, "users").optional_time("operator_at")).transpose()?.flatten())
    }

    /// People by address, from this text on, so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn people_from(&mut self, address: &str, most: u32) -> Result<Vec<Person>, StorageError> {
        let sql = "SELECT * FROM users WHERE email >= $1 ORDER BY email LIMIT $2";
        self.all(sql, [address.into(), i64::from(most).into()]).await?.iter().map(person).collect()
    }

    /// Organisations by slug, from this text on, so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_from(&mut self, slug: &str, most: u32) -> Result<Vec<Organization>, StorageError> {
        let sql = "SELECT * FROM organizations WHERE slug >= $1 ORDER BY slug LIMIT $2";
        self.all(sql, [slug.into(), i64::from(most).into()]).await?.iter().map(organization).collect()
    }

    /// Clients by id, from this text on, so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clients_from(&mut self, id: &str, most: u32) -> Result<Vec<Client>, StorageError> {
        let sql = "SELECT * FROM clients WHERE id >= $1 ORDER BY id LIMIT $2";
        self.all(sql, [id.into(), i64::from(most).into()]).await?.iter().map(client).collect()
    }

    /// Mails that wait, those that come next first; so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mails_waiting(&mut self, most: u32) -> Result<Vec<MailSeen>, StorageError> {
        let sql = "SELECT * FROM mails WHERE settled_at IS NULL ORDER BY leased_until, id LIMIT $1";
        self.all(sql, [i64::from(most).into()]).await?.iter().map(mail_seen).collect()
    }

    /// Mails that were not sent, the latest first; so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mails_failed(&mut self, most: u32) -> Result<Vec<MailSeen>, StorageError> {
        let sql = "SELECT * FROM mails WHERE settled_at IS NOT NULL AND outcome IN ('refused', 'unknown', 'expired') \
             ORDER BY settled_at DESC, id DESC LIMIT $1";
        self.all(sql, [i64::from(most).into()]).await?.iter().map(mail_seen).collect()
    }

    /// How many there are of what operators care for.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn numbers(&mut self) -> Result<Numbers, StorageError> {
        let sql = "SELECT (SELECT count(*) FROM users) AS people, (SELECT count(*) FROM organizations) AS organizations, \
             (SELECT count(*) FROM clients) AS clients, \
             (SELECT count(*) FROM mails WHERE settled_at IS NULL) AS mails_waiting";
        let Some(row) = self.one(sql, []).await? else { return Ok(Numbers::default()) };
        let columns = Columns::of(&row, "users");
        Ok(Numbers {
            people: columns.count("people")?,
            organizations: columns.count("organizations")?,
            clients: columns.count("clients")?,
            mails_waiting: columns.count("mails_waiting")?,
        })
    }
}

impl Tx {
    /// Makes a person an operator, or not any more.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is no such person.
    pub async fn set_operator(&mut self, id: Id<User>, at: Option<Timestamp>) -> Result<(), StorageError> {
        let sql = "UPDATE users SET operator_at = $2 WHERE id = $1";
        self.run_one_touching(Touched::Nothing, "user", sql, [id.into(), at.into()]).await
    }

    /// Lets a mail that waits be taken up now; whether there is such a one. Whoever holds it loses it, unless its text is being
    /// handed over.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn try_mail_now(&mut self, id: Id<Mail>, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE mails SET leased_until = $2 WHERE id = $1 AND settled_at IS NULL AND handed_over_at IS NULL";
        Ok(self.run_touching(Touched::Nothing, sql, [id.into(), now.into()]).await? == 1)
    }
}
