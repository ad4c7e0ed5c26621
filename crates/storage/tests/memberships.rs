//! The table of memberships.

use model::{Id, Membership, Role};

use crate::harness::{
    Fresh, NOW, commit, is_constraint,
    things::{membership, organization, user},
};

#[tokio::test]
async fn a_second_membership_changes_the_role() {
    let db = Fresh::new().await;
    let (ada, acme) = (user("ada@example.com"), organization("acme"));
    commit!(db.store, [ada, acme], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_organization(&acme).await?;
        tx.put_membership(&membership(&acme, &ada)).await?;
        tx.put_membership(&Membership { role: Role::Owner, ..membership(&acme, &ada) }).await
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.membership(acme.id, ada.id).await.unwrap().unwrap().role, Role::Owner);
    assert_eq!(read.memberships_of(acme.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_left_is_no_member_and_cannot_leave_twice() {
    let db = Fresh::new().await;
    let (ada, acme) = (user("ada@example.com"), organization("acme"));
    let left = commit!(db.store, [ada, acme], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_organization(&acme).await?;
        tx.put_membership(&membership(&acme, &ada)).await?;
        Ok::<_, storage::StorageError>([tx.delete_membership(acme.id, ada.id).await?, tx.delete_membership(acme.id, ada.id).await?])
    });
    assert_eq!(left.unwrap(), [true, false]);
    assert!(db.store.read().await.unwrap().membership(acme.id, ada.id).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_belongs_to_nothing() {
    let db = Fresh::new().await;
    let lost = Membership {
        organization_id: Id::new(NOW),
        user_id: Id::new(NOW),
        role: Role::Member,
        role_id: None,
        created_at: NOW,
    };
    assert!(is_constraint(&commit!(db.store, [lost], tx => tx.put_membership(&lost).await)));
}
