//! The two handles to a database: [`Read`] for what changes nothing, [`Tx`] for a transaction.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, any::AnyRow};

use crate::{
    StorageError,
    columns::{Value, arguments},
    job::Vote,
    live::Touched,
    pool::Pooled,
};

pub(crate) enum Connection {
    Pooled(Pooled),
    Own(AnyConnection),
}

/// Who acts in a transaction, as the trail names them.
#[derive(Clone, Debug)]
pub struct ActsFor {
    /// A person's id, or `operator`.
    pub by: String,
    /// With which API token of theirs.
    pub token_id: Option<String>,
    /// From which address.
    pub address: Option<String>,
}

/// A connection for reading.
pub struct Read {
    connection: Connection,
    pub(crate) postgres: bool,
    /// What may become of a transaction after the worst that its statements met so far.
    still: Vote,
    /// What its statements may have changed for the tokens held in memory.
    touched: Touched,
    /// Whether others are to be told of what it wrote.
    announces: bool,
    /// In whose name entries of the trail are written that name nobody.
    acts_for: Option<ActsFor>,
}

impl Read {
    pub(crate) const fn over(connection: Connection, postgres: bool) -> Self {
        Self { connection, postgres, still: Vote::Commit, touched: Touched::Nothing, announces: false, acts_for: None }
    }

    /// Remembers a failed statement. PostgreSQL answers the COMMIT after one with a quiet ROLLBACK, so a flow that passes
    /// over the error must not be told that it succeeded.
    fn noted<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, StorageError> {
        done.map_err(StorageError::from).inspect_err(|error| {
            if error.breaks_batch() {
                self.still = Vote::Broken;
                self.spoil();
            } else {
                self.still = self.still.max(Vote::RollBack);
            }
        })
    }

    /// What may become of the transaction that ends now; the next one begins without a past.
    pub(crate) fn verdict(&mut self) -> Vote {
        std::mem::replace(&mut self.still, Vote::Commit)
    }

    /// What was touched since this was asked last.
    pub(crate) fn touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// Whether the transaction that ends now wrote something that others are told of; the next one begins without a past.
    pub(crate) fn announces(&mut self) -> bool {
        std::mem::take(&mut self.announces)
    }

    pub(crate) const fn acts_for(&self) -> Option<&ActsFor> {
        self.acts_for.as_ref()
    }

    /// Who acted in the transaction that ends now; the next one begins without a past.
    pub(crate) fn actor(&mut self) -> Option<ActsFor> {
        std::mem::take(&mut self.acts_for)
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, StorageError> {
        match &mut self.connection {
            Connection::Pooled(pooled) => pooled.connection(),
            Connection::Own(connection) => Ok(connection),
        }
    }

    /// Closes a connection that belongs to no pool, and waits until it is.
    pub(crate) async fn close(self) -> Result<(), StorageError> {
        if let Connection::Own(connection) = self.connection {
            sqlx::Connection::close(connection).await?;
        }
        Ok(())
    }

    /// What state the connection is in nobody knows: nobody gets it again.
    pub(crate) fn spoil(&mut self) {
        if let Connection::Pooled(pooled) = &mut self.connection {
            pooled.spoil();
        }
    }

    pub(crate) async fn one<const N: usize>(
        &mut self,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<Option<AnyRow>, StorageError> {
        self.touched.and(Touched::by(sql));
        let found = sqlx::query_with::<Any, _>(sql, arguments(values)).fetch_optional(self.connection()?).await;
        self.noted(found)
    }

    pub(crate) async fn all(
        &mut self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>, StorageError> {
        self.all_touching(Touched::by(sql), sql, values).await
    }

    /// As [`Read::all`], for statements that know better what they touch.
    pub(crate) async fn all_touching(
        &mut self,
        touched: Touched,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>, StorageError> {
        self.touched.and(touched);
        let found = sqlx::query_with::<Any, _>(sql, arguments(values)).fetch_all(self.connection()?).await;
        self.noted(found)
    }
}

/// A transaction under way: reads and writes.
pub struct Tx {
    pub(crate) read: Read,
}

impl Tx {
    /// Says that others are to be told of what was written, once it is committed.
    pub(crate) const fn announce(&mut self) {
        self.read.announces = true;
    }

    /// Says who acts from here on, until the transaction ends: so does the trail, wherever an entry names nobody.
    pub fn act_for(&mut self, who: ActsFor) {
        self.read.acts_for = Some(who);
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run<const N: usize>(
        &mut self,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<u64, StorageError> {
        self.run_touching(Touched::by(sql), sql, values).await
    }

    /// As [`Tx::run`], for statements that know better what they touch.
    pub(crate) async fn run_touching<const N: usize>(
        &mut self,
        touched: Touched,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<u64, StorageError> {
        let done = sqlx::query_with::<Any, _>(sql, arguments(values)).execute(self.read.connection()?).await;
        let rows = self.read.noted(done)?.rows_affected();
        if rows > 0 {
            self.read.touched.and(touched);
        }
        Ok(rows)
    }

    /// Runs a statement that must change exactly one row.
    pub(crate) async fn run_one<const N: usize>(
        &mut self,
        what: &'static str,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<(), StorageError> {
        self.run_one_touching(Touched::by(sql), what, sql, values).await
    }

    /// As [`Tx::run_one`], for statements that know better what they touch.
    pub(crate) async fn run_one_touching<const N: usize>(
        &mut self,
        touched: Touched,
        what: &'static str,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<(), StorageError> {
        match self.run_touching(touched, sql, values).await? {
            1 => Ok(()),
            _ => Err(StorageError::Conflict(what)),
        }
    }

    /// Runs control statements without parameters.
    pub(crate) async fn execute(&mut self, sql: &'static str) -> Result<(), StorageError> {
        sqlx::raw_sql(sql).execute(self.read.connection()?).await?;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Read;
    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}
