//! Whether this build has the fault points of `storage::fault`: only one with their feature does.

#[test]
fn fault_points_are_in_a_build_with_their_feature_and_in_no_other() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_lanyard")).unwrap();
    let named = binary.windows(18).any(|bytes| bytes == b"LANYARD_FAULT_FILE");
    assert_eq!(named, cfg!(feature = "fault-points"));
}
