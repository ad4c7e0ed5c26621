//! What is held of a person: shown to them whole, and gone when they are erased.

use model::{
    ApiToken, AuditEvent, Email, Id, Mail, Notice, NoticeKind, Proof, ProofKind, SecretHash, UpstreamPurpose, User,
    proof::CodeTag,
};
use storage::{Held, HeldTable, StorageError, Store};

use crate::upstream::{identity, login};
use crate::{
    api_keys, factors,
    harness::{
        Fresh, NOW, at, commit,
        things::{World, audit_event, session, user},
    },
};

async fn held(store: &Store, id: Id<User>) -> Vec<HeldTable> {
    store.read().await.unwrap().held_of(id).await.unwrap()
}

fn proof(of: &User) -> Proof {
    Proof {
        id: Id::new(NOW),
        kind: ProofKind::Reset,
        account: Some((of.id, of.security_epoch)),
        email: of.email.clone(),
        token_hash: SecretHash::of(b"token"),
        code: Some(CodeTag { key_version: 1, tag: SecretHash::of(b"code") }),
        browser_hash: None,
        carried: None,
        tries: 0,
        mails: 1,
        created_at: NOW,
        expires_at: at(3600),
        spent_at: None,
    }
}

fn mail(to: &Email) -> Mail {
    Mail {
        id: Id::new(NOW),
        recipient: to.clone(),
        kind: "reset".to_owned(),
        sealed: "sealed".to_owned(),
        created_at: NOW,
        expires_at: at(3600),
        leased_until: NOW,
        attempts: 0,
    }
}

fn api_token(of: &User) -> ApiToken {
    ApiToken {
        shown: model::Shown::default(),
        id: Id::new(NOW),
        user_id: of.id,
        name: "backup".to_owned(),
        hash: SecretHash::of(b"token"),
        last_four: "abcd".to_owned(),
        writes: false,
        created_at: NOW,
        expires_at: at(3600),
        used_at: None,
        used_address: None,
        revoked: None,
    }
}

/// A row of everything that names a person.
async fn fill(db: &Fresh) -> World {
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    let code = world.put_code(&db.store).await;
    let device = crate::device_codes::device_code(world.client.id.as_str(), "BCDFGHJK");
    let inside = AuditEvent {
        user_id: Some(world.user.id),
        organization_id: Some(world.organization.id),
        address: Some("192.0.2.1".to_owned()),
        ..audit_event("grant.allowed", NOW)
    };
    let own = AuditEvent { organization_id: None, ..inside.clone() };
    let notice = Notice {
        id: Id::new(NOW),
        user_id: world.user.id,
        grant_id: Some(world.grant.id),
        kind: NoticeKind::RefreshReused,
        created_at: NOW,
    };
    let subject = format!("sign-in:account:{}", world.user.id);
    let (open, elsewhere) = (session(&world.user), identity(&world.user, "1"));
    let trip = login(UpstreamPurpose::Link(world.user.id, open.id));
    let (passkey, ceremony, half) = factors::of(world.user.id);
    let key = api_keys::key(&world);
    let invitation = crate::invitations::invitation(&world, world.user.email.as_str());
    commit!(db.store, [world, invitation], tx => {
        tx.put_on_project(&world.project, world.user.id, NOW).await?;
        tx.insert_invitation(&invitation).await
    })
    .unwrap();
    commit!(db.store, [key], tx => tx.insert_api_key(&key).await).unwrap();
    commit!(db.store, [world, code, device, inside, own, notice, subject, open, elsewhere, trip, passkey, ceremony, half], tx => {
        tx.insert_session(&open).await?;
        tx.insert_device_code(&device).await?;
        tx.claim_device_code(device.id, code.id, NOW).await?;
        tx.insert_upstream_identity(&elsewhere).await?;
        tx.insert_upstream_login(&trip).await?;
        tx.begin_totp(world.user.id, "sealed", at(900)).await?;
        tx.replace_recovery_codes(world.user.id, &[factors::code()], NOW).await?;
        tx.insert_passkey(&passkey).await?;
        tx.insert_ceremony(&ceremony).await?;
        tx.put_half_sign_in(&half).await?;
        tx.insert_api_token(&api_token(&world.user)).await?;
        tx.claim_answer(world.user.id, &SecretHash::of(b"code"), "asked", at(3600), NOW).await.map(drop)?;
        tx.insert_proof(&proof(&world.user)).await?;
        tx.insert_mail(&mail(&world.user.email)).await?;
        tx.insert_notice(&notice).await?;
        tx.insert_audit_event(&inside).await?;
        tx.insert_audit_event(&own).await?;
        tx.count_attempt(&subject, std::time::Duration::from_secs(60), NOW).await.map(drop)
    })
    .unwrap();
    world
}

