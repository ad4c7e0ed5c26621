//! People who come from elsewhere with the hashes of their passwords.

use std::time::Duration;

use identity::account::SignInRefusal;
use serde_json::{Value, json};

use crate::stand::Stand;

/// What was hashed elsewhere, by other programs than ours.
const OLD: &str = "Zoë's old pässword";
const HASHES: [(&str, &str); 9] = [
    ("bcrypt-2b", "$2b$04$OEoNkWexyfx0o.0trklCSeLECaBZcyYBm0ij61dsyBomDZBPhS63i"),
    ("bcrypt-2a", "$2a$04$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6"),
    ("bcrypt-2y", "$2y$04$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6"),
    ("scrypt", "$scrypt$ln=10,r=8,p=2$c2FsdCBmcm9tIHRoZXJl$3vpZsfDo/3/61ETqYYRDRHjILG1I11dGtVxFWJlp+5E"),
    ("pbkdf2-sha256", "$pbkdf2-sha256$i=1000$c2FsdCBmcm9tIHRoZXJl$AU+XhcnD8USsj1n4hO3W7jec2TklPDdvfdO06OXqTgc"),
    (
        "pbkdf2-sha512",
        "$pbkdf2-sha512$i=1000,l=64$c2FsdCBmcm9tIHRoZXJl$f9Sh+K+8ALz/8IsNtMjNkNRxwIkjHA0/IZRExw5DPROQX+kPb8PA81LWbWV7DM05l53g8GWRv82vGOD/W+UCbg",
    ),
    ("argon2i", "$argon2i$v=19$m=64,t=2,p=1$c2FsdCBmcm9tIHRoZXJl$brBXtTNLQmBe7NcGxojn18akcl4PDxCN7oGJVuyPg3w"),
    ("argon2id", "$argon2id$v=19$m=64,t=2,p=1$c2FsdCBmcm9tIHRoZXJl$TlZNn6w1LNdEq6T4CKl0O/YTaDcGlkWihs/7RthlB+Y"),
    ("argon2d", "$argon2d$v=19$m=64,t=2,p=1$c2FsdCBmcm9tIHRoZXJl$W2ZlsaZzTLq1//gEv6PEfjyhBVnEcL2UtcMXqb0BQf8"),
];
/// What Firebase's own documentation of its scrypt shows: the password is `user1password`.
const FIREBASE: &str = r#"{
    "hash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
    "salt": "42xEC+ixf3L2lw==", "salt_separator": "Bw==", "rounds": 8, "mem_cost": 14,
    "signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
}"#;

