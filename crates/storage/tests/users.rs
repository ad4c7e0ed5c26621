//! The table of users.

use std::time::Duration;

use model::{Email, Id, Language, User, user::PasswordHash};
use storage::StorageError;

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, session, user},
};

#[tokio::test]
async fn a_user_is_read_back_by_id_and_address() {
    let db = Fresh::new().await;
    let mut ada = user("Ada@Example.com");
    ada.email_verified_at = Some(at(5));
    commit!(db.store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    let mut read = db.store.read().await.unwrap();
    let found = read.user(ada.id).await.unwrap().unwrap();
    assert_eq!((found.email.as_str(), found.name.as_deref(), found.created_at), ("ada@example.com", Some("Ada"), NOW));
    assert_eq!((found.email_verified_at, found.disabled_at), (Some(at(5)), None));
    assert_eq!(found.password_hash.unwrap().expose(), "$argon2id$v=19$x");
    let address = Email::parse("ADA@example.com").unwrap();
    assert_eq!(read.user_by_email(&address).await.unwrap().unwrap().id, ada.id);
    assert!(read.user(Id::new(NOW)).await.unwrap().is_none());
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    let db = Fresh::new().await;
    let (first, second) = (user("ada@example.com"), user("ada@example.com"));
    commit!(db.store, [first], tx => tx.insert_user(&first).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_user(&second).await)));
    let upper =
        format!("INSERT INTO users (id, email, created_at) VALUES ('{}', 'Bob@example.com', 1)", Id::<User>::new(NOW));
    assert!(is_constraint(&db.statement(&upper).await), "an address that is not in canonical form");
}

#[tokio::test]
async fn a_change_to_nobody_is_a_conflict() {
    let db = Fresh::new().await;
    let nobody = Id::<User>::new(NOW);
    assert!(gave_up(&commit!(db.store, [nobody], tx => tx.set_user_disabled(nobody, Some(NOW)).await)));
    let hash = PasswordHash::new("phc".to_owned());
    assert!(gave_up(&commit!(db.store, [nobody, hash], tx => tx.set_password_hash(nobody, &hash).await)));
}

#[tokio::test]
async fn the_slowest_imported_hash_counts_until_it_is_replaced() {
    let db = Fresh::new().await;
    let users = ["a@example.com", "b@example.com", "c@example.com"].map(user);
    let ids = users.clone().map(|user| user.id);
    commit!(db.store, [users], tx => {
        for one in &users {
            tx.insert_user(one).await?;
        }
        Ok::<_, StorageError>(())
    })
    .unwrap();
    let slowest = || async { db.store.read().await.unwrap().slowest_imported_password().await.unwrap() };
    assert_eq!(slowest().await, None);
    let (quick, slow) = (Duration::from_micros(5), Duration::from_millis(300));
    commit!(db.store, [], tx => tx.note_imported_password(ids[0], quick).await).unwrap();
    commit!(db.store, [], tx => tx.note_imported_password(ids[1], slow).await).unwrap();
    assert_eq!(slowest().await, Some(slow));
    let hash = PasswordHash::new("ours".to_owned());
    for (id, left) in [(ids[1], Some(quick)), (ids[2], Some(quick)), (ids[0], None)] {
        let hash = hash.clone();
        commit!(db.store, [hash], tx => tx.set_password_hash(id, &hash).await).unwrap();
        assert_eq!(slowest().await, left);
    }
    let nobody = Id::<User>::new(NOW);
    assert!(gave_up(&commit!(db.store, [], tx => tx.note_imported_password(nobody, slow).await)));
}

#[tokio::test]
async fn deleting_a_user_takes_all_that_stood_on_them() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let other = user("bob@example.com");
    let session = session(&world.user);
    let id = world.user.id;
    commit!(db.store, [other, session, id], tx => {
        tx.insert_user(&other).await?;
        tx.insert_session(&session).await?;
        tx.delete_user(id).await
    })
    .unwrap();
    for table in ["grants", "families", "access_tokens", "sessions", "memberships"] {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
    assert_eq!(db.count("users").await, 1);
    assert!(db.store.read().await.unwrap().family(family.id).await.unwrap().is_none());
}

#[tokio::test]
async fn users_are_listed_oldest_first() {
    let db = Fresh::new().await;
    for second in [3, 1, 2] {
        let one = User { created_at: at(second), id: Id::new(at(second)), ..user(&format!("u{second}@example.com")) };
        commit!(db.store, [one], tx => tx.insert_user(&one).await).unwrap();
    }
    let listed = db.store.read().await.unwrap().users().await.unwrap();
    assert_eq!(
        listed.iter().map(|one| one.email.as_str().to_owned()).collect::<Vec<_>>(),
        ["u1@example.com", "u2@example.com", "u3@example.com"]
    );
}

#[tokio::test]
async fn a_user_with_grants_cannot_vanish_behind_them() {
    let db = Fresh::new().await;
    World::put(&db.store).await;
    let gone: Result<(), StorageError> = match db.is_postgres() {
        true => db.statement("DELETE FROM users").await,
        // SQLite asks each connection whether it minds foreign keys.
        false => db.statement("PRAGMA foreign_keys = ON; DELETE FROM users").await,
    };
    assert!(is_constraint(&gone));
}

#[tokio::test]
async fn a_users_language_is_remembered_and_english_until_then() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    commit!(db.store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    let id = ada.id;
    let before = commit!(db.store, [id], tx => tx.language_of(id).await).unwrap();
    let after = commit!(db.store, [id], tx => {
        tx.set_language(id, Language::German).await?;
        tx.set_language(id, Language::German).await?;
        tx.language_of(id).await
    });
    assert_eq!((before, after.unwrap()), (Language::English, Language::German));
    db.statement(&format!("UPDATE users SET language = 'tlh' WHERE id = '{id}'")).await.unwrap();
    assert_eq!(commit!(db.store, [id], tx => tx.language_of(id).await).unwrap(), Language::English, "not spoken here");
}
