//! A store on a fresh database, and the things that tests put into it.

pub mod database;
pub mod things;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use storage::{StorageError, Store};
use tokio::sync::Semaphore;

use database::Database;

/// The moment at which tests begin.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// `NOW` and so many seconds.
pub fn at(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// Runs a transaction that owns copies of what stands in the brackets.
macro_rules! commit {
    ($store:expr, [$($name:ident),*], $tx:ident => $body:expr) => {{
        $(let $name = Clone::clone(&$name);)*
        $store
            .transaction(move |$tx| {
                $(let $name = Clone::clone(&$name);)*
                Box::pin(async move { $body })
            })
            .await
    }};
}
pub(crate) use commit;

/// A store that nobody else has; the database goes when this is dropped.
pub struct Fresh {
    pub store: Store,
    database: Database,
}

impl Fresh {
    pub async fn new() -> Self {
        let database = Database::fresh().await;
        Self { store: Store::open(&database.options()).await.unwrap(), database }
    }

    /// One that holds no tokens in memory.
    pub async fn reading_each_token() -> Self {
        let database = Database::fresh().await;
        let options = storage::Options { live_tokens: 0, ..database.options() };
        Self { store: Store::open(&options).await.unwrap(), database }
    }

    /// Closes the store and opens it again, as a restart does.
    pub async fn reopen(self) -> Self {
        let Self { store, database } = self;
        store.close().await;
        drop(store);
        Self { store: Store::open(&database.options()).await.unwrap(), database }
    }

    /// This store, and on PostgreSQL one more over the same schema.
    pub async fn stores(&self) -> Vec<Store> {
        let mut stores = vec![self.store.clone()];
        if self.is_postgres() {
            stores.push(Store::open(&self.database.options()).await.unwrap());
        }
        stores
    }

    pub fn is_postgres(&self) -> bool {
        self.store.is_shared()
    }

    pub fn url(&self) -> &str {
        self.database.url()
    }

    pub fn options(&self) -> storage::Options {
        self.database.options()
    }

    /// A connection that knows nothing of the store.
    pub async fn raw(&self) -> sqlx::AnyConnection {
        let url =
            self.url().strip_prefix("sqlite:").map_or_else(|| self.url().to_owned(), |path| format!("sqlite://{path}"));
        sqlx::AnyConnection::connect(&url).await.unwrap()
    }

    /// Runs a statement behind the store's back.
    pub async fn statement(&self, sql: &str) -> Result<(), StorageError> {
        let mut raw = self.raw().await;
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await;
        raw.close().await.unwrap();
        done.map(drop).map_err(StorageError::from)
    }

    /// How many rows there are.
    pub async fn count(&self, from: &str) -> i64 {
        let mut raw = self.raw().await;
        let row =
            sqlx::query(AssertSqlSafe(format!("SELECT count(*) AS n FROM {from}"))).fetch_one(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        row.try_get("n").unwrap()
    }
}

/// Does `work` so often at once, over these stores in turn; what each came to.
pub async fn at_once<T, W, F>(stores: &[Store], times: usize, work: W) -> Vec<T>
where
    T: Send + 'static,
    W: Fn(Store, usize) -> F,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> =
        (0..times).map(|number| tokio::spawn(work(stores[number % stores.len()].clone(), number))).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// A gate that something waits at until it is opened, and that tells when it is waited at.
#[derive(Clone)]
pub struct Gate {
    reached: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    pub fn new() -> Self {
        Self { reached: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until the gate is opened.
    pub async fn pass(&self) {
        self.reached.add_permits(1);
        self.open.acquire().await.unwrap().forget();
    }

    /// Waits until somebody stands at the gate.
    pub async fn reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    /// Lets one pass.
    pub fn open(&self) {
        self.open.add_permits(1);
    }
}

pub fn is_constraint<T>(result: &Result<T, StorageError>) -> bool {
    matches!(result, Err(StorageError::Constraint(_)))
}

pub fn is_unavailable<T>(result: &Result<T, StorageError>) -> bool {
    matches!(result, Err(StorageError::Unavailable(_)))
}

/// A transaction that keeps meeting a conflict gives up in the end.
pub fn gave_up<T>(result: &Result<T, StorageError>) -> bool {
    matches!(result, Err(StorageError::Unavailable(what)) if what == "the row kept changing")
}