async fn import(stand: &Stand, dry_run: bool, lines: &[Value]) -> Vec<(u64, String, String)> {
    let lines: Vec<Value> = lines
        .iter()
        .zip(1..)
        .map(|(line, number)| json!({"number": number, "text": line.as_str().map_or_else(|| line.to_string(), str::to_owned)}))
        .collect();
    let report = stand.act(json!({"user_import": {"lines": lines, "dry_run": dry_run}})).await;
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    report["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), word(line, "outcome"), word(line, "why")))
        .collect()
}

async fn stored(stand: &Stand, email: &str) -> String {
    let email = model::Email::parse(email).unwrap();
    let user = stand.authority.store().read().await.unwrap().user_by_email(&email).await.unwrap().unwrap();
    user.password_hash.unwrap().expose().to_owned()
}

async fn slowest(stand: &Stand) -> Option<Duration> {
    stand.authority.store().read().await.unwrap().slowest_imported_password().await.unwrap()
}

#[tokio::test]
async fn whoever_comes_with_a_hash_signs_in_and_the_hash_becomes_ours() {
    let stand = Stand::new().await;
    let mut lines: Vec<Value> = HASHES
        .iter()
        .map(|(scheme, hash)| json!({"email": format!("{scheme}@example.com"), "email_verified": true, "password_hash": hash}))
        .collect();
    let firebase: Value = serde_json::from_str(FIREBASE).unwrap();
    lines.push(json!({"email": "firebase@example.com", "password_hash": firebase}));
    for (line, outcome, why) in import(&stand, false, &lines).await {
        assert_eq!(outcome, "imported", "line {line}: {why}");
    }
    assert!(!stored(&stand, "firebase@example.com").await.contains("jxspr8Ki"), "the project's key is not kept");
    let people = HASHES.map(|(scheme, _)| (format!("{scheme}@example.com"), OLD));
    for (email, password) in people.into_iter().chain([("firebase@example.com".to_owned(), "user1password")]) {
        let before = stored(&stand, &email).await;
        let wrong = stand.sign_in(&email, "another password");
        assert_eq!(wrong_after(&stand, wrong).await, Err(SignInRefusal::Wrong), "{email}");
        assert_eq!(stored(&stand, &email).await, before, "a wrong password changes nothing");
        let signed_in = stand.sign_in(&email, password).await;
        assert!(signed_in.is_ok(), "{email}");
        let ours = stored(&stand, &email).await;
        assert!(ours.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{email}: {ours}");
        assert!(stand.sign_in(&email, password).await.is_ok(), "{email}: with our own hash");
    }
    assert_eq!(slowest(&stand).await, None, "the last one is ours");
    assert_eq!(
        stand.sign_in("nobody@example.com", OLD).await.map(|new| new.user.id),
        Err(SignInRefusal::Wrong),
        "and nobody waits any more"
    );
}

/// Moves the clock on for as long as the attempt waits for it.
async fn wrong_after(
    stand: &Stand,
    attempt: impl Future<Output = Result<identity::account::NewSession, SignInRefusal>>,
) -> Result<model::Id<model::User>, SignInRefusal> {
    let mut attempt = std::pin::pin!(attempt);
    loop {
        tokio::select! {
            done = &mut attempt => return done.map(|new| new.user.id),
            () = tokio::time::sleep(Duration::from_millis(20)) => stand.clock.advance(Duration::from_millis(500)),
        }
    }
}

#[tokio::test]
async fn c07_a_failed_sign_in_waits_as_long_as_the_slowest_imported_hash_takes() {
    let stand = Stand::with(|settings| settings.password.imported_delay = Duration::from_secs(4)).await;
    let user = stand.user("ours@example.com").await;
    assert_eq!(stand.sign_in("ours@example.com", "wrong").await.map(|new| new.user.id), Err(SignInRefusal::Wrong));
    let costly = "$2b$14$OEoNkWexyfx0o.0trklCSeLECaBZcyYBm0ij61dsyBomDZBPhS63i";
    let lines = [("bcrypt@example.com", HASHES[0].1), ("costly@example.com", costly)]
        .map(|(email, hash)| json!({"email": email, "password_hash": hash}));
    import(&stand, false, &lines).await;
    stand.user("disabled@example.com").await;
    stand.act(json!({"user_set_disabled": {"user": "disabled@example.com", "disabled": true}})).await;
    for email in ["ours@example.com", "bcrypt@example.com", "disabled@example.com", "missing@example.com", "no address"]
    {
        let mut attempt = std::pin::pin!(stand.sign_in(email, "a wrong password"));
        // Long enough for all that has to be done; a wait that is too short would end in it.
        for moved in [Duration::ZERO, Duration::from_millis(3999)] {
            stand.clock.advance(moved);
            let early = tokio::time::timeout(Duration::from_millis(300), &mut attempt).await;
            let early = early.map(|done| done.map(|new| new.user.id));
            assert!(early.is_err(), "{email}: {early:?}");
        }
        stand.clock.advance(Duration::from_millis(1));
        let done = tokio::time::timeout(Duration::from_secs(30), attempt).await.expect("no answer");
        assert_eq!(done.map(|new| new.user.id), Err(SignInRefusal::Wrong), "{email}");
    }
    assert_eq!(stand.sign_in("ours@example.com", crate::stand::PASSWORD).await.map(|new| new.user.id), Ok(user));
    let half = slowest(&stand).await.unwrap();
    assert!(half <= Duration::from_secs(2), "{half:?}");
}

#[tokio::test]
async fn an_import_says_what_would_come_of_it_and_does_it_once() {
    let stand = Stand::new().await;
    stand.acme().await;
    stand.user("here@example.com").await;
    let before = stored(&stand, "here@example.com").await;
    let lines = [
        json!({"email": "Ada@example.com", "name": "Ada", "email_verified": true, "organization": "acme", "role": "admin"}),
        json!({"email": "here@example.com", "password_hash": HASHES[0].1, "organization": "acme"}),
        json!({"email": "bob@example.com", "organization": "nowhere"}),
        json!("not JSON"),
        json!({"email": "cat@example.com", "password_hash": "md5"}),
        json!({"email": "dan@example.com", "password_hash": HASHES[0].1}),
        json!({"email": "DAN@example.com"}),
    ];
    let outcomes = |report: &[(u64, String, String)]| {
        report.iter().map(|(line, outcome, _)| format!("{line} {outcome}")).collect::<Vec<_>>().join(", ")
    };
    let would = import(&stand, true, &lines).await;
    assert_eq!(
        outcomes(&would),
        "1 imported, 2 exists, 3 refused, 4 refused, 5 refused, 6 imported, 7 imported",
        "the command tells a repeated address"
    );
    assert!(would[2].2.contains("no organisation 'nowhere'"), "{}", would[2].2);
    assert!(would.iter().all(|(_, _, why)| !why.contains("md5") && !why.contains("not JSON")), "{would:?}");
    assert!(stand.refused(json!({"user_show": {"user": "ada@example.com"}})).await.contains("no user"));

    let done = import(&stand, false, &lines).await;
    assert_eq!(outcomes(&done), "1 imported, 2 exists, 3 refused, 4 refused, 5 refused, 6 imported, 7 exists");
    let ada = stand.act(json!({"user_show": {"user": "ada@example.com"}})).await;
    assert_eq!(ada["memberships"], json!([{"organization": "acme", "role": "admin"}]));
    assert_eq!((ada["name"].as_str(), ada["has_password"].as_bool()), (Some("Ada"), Some(false)));
    assert!(ada["email_verified_at"].is_number());
    let dan = stand.act(json!({"user_show": {"user": "dan@example.com"}})).await;
    assert!(dan["email_verified_at"].is_null());
    assert_eq!(stored(&stand, "here@example.com").await, before, "who is here stays as they are");
    let here = stand.act(json!({"user_show": {"user": "here@example.com"}})).await;
    assert_eq!(here["memberships"], json!([]));

    let again = import(&stand, false, &lines).await;
    assert_eq!(outcomes(&again), "1 exists, 2 exists, 3 refused, 4 refused, 5 refused, 6 exists, 7 exists");
}

#[tokio::test]
async fn what_was_typed_elsewhere_is_compared_as_it_was_typed() {
    let stand = Stand::new().await;
    let ligature = "$argon2id$v=19$m=64,t=2,p=1$c2FsdCBmcm9tIHRoZXJl$5hyIDkAM3hEOqfCcoIIw59VxvcwKocNIGvHQ3RZnVp8";
    let long = "$2b$04$68aG4be4v9X6C8mUxezWQe44nfehI9V5IXujk2N.5nD.nFJPYxTsa";
    let lines = [("a@example.com", ligature), ("b@example.com", long)]
        .map(|(email, hash)| json!({"email": email, "password_hash": hash}));
    import(&stand, false, &lines).await;
    assert!(stand.sign_in("a@example.com", "\u{fb01}ne old password").await.is_ok());
    assert!(stand.sign_in("a@example.com", "fine old password").await.is_ok(), "our own hash is of the normal form");
    let typed = format!("{}z", "y".repeat(72));
    assert!(stand.sign_in("b@example.com", &typed).await.is_ok(), "bcrypt looks at 72 bytes");
    assert_eq!(
        stand.sign_in("b@example.com", &"y".repeat(72)).await.map(|new| new.user.id),
        Err(SignInRefusal::Wrong),
        "our own hash looks at all of them"
    );
}
