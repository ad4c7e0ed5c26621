//! `lanyard migrate`: brings the database up to date without serving it.

use super::{ConfigFile, Failure, instance, say};
use crate::{control, state::identity_settings};

pub(super) async fn migrate(config: &ConfigFile) -> Result<(), Failure> {
    let settings = config.load()?;
    if control::is_served(&control::socket_path(&settings)).await {
        return say("A server is running on this database; it brought it up to date when it started.");
    }
    let backup = identity_settings(&settings)?.backup;
    let store = instance::open_store(&settings, &backup).await?;
    store.close().await;
    say(&format!("{} is up to date.", settings.database.url))
}
