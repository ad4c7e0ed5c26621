//! The audit trail: sealed after the fact, and every way of tampering with it found.

use std::time::Duration;

use identity::audit::{Verified, Wrong};
use model::{AuditEvent, Id};
use serde_json::json;
use storage::{TrailFilter, TrailOf};

use crate::stand::{PASSWORD, Stand};

/// Three seals: two of some acts each, and one more.
async fn sealed() -> Stand {
    let stand = Stand::new().await;
    stand.acme().await;
    stand.seal().await;
    stand.clock.advance(Duration::from_secs(3600));
    stand.member("ada@example.com", "owner").await;
    stand.sign_in("ada@example.com", PASSWORD).await.unwrap();
    stand.seal().await;
    stand.clock.advance(Duration::from_secs(3600));
    stand.act(json!({"organization_set_disabled": {"organization": "acme", "disabled": true}})).await;
    stand.seal().await;
    stand
}

impl Stand {
    async fn seal(&self) -> u64 {
        self.authority.seal_entries(self.now()).await.unwrap()
    }

    async fn verified(&self) -> Verified {
        self.authority.verify_audit(None, None).await.unwrap()
    }

    /// What is wrong, as `seal what`.
    async fn wrong(&self) -> String {
        let Wrong { seal, what, .. } = self.verified().await.wrong.expect("tampering that nobody finds");
        format!("{seal} {what}")
    }

    /// `sql` finds its place and is found out.
    async fn tamper(sql: &str, found: &str) {
        let stand = sealed().await;
        assert!(stand.statement(sql).await > 0, "{sql}");
        assert_eq!(stand.wrong().await, found, "{sql}");
    }
}

#[tokio::test]
async fn c41_what_was_committed_is_sealed_in_one_round_and_found_sound() {
    let stand = sealed().await;
    let found = stand.verified().await;
    assert_eq!(found.wrong, None);
    let entries = stand.number("SELECT count(*) FROM audit_events").await;
    assert_eq!(i64::try_from(found.entries).unwrap(), entries);
    assert_eq!((stand.seal().await, found.next), (0, None));
    assert!(found.head.starts_with("3."), "{}", found.head);
}

#[tokio::test]
async fn c41_a_changed_entry_is_found() {
    for (change, action) in [
        ("action = 'user.enabled'", "member.added"),
        ("at = at + 1", "member.added"),
        ("actor = 'somebody'", "member.added"),
        ("token_id = 'token'", "member.added"),
        ("subject = 'another'", "member.added"),
        ("organization_id = NULL", "member.added"),
        ("address = '192.0.2.99'", "session.started"),
        ("address = NULL, salt = NULL, address_digest = 'x'", "session.started"),
    ] {
        let sql = format!("UPDATE audit_events SET {change} WHERE seal = 2 AND action = '{action}'");
        Stand::tamper(&sql, "2 changed").await;
    }
}

#[tokio::test]
async fn c41_an_erased_address_is_believed_only_of_who_was_erased() {
    let stand = sealed().await;
    let signed_in = TrailFilter { action: Some("session.started".to_owned()), ..TrailFilter::all(TrailOf::Server) };
    let entry = stand.authority.trail(&signed_in, 1).await.unwrap().entries.remove(0).entry;
    let digest = entry.address_digest().unwrap();
    let sql = "UPDATE audit_events SET address = NULL, salt = NULL";
    stand.statement(&format!("{sql}, address_digest = '{digest}' WHERE id = '{}'", entry.id)).await;
    assert_eq!(stand.wrong().await, "2 changed");
}

#[tokio::test]
async fn c41_a_removed_entry_is_found() {
    Stand::tamper("DELETE FROM audit_events WHERE seal = 2 AND action = 'member.added'", "2 removed").await;
    // One that would go with its person, who is still there.
    Stand::tamper("DELETE FROM audit_events WHERE action = 'session.started'", "2 removed").await;
    Stand::tamper("UPDATE audit_events SET seal = NULL WHERE action = 'member.added'", "2 removed").await;
}

#[tokio::test]
async fn c41_an_inserted_entry_is_found() {
    let columns = "INSERT INTO audit_events (id, at, action, written, seal)";
    Stand::tamper(
        &format!("{columns} SELECT 'x', max(at), 'user.added', 0, 2 FROM audit_events WHERE seal = 2"),
        "2 inserted",
    )
    .await;
    Stand::tamper(&format!("{columns} VALUES ('x', 1, 'user.added', 0, 9)"), "3 inserted").await;
    // One that waits for its seal like an honest one, but says that it is older than what is complete.
    let stand = sealed().await;
    stand.statement(&format!("{columns} SELECT 'x', min(at), 'user.added', 0, NULL FROM audit_events")).await;
    assert_eq!(stand.seal().await, 1);
    assert_eq!(stand.wrong().await, "4 inserted");
}

