//! The cases that docs/families.md tells, one by one.

use model::ServerSecrets;

use crate::{
    pair::Pair,
    reference::{ACCESS, SECOND, SHIPPED, Settings, Verdict},
};

/// FT-09: recovered, and then the superseded successor kills.
#[test]
fn a_superseded_successor_is_a_stale_copy() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    pair.now += 60 * SECOND;
    let recovered = pair.refresh(0);
    assert_eq!((recovered.verdict, recovered.token), (Verdict::Recover, Some(2)));
    assert_eq!(pair.refresh(1).verdict, Verdict::Reuse);
    assert_eq!(pair.refresh(2).verdict, Verdict::Dead);
}

/// FT-23: the answer of a recovery is lost as well, and the next day that of another.
#[test]
fn a_lost_recovery_is_recovered() {
    let mut pair = Pair::new(SHIPPED);
    for day in 0..6 {
        pair.now += 86400 * SECOND;
        assert_eq!(pair.refresh(0).verdict, if day == 0 { Verdict::Rotate } else { Verdict::Recover });
    }
    assert_eq!(pair.family.repeat_streak, 1, "one generation that was repeated, however often");
}

/// FT-13: with a limit of three, the fourth repeat in a row revokes; a generation without a repeat begins anew.
#[test]
fn the_repeat_after_the_limit_revokes() {
    let mut pair = Pair::new(Settings { limit: 3, ..SHIPPED });
    let round = |pair: &mut Pair, repeat: bool| {
        let head = pair.issued.len() - 1;
        assert_eq!(pair.refresh(head).verdict, Verdict::Rotate);
        let verdict = repeat.then(|| pair.refresh(head).verdict);
        pair.now += 31 * SECOND;
        verdict
    };
    for repeat in [true, true, false, true, true, true] {
        assert_eq!(round(&mut pair, repeat), repeat.then_some(Verdict::Retry));
    }
    assert_eq!(round(&mut pair, true), Some(Verdict::Reuse));
}

/// Retries keep a window open, but not beyond the access token that they would answer with.
#[test]
fn a_window_does_not_outlive_its_access_token() {
    let retried = |last: i64| {
        let mut pair = Pair::new(SHIPPED);
        assert_eq!(pair.refresh(0).verdict, Verdict::Rotate);
        let begin = pair.now;
        for second in (25..900).step_by(25) {
            pair.now = begin + second * SECOND;
            assert_eq!(pair.refresh(0).verdict, Verdict::Retry, "{second} s");
        }
        pair.now = begin + last;
        pair
    };
    assert_eq!(retried(ACCESS - 1).refresh(0).verdict, Verdict::Retry);
    assert_eq!(retried(ACCESS).refresh(0).verdict, Verdict::Recover);
    assert_eq!(retried(ACCESS).refresh(1).verdict, Verdict::Rotate);
}

/// `retry_window = 0`: every use rotates, every repeat revokes.
#[test]
fn the_strict_rule_forgives_nothing() {
    let mut pair = Pair::new(Settings { w1: 0, ..SHIPPED });
    assert_eq!(pair.refresh(0).verdict, Verdict::Rotate);
    assert_eq!(pair.refresh(1).verdict, Verdict::Rotate);
    assert_eq!(pair.refresh(1).verdict, Verdict::Reuse);
}

/// FT-19: a backup knows an older generation than the client does; it is nobody's theft, and it ends.
#[test]
fn a_token_from_the_future_is_a_restored_backup() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    let (backup, reference) = (pair.family.clone(), pair.reference.clone());
    pair.now += 60 * SECOND;
    pair.refresh(1);
    (pair.family, pair.reference) = (backup, reference);
    assert_eq!(pair.refresh(2).verdict, Verdict::RolledBack);
    assert_eq!(pair.refresh(1).verdict, Verdict::Dead);
}

/// A copy of the row and an old token give no token without the server's secret.
#[test]
fn another_servers_secret_leads_nowhere() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    let other = ServerSecrets::new([(1, [8; 32])]).unwrap();
    assert!(pair.family.head(&pair.issued[0].secret, &other).is_none());
    let gone = ServerSecrets::new([(2, [7; 32])]).unwrap();
    assert!(pair.family.head(&pair.issued[0].secret, &gone).is_none());
    assert!(pair.family.head(&pair.issued[0].secret, &pair.secrets).is_some());
}
