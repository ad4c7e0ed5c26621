//! What people may do in their organisation, by the same acts as the operator (C-24, C-25).

use identity::{
    Actor, Who,
    admin::{Act, ActError, ActErrorKind, KeyAdd},
};
use model::{Id, Role, User};
use serde_json::{Value, json};

use crate::stand::Stand;

/// A person who has just proved who they are.
pub fn person(user_id: Id<User>) -> Actor {
    Actor {
        who: Who::Person { user_id, recent: true, shown: model::Shown::default() },
        address: Some("192.0.2.1".to_owned()),
    }
}

pub async fn try_as(stand: &Stand, by: &Actor, act: Value) -> Result<Value, ActError> {
    let act: Act = serde_json::from_value(act).unwrap();
    stand.authority.act_as(by, act, stand.now()).await
}

pub async fn act_as(stand: &Stand, by: &Actor, act: Value) -> Value {
    try_as(stand, by, act).await.unwrap()
}

pub async fn refused_as(stand: &Stand, by: &Actor, act: Value) -> ActErrorKind {
    try_as(stand, by, act).await.unwrap_err().kind
}

fn become_(user: &str, role: &str) -> Value {
    json!({"member_add": {"organization": "acme", "user": user, "role": role}})
}

fn remove(user: &str) -> Value {
    json!({"member_remove": {"organization": "acme", "user": user}})
}

/// Acme with an owner, an admin and a member; in this order.
pub async fn acme(stand: &Stand) -> [Actor; 3] {
    stand.acme().await;
    let mut people = Vec::new();
    for role in ["owner", "admin", "member"] {
        people.push(person(stand.member(&format!("{role}@example.com"), role).await));
    }
    people.try_into().unwrap()
}

#[tokio::test]
async fn c24_nobody_gives_or_takes_a_role_above_their_own() {
    let stand = Stand::new().await;
    let [owner, admin, member] = acme(&stand).await;
    stand.member("second@example.com", "member").await;
    for (by, act) in [
        (&admin, become_("second@example.com", "owner")),
        (&admin, become_("admin@example.com", "owner")),
        (&admin, become_("owner@example.com", "member")),
        (&admin, remove("owner@example.com")),
        (&member, become_("second@example.com", "member")),
        (&member, become_("member@example.com", "admin")),
        (&member, remove("second@example.com")),
        (&member, json!({"member_list": {"organization": "acme"}})),
    ] {
        assert_eq!(refused_as(&stand, by, act.clone()).await, ActErrorKind::Forbidden, "{act}");
    }
    act_as(&stand, &admin, become_("second@example.com", "admin")).await;
    act_as(&stand, &admin, become_("second@example.com", "member")).await;
    act_as(&stand, &owner, become_("second@example.com", "owner")).await;
    act_as(&stand, &owner, become_("second@example.com", "admin")).await;
    act_as(&stand, &admin, remove("second@example.com")).await;
}

#[tokio::test]
async fn c24_the_last_owner_is_neither_demoted_nor_removed_and_does_not_leave() {
    let stand = Stand::new().await;
    let [owner, _, _] = acme(&stand).await;
    for act in [become_("owner@example.com", "admin"), remove("owner@example.com")] {
        assert_eq!(refused_as(&stand, &owner, act).await, ActErrorKind::Conflict);
    }
    let second = person(stand.member("second@example.com", "owner").await);
    // An owner who cannot act is none.
    stand.act(json!({"user_set_disabled": {"user": "second@example.com", "disabled": true}})).await;
    assert_eq!(refused_as(&stand, &owner, remove("owner@example.com")).await, ActErrorKind::Conflict);
    assert_eq!(refused_as(&stand, &second, remove("owner@example.com")).await, ActErrorKind::Absent);
    stand.act(json!({"user_set_disabled": {"user": "second@example.com", "disabled": false}})).await;
    act_as(&stand, &owner, remove("owner@example.com")).await;
    assert_eq!(
        refused_as(&stand, &owner, json!({"member_list": {"organization": "acme"}})).await,
        ActErrorKind::Absent
    );
}