#[tokio::test]
async fn c41_another_order_is_found() {
    Stand::tamper("UPDATE audit_events SET written = -written WHERE seal = 1", "1 reordered").await;
    Stand::tamper(
        "UPDATE audit_seals SET number = CASE number WHEN 2 THEN 12 ELSE number END WHERE number = 2",
        "2 removed",
    )
    .await;
    let stand = sealed().await;
    for sql in ["SET number = 9 WHERE number = 2", "SET number = 2 WHERE number = 3", "SET number = 3 WHERE number = 9"]
    {
        stand.statement(&format!("UPDATE audit_seals {sql}")).await;
    }
    assert_eq!(stand.wrong().await, "2 changed");
}

#[tokio::test]
async fn c41_a_seal_that_was_changed_removed_or_made_without_the_secret_is_found() {
    Stand::tamper("UPDATE audit_seals SET entries = entries || 'x' WHERE number = 2", "2 changed").await;
    Stand::tamper("UPDATE audit_seals SET complete_until = 0 WHERE number = 1", "1 changed").await;
    Stand::tamper("UPDATE audit_seals SET signature = link WHERE number = 2", "2 unsigned").await;
    Stand::tamper("DELETE FROM audit_seals WHERE number = 3", "3 removed").await;
    Stand::tamper("UPDATE audit_seals SET key_version = 9", "3 unsigned").await;
    // Nothing is sealed behind a seal that is not the server's.
    let stand = sealed().await;
    stand.statement("UPDATE audit_seals SET key_version = 9 WHERE number = 3").await;
    stand.user("late@example.com").await;
    assert!(stand.authority.seal_entries(stand.now()).await.is_err());
}

#[tokio::test]
async fn c41_a_tail_that_was_cut_off_is_found_by_a_head_that_was_kept() {
    let stand = sealed().await;
    let head = stand.verified().await.head;
    let met = async || stand.authority.verify_audit(None, Some(&head)).await.unwrap().met;
    assert!(met().await);
    stand.statement("DELETE FROM audit_events WHERE seal = 3").await;
    stand.statement("DELETE FROM audit_seals WHERE number = 3").await;
    stand.statement("UPDATE feeds SET position = 2 WHERE name = 'audit'").await;
    assert_eq!(stand.verified().await.wrong, None, "in itself what is left is sound");
    assert!(!met().await);
}

#[tokio::test]
async fn c41_erasing_a_person_leaves_the_chain_whole() {
    let stand = sealed().await;
    let before = stand.verified().await;
    stand.act(json!({"user_remove": {"user": "ada@example.com"}})).await;
    stand.seal().await;
    let after = stand.verified().await;
    assert_eq!(after.wrong, None);
    assert!(before.erased == 0 && after.erased > 0, "{after:?}");
    assert_eq!(stand.number("SELECT count(*) FROM audit_events WHERE address IS NOT NULL").await, 0);
    // Somebody else's entry is not among what may be missing.
    stand.statement("DELETE FROM audit_events WHERE action = 'resource.added'").await;
    assert_eq!(stand.wrong().await, "1 removed");
}

#[tokio::test]
async fn c41_a_long_trail_is_verified_in_steps() {
    let stand = Stand::new().await;
    for _ in 0..25 {
        stand
            .write(|tx| {
                Box::pin(async move {
                    tx.insert_audit_event(&AuditEvent::new("user.added", model::Timestamp::from_seconds(1_800_000_000)))
                        .await
                })
            })
            .await;
        stand.seal().await;
    }
    let first = stand.verified().await;
    let next = first.next.expect("more than one step");
    let second = stand.authority.verify_audit(Some(next), None).await.unwrap();
    assert_eq!((first.entries, second.entries, second.wrong, second.next), (20, 5, None, None));
}

#[tokio::test]
async fn c41_an_entry_of_a_release_that_knew_no_salt_gets_one() {
    let stand = Stand::new().await;
    let id = Id::<AuditEvent>::new(stand.now());
    let values = format!("('{id}', {}, 'user.added', '192.0.2.1', 0)", stand.now().as_micros());
    stand.statement(&format!("INSERT INTO audit_events (id, at, action, address, written) VALUES {values}")).await;
    assert_eq!(stand.seal().await, 1);
    assert_eq!(stand.number("SELECT count(*) FROM audit_events WHERE salt IS NULL").await, 0);
    assert_eq!(stand.verified().await.wrong, None);
}

