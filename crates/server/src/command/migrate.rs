//! `lanyard migrate`: brings the database up to date without serving it.

use storage::Store;

use super::{ConfigFile, Failure, instance, say};
use crate::control;

pub(super) async fn migrate(config: &ConfigFile) -> Result<(), Failure> {
    let settings = config.load()?;
    if control::is_served(&control::socket_path(&settings)).await {
        return say("A server is running on this database; it brought it up to date when it started.");
    }
    let store = Store::open(&instance::storage_options(&settings))
        .await
        .map_err(|error| instance::cannot_open(&settings, &error))?;
    store.close().await;
    say(&format!("{} is up to date.", settings.database.url))
}