#[tokio::test]
async fn c25_what_is_not_theirs_to_see_looks_as_if_it_were_not_there() {
    let stand = Stand::new().await;
    let [owner, admin, member] = acme(&stand).await;
    let stranger = person(stand.user("stranger@example.com").await);
    let acts = |organization: &str| {
        [
            json!({"organization_show": {"organization": organization}}),
            json!({"organization_remove": {"organization": organization}}),
            json!({"project_list": {"organization": organization}}),
            json!({"project_add": {"organization": organization, "slug": "new", "name": "New"}}),
            json!({"project_show": {"organization": organization, "project": "apollo"}}),
            json!({"project_remove": {"organization": organization, "project": "apollo"}}),
            json!({"member_list": {"organization": organization}}),
            json!({"member_add": {"organization": organization, "user": "owner@example.com", "role": "member"}}),
            json!({"member_remove": {"organization": organization, "user": "owner@example.com"}}),
            json!({"key_list": {"organization": organization, "project": null}}),
            json!({"webhook_list": {"organization": organization}}),
            json!({"role_list": {"organization": organization}}),
            json!({"invitation_list": {"organization": organization}}),
        ]
    };
    for (there, nowhere) in acts("acme").into_iter().zip(acts("nowhere")) {
        let there = try_as(&stand, &stranger, there.clone()).await.unwrap_err();
        let nowhere = try_as(&stand, &stranger, nowhere).await.unwrap_err();
        assert_eq!((there.kind, &there.message), (ActErrorKind::Absent, &nowhere.message));
        assert_eq!(nowhere.kind, ActErrorKind::Absent);
    }
    // Whether an address has an account is told to nobody who would not see its person here.
    for by in [&owner, &admin, &member] {
        let has = try_as(&stand, by, become_("stranger@example.com", "member")).await.unwrap_err();
        let has_none = try_as(&stand, by, become_("nobody@example.com", "member")).await.unwrap_err();
        assert_eq!((has.kind, has.message), (has_none.kind, has_none.message));
    }
    // What is the operator's alone.
    for act in [
        json!({"user_list": {}}),
        json!({"client_list": {}}),
        json!({"organization_set_disabled": {"organization": "acme", "disabled": false}}),
        json!({"signing_key_rotate": {}}),
    ] {
        assert_eq!(refused_as(&stand, &owner, act.clone()).await, ActErrorKind::Forbidden, "{act}");
    }
    let seen = act_as(&stand, &member, json!({"organization_list": {}})).await;
    assert_eq!(seen["organizations"].as_array().unwrap().len(), 1);
    assert!(
        act_as(&stand, &stranger, json!({"organization_list": {}})).await["organizations"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn dangerous_acts_want_recent_proof_and_a_token_that_reads_changes_nothing() {
    let stand = Stand::new().await;
    let [owner, _, _] = acme(&stand).await;
    let user_id = owner.user_id().unwrap();
    let late = Actor { who: Who::Person { user_id, recent: false, shown: model::Shown::default() }, address: None };
    let token = |writes| Actor {
        who: Who::Token { user_id, token_id: "t".to_owned(), writes, within: None, shown: model::Shown::default() },
        address: None,
    };
    stand.member("second@example.com", "member").await;
    let acts = [
        become_("second@example.com", "admin"),
        json!({"project_remove": {"organization": "acme", "project": "apollo"}}),
        json!({"organization_remove": {"organization": "acme"}}),
    ];
    for act in &acts {
        assert_eq!(refused_as(&stand, &late, act.clone()).await, ActErrorKind::NotRecent, "{act}");
        assert_eq!(refused_as(&stand, &token(false), act.clone()).await, ActErrorKind::Forbidden, "{act}");
    }
    assert_eq!(refused_as(&stand, &token(false), remove("owner@example.com")).await, ActErrorKind::Forbidden);
    act_as(&stand, &late, json!({"project_add": {"organization": "acme", "slug": "gemini", "name": "Gemini"}})).await;
    act_as(&stand, &token(false), json!({"member_list": {"organization": "acme"}})).await;
    for act in acts {
        act_as(&stand, &token(true), act).await;
    }
}

#[tokio::test]
async fn c24_a_named_role_permits_no_more_than_whoever_gives_it_may() {
    let stand = Stand::new().await;
    let [owner, admin, member] = acme(&stand).await;
    let add = |slug: &str, permissions: &[&str]| json!({"role_add": {"organization": "acme", "slug": slug, "name": slug, "permissions": permissions}});
    assert_eq!(refused_as(&stand, &admin, add("deleter", &["delete_project"])).await, ActErrorKind::Forbidden);
    assert_eq!(refused_as(&stand, &owner, add("flier", &["fly"])).await, ActErrorKind::Invalid);
    act_as(&stand, &owner, add("deleter", &["delete_project"])).await;
    act_as(&stand, &admin, add("support", &["see_members", "manage_members", "see_access"])).await;
    assert_eq!(refused_as(&stand, &admin, add("support", &["see_access"])).await, ActErrorKind::Conflict);
    let give = |user: &str, role: &str, named: &str| json!({"member_add": {"organization": "acme", "user": user, "role": role, "named": named}});
    assert_eq!(
        refused_as(&stand, &admin, give("member@example.com", "member", "deleter")).await,
        ActErrorKind::Forbidden
    );
    assert_eq!(refused_as(&stand, &admin, give("member@example.com", "admin", "support")).await, ActErrorKind::Invalid);
    let given = act_as(&stand, &admin, give("member@example.com", "member", "support")).await;
    assert_eq!(given["named_role"], "support");
    // The member manages other members now, but nobody above them, and gives nothing that they have not.
    stand.member("second@example.com", "member").await;
    for act in [
        become_("second@example.com", "admin"),
        remove("admin@example.com"),
        give("second@example.com", "member", "deleter"),
        add("wider", &["manage_keys"]),
        json!({"role_change": {"organization": "acme", "role": "support", "name": null, "permissions": ["manage_keys"]}}),
        json!({"role_remove": {"organization": "acme", "role": "deleter"}}),
    ] {
        assert_eq!(refused_as(&stand, &member, act.clone()).await, ActErrorKind::Forbidden, "{act}");
    }
    act_as(&stand, &member, give("second@example.com", "member", "support")).await;
    act_as(&stand, &member, remove("second@example.com")).await;
    act_as(&stand, &owner, json!({"role_remove": {"organization": "acme", "role": "support"}})).await;
    assert_eq!(
        refused_as(&stand, &member, json!({"member_list": {"organization": "acme"}})).await,
        ActErrorKind::Forbidden
    );
}

fn key(user: &str) -> Act {
    Act::KeyAdd(Box::new(KeyAdd {
        organization: "acme".to_owned(),
        project: "apollo".to_owned(),
        name: "key".to_owned(),
        scope: "issues:read".to_owned(),
        resource: None,
        user: Some(user.to_owned()),
        expires_in: None,
        addresses: Vec::new(),
        per_minute: None,
        per_month: None,
    }))
}

async fn keys_in_force(stand: &Stand) -> usize {
    let keys = stand.act(json!({"key_list": {"organization": "acme", "project": null}})).await;
    keys["keys"].as_array().unwrap().iter().filter(|key| key["revoked_at"].is_null()).count()
}

#[tokio::test]
async fn a_demotion_ends_the_keys_that_the_new_role_could_not_have_made() {
    let stand = Stand::new().await;
    let [owner, admin, _] = acme(&stand).await;
    let (grant, _) = stand.connect(admin.user_id().unwrap()).await;
    stand.authority.act_as(&admin, key("admin@example.com"), stand.now()).await.unwrap();
    let refused = stand.authority.act_as(&admin, key("owner@example.com"), stand.now()).await.unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::Absent, "nobody makes a key in somebody else's name");
    let roles =
        json!({"role_add": {"organization": "acme", "slug": "keys", "name": "Keys", "permissions": ["manage_keys"]}});
    act_as(&stand, &owner, roles).await;
    let with =
        json!({"member_add": {"organization": "acme", "user": "admin@example.com", "role": "member", "named": "keys"}});
    assert_eq!(act_as(&stand, &owner, with).await["keys_ended"], 0, "the role makes keys");
    assert_eq!(keys_in_force(&stand).await, 1);
    let narrowed = json!({"role_change": {"organization": "acme", "role": "keys", "name": null, "permissions": []}});
    act_as(&stand, &owner, narrowed).await;
    assert_eq!(keys_in_force(&stand).await, 0);
    assert_eq!(stand.ended(grant).await, None, "connections are every member's to give");
    let membership =
        stand.authority.store().read().await.unwrap().organizations_of(admin.user_id().unwrap()).await.unwrap();
    assert_eq!(membership.first().unwrap().1, Role::Member);
}

#[tokio::test]
async fn a_limited_project_is_absent_for_others_and_what_they_hold_over_it_ends() {
    let stand = Stand::new().await;
    let [owner, admin, member] = acme(&stand).await;
    let listed = person(stand.member("listed@example.com", "member").await);
    let mut grants = Vec::new();
    for one in [&owner, &admin, &member, &listed] {
        grants.push(stand.connect(one.user_id().unwrap()).await.0);
    }
    let named = |act: &str, user: &str| json!({act: {"organization": "acme", "project": "apollo", "user": user}});
    let limit = |limited: bool| json!({"project_set_limited": {"organization": "acme", "project": "apollo", "limited": limited}});
    assert_eq!(refused_as(&stand, &member, limit(true)).await, ActErrorKind::Forbidden);
    act_as(&stand, &admin, named("project_member_add", "listed@example.com")).await;
    assert_eq!(
        refused_as(&stand, &admin, named("project_member_add", "nobody@example.com")).await,
        ActErrorKind::Absent
    );
    let limited = act_as(&stand, &admin, limit(true)).await;
    assert_eq!(limited["connections_ended"], 1);
    let ended = async |at: usize| stand.ended(grants[at]).await;
    assert_eq!(ended(2).await.as_deref(), Some("project_limited"));
    for still in [0, 1, 3] {
        assert_eq!(ended(still).await, None, "{still}");
    }
    let show = json!({"project_show": {"organization": "acme", "project": "apollo"}});
    assert_eq!(refused_as(&stand, &member, show.clone()).await, ActErrorKind::Absent);
    let seen = act_as(&stand, &member, json!({"project_list": {"organization": "acme"}})).await;
    assert!(seen["projects"].as_array().unwrap().is_empty());
    for one in [&owner, &admin, &listed] {
        act_as(&stand, one, show.clone()).await;
    }
    let choices = async |of: &Actor| {
        stand.authority.store().read().await.unwrap().projects_of_member(of.user_id().unwrap()).await.unwrap().len()
    };
    assert_eq!((choices(&member).await, choices(&listed).await, choices(&admin).await), (0, 1, 1));
    // Whoever is demoted loses what only their role had opened to them.
    let demoted = act_as(&stand, &owner, become_("admin@example.com", "member")).await;
    assert_eq!((demoted["connections_ended"].as_u64(), ended(1).await.as_deref()), (Some(1), Some("role_lost")));
    let off = act_as(&stand, &owner, named("project_member_remove", "listed@example.com")).await;
    assert_eq!((off["connections_ended"].as_u64(), ended(3).await.as_deref()), (Some(1), Some("project_limited")));
    act_as(&stand, &owner, limit(false)).await;
    assert_eq!(choices(&member).await, 1);
    assert_eq!(ended(2).await.as_deref(), Some("project_limited"), "nothing comes back");
}
