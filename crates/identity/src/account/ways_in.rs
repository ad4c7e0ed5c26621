//! The ways into an account: the last one is not taken away. Asked by whatever takes one, inside its transaction.

use model::{Id, Passkey, UpstreamIdentity, User};
use storage::{StorageError, Tx};

/// A way in that is to go.
#[derive(Clone, Copy)]
pub(super) enum Going {
    Identity(Id<UpstreamIdentity>),
    Passkey(Id<Passkey>),
}

/// Whether another way remains: a password, a passkey that is accepted, or a provider that is still `offered`.
pub(super) async fn remains_without(
    tx: &mut Tx,
    user_id: Id<User>,
    going: Going,
    offered: &[String],
) -> Result<bool, StorageError> {
    if tx.user(user_id).await?.is_some_and(|user| user.password_hash.is_some()) {
        return Ok(true);
    }
    let passkeys = tx.passkeys_of(user_id).await?;
    let stays = |one: &Passkey| !matches!(going, Going::Passkey(id) if id == one.id);
    if passkeys.iter().any(|one| one.suspect_at.is_none() && stays(one)) {
        return Ok(true);
    }
    let identities = tx.upstream_identities_of(user_id).await?;
    let stays = |one: &UpstreamIdentity| !matches!(going, Going::Identity(id) if id == one.id);
    Ok(identities.iter().any(|one| offered.contains(&one.provider) && stays(one)))
}

#[cfg(test)]
mod tests {
    use model::{Email, Timestamp, UpstreamKey};
    use storage::{Options, Store};

    use super::*;

    #[tokio::test]
    async fn the_last_way_in_stays_whatever_kind_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("test.db").display());
        let store = Store::open(&Options::new(url)).await.unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        let user = User { email_verified_at: Some(now), ..User::new(Email::parse("ada@example.com").unwrap(), now) };
        let identity = UpstreamIdentity {
            id: Id::new(now),
            user_id: user.id,
            provider: "example".to_owned(),
            who: UpstreamKey { issuer: "https://example.com".to_owned(), subject: "1".to_owned() },
            label: None,
            created_at: now,
            used_at: now,
        };
        let passkey = Passkey {
            id: Id::new(now),
            user_id: user.id,
            credential_id: "one".to_owned(),
            credential: "{}".to_owned(),
            version: 1,
            name: "Key".to_owned(),
            created_at: now,
            used_at: None,
            suspect_at: None,
        };
        let (going, key) = (Going::Identity(identity.id), Going::Passkey(passkey.id));
        let seen: Result<[bool; 5], StorageError> = store
            .transaction(move |tx| {
                let (user, identity, passkey) = (user.clone(), identity.clone(), passkey.clone());
                Box::pin(async move {
                    let offered = ["example".to_owned()];
                    tx.insert_user(&user).await?;
                    tx.insert_upstream_identity(&identity).await?;
                    let provider_alone = remains_without(tx, user.id, going, &offered).await?;
                    tx.insert_passkey(&passkey).await?;
                    let passkey_beside = remains_without(tx, user.id, going, &offered).await?;
                    let provider_beside = remains_without(tx, user.id, key, &offered).await?;
                    let not_offered = remains_without(tx, user.id, key, &[]).await?;
                    tx.delete_upstream_identity(user.id, identity.id).await?;
                    let passkey_alone = remains_without(tx, user.id, key, &offered).await?;
                    Ok([provider_alone, passkey_beside, provider_beside, not_offered, passkey_alone])
                })
            })
            .await;
        assert_eq!(seen.unwrap(), [false, true, true, false, false]);
        store.close().await;
    }
}
