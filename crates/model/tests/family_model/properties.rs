//! What holds whatever happens, in whatever order.

use proptest::prelude::*;

use crate::{
    pair::Pair,
    reference::{SECOND, SHIPPED, Settings, Verdict},
};

/// What may happen to a family.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The token that many before the newest is presented.
    Refresh(usize),
    /// The present access token is used.
    See,
    /// Microseconds pass, or a clock is set back by them.
    Clock(i64),
    Revoke,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let waits = prop::sample::select(vec![
        1,
        SECOND,
        29 * SECOND,
        30 * SECOND,
        30 * SECOND + 1,
        60 * SECOND,
        899 * SECOND,
        900 * SECOND,
        3600 * SECOND,
        86400 * SECOND,
        7 * 86400 * SECOND,
        7 * 86400 * SECOND + 1,
    ]);
    let act = prop_oneof![
        12 => prop_oneof![6 => Just(0usize), 6 => Just(1usize), 1 => 2usize..9].prop_map(Act::Refresh),
        4 => Just(Act::See),
        6 => waits.clone().prop_map(Act::Clock),
        2 => waits.prop_map(|wait| Act::Clock(-wait.min(90 * SECOND))),
        1 => prop::bool::weighted(0.1).prop_map(|revoke| if revoke { Act::Revoke } else { Act::See }),
    ];
    prop::collection::vec(act, 1..120)
}

fn settings() -> impl Strategy<Value = Settings> {
    let windows = prop_oneof![8 => Just(30 * SECOND), 1 => Just(0), 1 => Just(5 * SECOND)];
    let limits = prop_oneof![3 => Just(0u32), 1 => 1u32..5];
    (windows, limits).prop_map(|(w1, limit)| Settings { w1, w2: 7 * 86400 * SECOND, limit, idle: 30 * 86400 * SECOND })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same meanings, the same rows, at most one head, and nothing but the dead stays answered after an end.
    #[test]
    fn a_family_is_what_the_reference_says(settings in settings(), acts in acts()) {
        let mut pair = Pair::new(settings);
        for act in acts {
            match act {
                Act::Refresh(back) => {
                    let token = pair.issued.len().saturating_sub(1 + back);
                    pair.refresh(token);
                }
                Act::See => {
                    pair.see();
                }
                Act::Clock(by) => pair.now += by,
                Act::Revoke => pair.end(),
            }
            prop_assert!(pair.heads() <= 1);
            prop_assert!(pair.reference.access.len() <= 2, "tokens of two generations at the most");
            if pair.reference.revoked {
                prop_assert_eq!(pair.heads(), 0);
                prop_assert!(pair.reference.access.is_empty());
            }
        }
    }

    /// Retrying: the same token within the window of its answer brings the same pair byte for byte, however often, in
    /// whatever mixture with the new one, and whether or not the new one was used.
    #[test]
    fn the_same_predecessor_brings_the_same_pair(rotations in 1usize..6, tries in prop::collection::vec((any::<bool>(), any::<bool>(), 0i64..=3), 1..10)) {
        let mut pair = Pair::new(SHIPPED);
        for _ in 0..rotations {
            let head = pair.issued.len() - 1;
            let first = pair.refresh(head);
            prop_assert_eq!(first.verdict, Verdict::Rotate);
            for (with_new, seen, wait) in &tries {
                pair.now += wait * SECOND;
                if *seen {
                    pair.see();
                }
                let again = pair.refresh(if *with_new { head + 1 } else { head });
                prop_assert!(matches!(again.verdict, Verdict::Retry | Verdict::Again));
                prop_assert!(again.token == first.token && again.access == first.access);
            }
            pair.now += 31 * SECOND;
        }
    }

    /// One process that stores before it uses and retries with what it holds is never refused, whatever answers are lost,
    /// however long it waits short of the recovery window and the idle expiry.
    #[test]
    fn one_honest_process_is_never_refused(steps in prop::collection::vec((prop::sample::select(vec![0, 1, 10, 30, 31, 600, 900, 3600, 86400, 6 * 86400]), any::<bool>(), any::<bool>()), 1..60)) {
        let mut pair = Pair::new(SHIPPED);
        let mut held = 0;
        for (wait, lost, used) in steps {
            pair.now += wait * SECOND;
            let answer = pair.refresh(held);
            prop_assert!(answer.token.is_some(), "refused: {:?}", answer.verdict);
            if lost {
                continue;
            }
            held = answer.token.unwrap();
            if used {
                prop_assert!(pair.see(), "the access token that was just answered works");
            }
        }
    }

    /// A copy that comes back after its successor was used and the window is over ends the family, for everybody.
    #[test]
    fn a_stale_copy_ends_the_family_once_both_were_used(rotations in 1usize..8, stale_by in 1usize..8, wait in 31i64..86400, by_refresh in any::<bool>()) {
        let mut pair = Pair::new(SHIPPED);
        for _ in 0..rotations {
            let head = pair.issued.len() - 1;
            prop_assert_eq!(pair.refresh(head).verdict, Verdict::Rotate);
            pair.now += 31 * SECOND;
        }
        if by_refresh {
            // The head is presented itself, and so rotates: the copy is older by one more.
            prop_assert_eq!(pair.refresh(rotations).verdict, Verdict::Rotate);
        } else {
            pair.now -= 31 * SECOND;
            prop_assert!(pair.see());
        }
        pair.now += wait * SECOND;
        let copy = rotations.saturating_sub(stale_by);
        prop_assert!(copy < rotations);
        prop_assert_eq!(pair.refresh(copy).verdict, Verdict::Reuse);
        for token in 0..pair.issued.len() {
            prop_assert_eq!(pair.refresh(token).verdict, Verdict::Dead);
        }
    }
}
