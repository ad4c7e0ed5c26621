//! Members, by the operator.

use serde_json::json;

use crate::stand::Stand;

#[tokio::test]
async fn members_come_change_and_go_and_an_owner_stays() {
    let stand = Stand::new().await;
    stand.acme().await;
    stand.member("owner@example.com", "owner").await;
    let member = stand.member("member@example.com", "member").await;
    let remove = |user: &str| json!({"member_remove": {"organization": "acme", "user": user}});
    let become_ = |user: &str, role: &str| json!({"member_add": {"organization": "acme", "user": user, "role": role}});
    assert!(stand.refused(remove("owner@example.com")).await.contains("only owner"));
    assert!(stand.refused(become_("owner@example.com", "member")).await.contains("only owner"));
    stand.act(become_("member@example.com", "owner")).await;
    stand.act(become_("owner@example.com", "admin")).await;
    let members = stand.act(json!({"member_list": {"organization": "acme"}})).await;
    let mut roles: Vec<_> = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| (member["email"].as_str().unwrap(), member["role"].as_str().unwrap()))
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, [("member@example.com", "owner"), ("owner@example.com", "admin")]);
    assert!(stand.refused(remove("nobody@example.com")).await.contains("no user"));
    stand.act(remove("owner@example.com")).await;
    assert!(stand.refused(remove("owner@example.com")).await.contains("no member"));
    let gone = stand.act(json!({"user_remove": {"user": member.as_str()}})).await;
    assert_eq!(gone["organizations_without_owner"], json!(["acme"]));
}

#[tokio::test]
async fn connections_end_with_the_membership_and_do_not_come_back() {
    let stand = Stand::new().await;
    stand.acme().await;
    let (leaver, stayer) =
        (stand.member("leaver@example.com", "member").await, stand.member("stayer@example.com", "member").await);
    let (left, _) = stand.connect(leaver).await;
    let (stayed, _) = stand.connect(stayer).await;
    let removed = stand.act(json!({"member_remove": {"organization": "acme", "user": "leaver@example.com"}})).await;
    assert_eq!(removed["connections_ended"], 1);
    stand.act(json!({"member_add": {"organization": "acme", "user": "leaver@example.com", "role": "member"}})).await;
    assert_eq!((stand.ended(left).await.as_deref(), stand.ended(stayed).await), (Some("membership_lost"), None));
}