/// The sealer's cost: whatever waits is sealed by a handful of statements together, and where nothing waits nothing is written.
#[tokio::test]
async fn sealing_writes_once_for_many_and_nothing_for_none() {
    let stand = Stand::new().await;
    stand.seal().await;
    let seals = async || stand.number("SELECT count(*) FROM audit_seals").await;
    let before = seals().await;
    stand
        .write(|tx| {
            Box::pin(async move {
                for _ in 0..700 {
                    tx.insert_audit_event(&AuditEvent::new(
                        "user.added",
                        model::Timestamp::from_seconds(1_800_000_000),
                    ))
                    .await?;
                }
                Ok(())
            })
        })
        .await;
    assert_eq!((stand.seal().await, seals().await - before), (700, 2));
    let leased = async || stand.number("SELECT leased_until FROM feeds WHERE name = 'audit'").await;
    let lease = leased().await;
    stand.clock.advance(Duration::from_secs(60));
    assert_eq!((stand.seal().await, seals().await - before, leased().await), (0, 2, lease));
    assert_eq!(stand.verified().await.wrong, None);
}

#[tokio::test]
async fn an_owner_reads_their_organisations_entries_and_a_person_their_own() {
    let stand = sealed().await;
    let ada = stand
        .authority
        .store()
        .read()
        .await
        .unwrap()
        .user_by_email(&model::Email::parse("ada@example.com").unwrap())
        .await;
    let ada = ada.unwrap().unwrap().id;
    stand.act(json!({"organization_add": {"slug": "other", "name": "Other"}})).await;
    stand.act(json!({"project_add": {"organization": "other", "slug": "secret", "name": "Secret"}})).await;
    let acme = stand.act(json!({"organization_show": {"organization": "acme"}})).await;
    let acme = Id::parse(acme["id"].as_str().unwrap()).unwrap();
    let actions = async |of| {
        let page = stand.authority.trail(&TrailFilter::all(of), 100).await.unwrap();
        page.entries.into_iter().map(|one| one.entry.action).collect::<Vec<_>>()
    };
    let mut organization = actions(TrailOf::Organization(acme)).await;
    assert_eq!(organization[..2], ["organization.disabled", "member.added"], "the newest first");
    organization.sort();
    assert_eq!(organization, ["member.added", "organization.added", "organization.disabled", "project.added"]);
    let mut own = actions(TrailOf::Person(ada)).await;
    own.sort();
    assert_eq!(own, ["member.added", "session.started", "user.added"]);
    let all = stand
        .act(json!({"audit_list": {"organization": null, "person": null, "action": "project", "since": null,
        "until": null, "before": null, "most": 1}}))
        .await;
    assert_eq!(all["entries"][0]["organization"], "other");
    assert_eq!(all["entries"][0]["by"], "operator");
    assert!(all["next"].is_string());
}

#[tokio::test]
async fn c41_a_purge_leaves_a_signed_checkpoint_and_the_chain_is_whole_behind_it() {
    let stand = sealed().await;
    let kept = stand.authority.settings().retention.audit;
    stand.clock.advance(kept.saturating_sub(Duration::from_secs(1800)));
    let (rehearsed, more) = stand.authority.rehearse_purge(stand.now()).await.unwrap();
    assert!(!more);
    let before = stand.number("SELECT count(*) FROM audit_events").await;
    let purged = stand.authority.run_janitor_once(stand.now()).await.unwrap();
    let gone = before - stand.number("SELECT count(*) FROM audit_events").await;
    assert!(gone > 0, "the two older seals are over age");
    assert_eq!(i64::try_from(purged.removed["audit_events"]).unwrap(), gone);
    assert_eq!(rehearsed.removed["audit_events"], purged.removed["audit_events"], "a rehearsal says what will be");
    let found = stand.verified().await;
    assert_eq!((found.wrong, found.entries), (None, 1));
    stand.clock.advance(kept);
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!(
        stand.number("SELECT count(*) FROM audit_seals").await,
        1,
        "the last one stays, for the next to stand on"
    );
    stand.user("late@example.com").await;
    stand.seal().await;
    assert_eq!(stand.verified().await.wrong, None);
    stand.statement("UPDATE audit_checkpoints SET signature = link").await;
    assert_eq!(stand.wrong().await, "2 unsigned");
    stand.statement("DELETE FROM audit_checkpoints").await;
    assert_eq!(stand.wrong().await, "2 unsigned");
}

#[tokio::test]
async fn c39_what_the_trail_says_of_a_deleted_organisation_goes_within_its_time() {
    let stand = sealed().await;
    stand.act(json!({"organization_remove": {"organization": "acme"}})).await;
    stand.seal().await;
    let of_it =
        "SELECT count(*) FROM audit_events WHERE organization_id IS NOT NULL AND action <> 'organization.removed'";
    stand.clock.advance(Duration::from_secs(13 * 24 * 3600));
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert!(stand.number(of_it).await > 0);
    stand.clock.advance(Duration::from_secs(24 * 3600));
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!(stand.number(of_it).await, 0);
    assert_eq!(stand.number("SELECT count(*) FROM audit_events WHERE action = 'organization.removed'").await, 1);
    stand.seal().await;
    let found = stand.verified().await;
    assert_eq!(found.wrong, None);
    assert!(found.erased > 0);
}
