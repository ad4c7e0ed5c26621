//! What has access to an organisation or to a project, and what operators look at.

use model::{Grant, GrantKind, Id};
use storage::{Over, Standing};

use crate::harness::{
    Fresh, NOW, at, commit,
    things::{World, client, grant, organization, project},
};

#[tokio::test]
async fn grants_are_shown_a_page_at_a_time_to_their_own_organisation_and_project() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let GrantKind::Project { resource_id, organization_id, project_id } = world.grant.kind.clone() else { return };
    let (other, elsewhere) = (organization("elsewhere"), Id::new(NOW));
    let away = model::Project { id: elsewhere, ..project(&other, "away") };
    let more: Vec<model::Client> = ["one", "two", "three"].map(client).into();
    let over = |client: &model::Client, organization_id, project_id| {
        let resource_id = resource_id.clone();
        grant(&world.user, client, GrantKind::Project { resource_id, organization_id, project_id })
    };
    let theirs: Vec<Grant> = more.iter().map(|client| over(client, organization_id, project_id)).collect();
    let foreign = over(&more[0], other.id, away.id);
    let (all, foreign_one) = (theirs.clone(), foreign.clone());
    commit!(db.store, [other, away, more, all, foreign_one], tx => {
        tx.insert_organization(&other).await?;
        tx.insert_project(&away).await?;
        for client in &more {
            tx.insert_client(client).await?;
        }
        for grant in all.iter().chain([&foreign_one]) {
            tx.insert_grant(grant).await?;
        }
        Ok::<(), storage::StorageError>(())
    })
    .unwrap();
    let mut ids: Vec<String> = theirs.iter().chain([&world.grant]).map(|grant| grant.id.to_string()).collect();
    ids.sort_by(|one, other| other.cmp(one));

    let mut read = db.store.read().await.unwrap();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = read.live_grants_over(Over::Organization(organization_id), before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.grant.id);
        assert!(page.iter().all(|one| one.by == world.user.email.as_str()));
        seen.extend(page.iter().map(|one| one.grant.id.to_string()));
    }
    assert_eq!(seen, ids, "newest first, each once, and none of another organisation");
    let project = read.live_grants_over(Over::Project(project_id), None, 10).await.unwrap();
    assert_eq!(project.len(), 4);
    assert_eq!(read.count_live_grants_over(project_id).await.unwrap(), 4);
    assert_eq!(read.live_grants_over(Over::Project(elsewhere), None, 10).await.unwrap()[0].grant.id, foreign.id);
    // Whoever is no member there gave it before they left.
    let lost = read.live_grants_over(Over::Project(elsewhere), None, 10).await.unwrap();
    assert_eq!(lost[0].standing, Standing::MembershipLost);
    assert_eq!(project[0].standing, Standing::Good);
    drop(read);

    let id = theirs[1].id;
    commit!(db.store, [id], tx => tx.revoke_grant(id, "revoked_by_owner", at(5)).await).unwrap();
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.live_grants_over(Over::Organization(organization_id), None, 10).await.unwrap().len(), 3);
    let ended = read.ended_grants_over(Over::Organization(organization_id), at(1), 10).await.unwrap();
    assert_eq!((ended.len(), ended[0].grant.id, ended[0].standing), (1, id, Standing::Revoked));
    assert!(read.ended_grants_over(Over::Project(project_id), at(5), 10).await.unwrap().is_empty(), "not since then");
}

#[tokio::test]
async fn an_operator_is_one_until_it_is_taken_away_or_they_are_disabled() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let id = world.user.id;
    let since = async || db.store.read().await.unwrap().operator_since(id).await.unwrap();
    assert_eq!(since().await, None);
    commit!(db.store, [id], tx => tx.set_operator(id, Some(at(3))).await).unwrap();
    assert_eq!(since().await, Some(at(3)));
    commit!(db.store, [id], tx => tx.set_user_disabled(id, Some(at(4))).await).unwrap();
    assert_eq!(since().await, None);
    commit!(db.store, [id], tx => tx.set_user_disabled(id, None).await).unwrap();
    assert_eq!(since().await, Some(at(3)));
    let mut read = db.store.read().await.unwrap();
    let people = read.people_from("", 10).await.unwrap();
    assert_eq!(people.iter().filter(|one| one.operator_at.is_some()).count(), 1);
    assert!(read.people_from("zzzz", 10).await.unwrap().is_empty());
    assert_eq!(read.numbers().await.unwrap().people, people.len() as u64);
    drop(read);
    commit!(db.store, [id], tx => tx.set_operator(id, None).await).unwrap();
    assert_eq!(since().await, None);
}