#[tokio::test]
async fn c37_a_person_sees_a_row_of_everything_and_no_hash() {
    let db = Fresh::new().await;
    let world = fill(&db).await;
    let stranger = user("stranger@example.com");
    commit!(db.store, [stranger], tx => tx.insert_user(&stranger).await).unwrap();
    for HeldTable { name, rows } in held(&db.store, world.user.id).await {
        assert!(!rows.is_empty(), "{name}");
        for (column, value) in rows.iter().flatten() {
            let text = format!("{value:?}");
            assert!(!column.ends_with("hash") && !text.contains("$argon2"), "{name}.{column}");
            for secret in ["cookie", "token", "code", "head 1", "access 1", "browser"] {
                assert!(!text.contains(SecretHash::of(secret.as_bytes()).as_str()), "{name}.{column}: {secret}");
            }
        }
    }
    let account = held(&db.store, world.user.id).await.remove(0);
    let row: std::collections::BTreeMap<_, _> = account.rows[0].iter().cloned().collect();
    assert_eq!(row["email"], Held::Text("ada@example.com".to_owned()));
    assert_eq!(row["created_at"], Held::Time(NOW));
    assert_eq!(row["has_password"], Held::Text("yes".to_owned()));
    assert_eq!((&row["email_verified_at"], &row["security_epoch"]), (&Held::Nothing, &Held::Number(1)));
    let others = held(&db.store, stranger.id).await;
    assert!(others.iter().all(|table| table.name == "account" || table.rows.is_empty()), "{others:?}");
}

#[tokio::test]
async fn c38_nothing_of_an_erased_person_is_left_but_an_organisations_trail_without_addresses() {
    let db = Fresh::new().await;
    let world = fill(&db).await;
    commit!(db.store, [world], tx => tx.delete_user(world.user.id).await).unwrap();
    for HeldTable { name, rows } in held(&db.store, world.user.id).await {
        assert_eq!(rows.len(), usize::from(name == "events"), "{name}");
    }
    let id = world.user.id;
    assert_eq!(db.count(&format!("audit_events WHERE user_id = '{id}' AND address IS NOT NULL")).await, 0);
    for table in
        ["users", "sessions", "grants", "families", "access_tokens", "memberships", "proofs", "mails", "notices"]
            .into_iter()
            .chain(["totps", "recovery_codes", "passkeys", "ceremonies", "half_sign_ins", "api_keys", "api_key_counts"])
    {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
    assert_eq!(
        (db.count("organizations").await, db.count("projects").await),
        (1, 1),
        "what is the organisation's stays"
    );
}

#[tokio::test]
async fn an_owner_is_alone_until_another_one_stays() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let other = user("other@example.com");
    let alone = async |id: Id<User>| db.store.read().await.unwrap().owned_alone(id).await.unwrap().len();
    assert_eq!(alone(world.user.id).await, 0, "a member owns nothing");
    let owner = |user: &User| model::Membership {
        organization_id: world.organization.id,
        user_id: user.id,
        role: model::Role::Owner,
        role_id: None,
        created_at: NOW,
    };
    let (one, two) = (owner(&world.user), owner(&other));
    commit!(db.store, [other, one], tx => {
        tx.insert_user(&other).await?;
        tx.put_membership(&one).await
    })
    .unwrap();
    assert_eq!(alone(world.user.id).await, 1);
    commit!(db.store, [two], tx => tx.put_membership(&two).await).unwrap();
    assert_eq!((alone(world.user.id).await, alone(other.id).await), (0, 0));
    let left = commit!(db.store, [other], tx => tx.set_erase_at(other.id, 1, Some(at(60))).await);
    assert!(left.unwrap());
    assert_eq!(alone(world.user.id).await, 1, "whoever leaves owns nothing any more");
    let due = async |seconds: u64| db.store.read().await.unwrap().users_to_erase(at(seconds)).await.unwrap().len();
    assert_eq!((due(59).await, due(60).await), (0, 1));
    let stale = commit!(db.store, [other], tx => tx.set_erase_at(other.id, 2, None).await);
    assert!(!stale.unwrap(), "under another epoch");
    let _: Result<(), StorageError> =
        commit!(db.store, [other], tx => tx.set_erase_at(other.id, 1, None).await.map(drop));
    assert_eq!(due(60).await, 0);
}
