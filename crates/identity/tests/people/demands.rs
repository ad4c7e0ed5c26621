//! What an organisation demands of its members' sign-ins (C-09), by the acts that set it, and what ends with them.

use identity::{Actor, Who, admin::ActErrorKind, demands::DEMANDS_UNMET};
use model::{Family, Grant, Id, Permission, Shown, User, Ways};
use serde_json::{Value, json};

use crate::{
    roles::{acme, act_as, refused_as},
    stand::{PASSWORD, Stand, family},
};

fn demands(second_factor: bool, ways_in: &[&str]) -> Value {
    json!({"organization_set_demands": {"organization": "acme", "second_factor": second_factor, "ways_in": ways_in}})
}

fn showing(by: &Actor, two_factors: bool, ways: &str) -> Actor {
    let shown = Shown { two_factors, ways: Ways::parse(ways).unwrap() };
    let who = Who::Person { user_id: by.user_id().unwrap(), recent: true, shown };
    Actor { who, address: None }
}

impl Stand {
    async fn app_of(&self, user_id: Id<User>) {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                tx.begin_totp(user_id, "sealed", now.plus(crate::stand::DAY)).await?;
                tx.confirm_totp(user_id, "sealed", 1, now).await.map(drop)
            })
        })
        .await;
    }

    /// A grant with one family for each of these ways to have signed in.
    async fn given(&self, user_id: Id<User>, by: &[&str]) -> Id<Grant> {
        let grant = self.grant(user_id).await;
        let families: Vec<Family> =
            by.iter().map(|amr| Family { amr: (*amr).to_owned(), ..family(&grant, self.now()) }).collect();
        let id = grant.id;
        self.write(move |tx| {
            let (grant, families) = (grant.clone(), families.clone());
            Box::pin(async move {
                tx.insert_grant(&grant).await?;
                for family in &families {
                    tx.insert_family(family).await?;
                }
                Ok(())
            })
        })
        .await;
        id
    }
}

#[tokio::test]
async fn what_was_given_by_a_sign_in_that_is_not_enough_ends_with_the_demand() {
    let stand = Stand::new().await;
    stand.acme().await;
    let mut grants = Vec::new();
    for (name, has_app, by) in [
        ("both", true, &["pwd otp mfa"][..]),
        ("gone", false, &["pwd otp mfa"]),
        ("one", true, &["pwd"]),
        ("mixed", true, &["pwd otp mfa", "pwd device"]),
        ("key", true, &["pop user mfa"]),
        ("unused", true, &[]),
    ] {
        let user_id = stand.member(&format!("{name}@example.com"), "member").await;
        if has_app {
            stand.app_of(user_id).await;
        }
        grants.push((name, stand.given(user_id, by).await));
    }
    let live = async |stand: &Stand| {
        let mut live = Vec::new();
        for (name, id) in &grants {
            match stand.ended(*id).await {
                None => live.push(*name),
                Some(reason) => assert_eq!(reason, DEMANDS_UNMET, "{name}"),
            }
        }
        live
    };
    assert_eq!(stand.act(demands(true, &[])).await["ended"], 3);
    assert_eq!(live(&stand).await, ["both", "key", "unused"]);
    assert_eq!(stand.act(demands(true, &["passkey"])).await["ended"], 1);
    assert_eq!(live(&stand).await, ["key", "unused"]);
    let removed = stand.act(json!({"user_remove_factors": {"user": "key@example.com"}})).await;
    assert_eq!(removed["connections_ended"], 1);
    assert_eq!(live(&stand).await, ["unused"]);
    let none = stand.act(demands(false, &[])).await;
    assert_eq!((&none["second_factor_at"], &none["ways_in"], &none["ended"]), (&Value::Null, &Value::Null, &json!(0)));
}

#[tokio::test]
async fn a_demand_is_made_by_whoever_meets_it_and_holds_for_all() {
    let stand = Stand::new().await;
    let [owner, admin, _] = acme(&stand).await;
    stand.app_of(owner.user_id().unwrap()).await;
    assert_eq!(refused_as(&stand, &owner, demands(true, &[])).await, ActErrorKind::Conflict, "nothing was shown");
    let half = showing(&owner, true, "password");
    assert_eq!(refused_as(&stand, &half, demands(true, &["passkey"])).await, ActErrorKind::Conflict);
    assert_eq!(refused_as(&stand, &half, demands(true, &["nowhere"])).await, ActErrorKind::Invalid);
    let able = showing(&admin, true, "password");
    assert_eq!(refused_as(&stand, &able, demands(true, &[])).await, ActErrorKind::Forbidden, "an admin");
    let set = act_as(&stand, &half, demands(true, &["password"])).await;
    assert_eq!(set["version"], 2);

    // Everybody is asked, whoever they are, and who does not meet it does nothing.
    let rename = json!({"organization_change": {"organization": "acme", "name": "Mine"}});
    for by in [&owner, &admin, &able, &showing(&owner, true, "passkey"), &showing(&owner, false, "password")] {
        assert_eq!(refused_as(&stand, by, rename.clone()).await, ActErrorKind::Forbidden, "{by:?}");
    }
    act_as(&stand, &half, rename).await;
    stand.act(json!({"user_remove_factors": {"user": "owner@example.com"}})).await;
    let show = json!({"organization_show": {"organization": "acme"}});
    assert_eq!(refused_as(&stand, &half, show).await, ActErrorKind::Forbidden, "what was shown is gone since");
    assert!(Permission::SetDemands.needs_recent_proof());
}

#[tokio::test]
async fn a_session_from_before_ways_were_written_down_says_what_its_proofs_do() {
    let stand = Stand::new().await;
    stand.user("ada@example.com").await;
    let new = stand.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let ways = async |stand: &Stand| {
        let person = stand.authority.signed_in(Some(new.cookie.expose()), stand.now()).await.unwrap().unwrap();
        person.session.ways.to_string()
    };
    assert_eq!(ways(&stand).await, "password");
    stand.statement("UPDATE sessions SET ways = 'acme password'").await;
    assert_eq!(ways(&stand).await, "password acme");
    for (amr, said) in [("pwd", "password"), ("pop user mfa", "passkey"), ("fed", "")] {
        stand.statement(&format!("UPDATE sessions SET ways = '', amr = '{amr}'")).await;
        assert_eq!(ways(&stand).await, said, "{amr}");
    }
}
