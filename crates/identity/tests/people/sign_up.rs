//! Signing up.

use identity::account::{PasswordRefusal, SignUpRefusal, SignedIn};
use model::Role;

use crate::stand::{PASSWORD, Stand};

#[tokio::test]
async fn whoever_signs_up_is_signed_in_and_has_a_project() {
    let stand = Stand::new().await;
    let new = stand.sign_up(" Ada@Example.com", PASSWORD, Some("  Ada\n Lovelace ")).await.unwrap();
    assert_eq!((new.user.email.as_str(), new.user.name.as_deref()), ("ada@example.com", Some("Ada Lovelace")));
    assert!(new.user.email_verified_at.is_none());
    let SignedIn { session, user } =
        stand.authority.signed_in(Some(new.cookie.expose()), stand.now()).await.unwrap().unwrap();
    assert_eq!((session.id, user.id), (new.session.id, new.user.id));
    assert_eq!((session.amr.as_str(), session.user_agent.as_str()), ("pwd", "a browser of tests"));
    let projects = stand.authority.store().read().await.unwrap().projects_of_member(user.id).await.unwrap();
    assert_eq!(projects.len(), 1);
    let project = &projects[0];
    assert_eq!(
        (project.organization_name.as_str(), project.project.slug.as_str(), project.role),
        ("Ada Lovelace", "first-project", Role::Owner)
    );
}

#[tokio::test]
async fn namesakes_get_organisations_of_their_own() {
    let stand = Stand::new().await;
    for email in ["ada@example.com", "ada@example.org", "日@example.net", "!#@example.net"] {
        if let Err(refusal) = stand.sign_up(email, PASSWORD, None).await {
            assert_eq!((email, refusal), ("日@example.net", SignUpRefusal::Email));
        }
    }
    let organizations = stand.authority.store().read().await.unwrap().organizations().await.unwrap();
    let mut slugs: Vec<_> = organizations.iter().map(|organization| organization.slug.as_str()).collect();
    slugs.sort_unstable();
    assert!(slugs[0].starts_with("ada-") && slugs[1].starts_with("ada-") && slugs[0] != slugs[1], "{slugs:?}");
    assert!(slugs[2].starts_with("o-"), "{slugs:?}");
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused() {
    let stand = Stand::with(|settings| settings.sign_in_limits.per_address = 5).await;
    let sign_up = |email: &'static str, password: String| {
        let stand = &stand;
        async move { stand.sign_up(email, &password, None).await.map(|new| new.user.id) }
    };
    assert_eq!(sign_up("a@evil@ok.com", PASSWORD.into()).await, Err(SignUpRefusal::Email));
    assert_eq!(
        sign_up("a@ok.com", "x".repeat(11)).await,
        Err(SignUpRefusal::Password(PasswordRefusal::TooShort { least: 12 }))
    );
    assert_eq!(sign_up("a@ok.com", "x".repeat(257)).await, Err(SignUpRefusal::Password(PasswordRefusal::TooLong)));
    let longest = format!("{PASSWORD}{}", "x".repeat(256 - PASSWORD.len()));
    assert!(sign_up("a@ok.com", longest).await.is_ok());
    assert_eq!(sign_up("A@OK.com", PASSWORD.into()).await, Err(SignUpRefusal::Taken));
    assert!(sign_up("b@ok.com", PASSWORD.into()).await.is_ok());
    assert!(
        matches!(sign_up("c@ok.com", PASSWORD.into()).await, Err(SignUpRefusal::TooMany { .. })),
        "successes count too"
    );
}

#[tokio::test]
async fn only_one_of_many_at_once_gets_the_address() {
    let stand = Stand::new().await;
    let many: Vec<_> = (0..8).map(|_| stand.sign_up("a@ok.com", PASSWORD, None)).collect();
    let mut made = 0;
    for answer in futures(many).await {
        match answer {
            Ok(_) => made += 1,
            Err(refusal) => assert_eq!(refusal, SignUpRefusal::Taken),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn an_operator_decides_who_may() {
    let closed = Stand::with(|settings| settings.sign_up.enabled = false).await;
    assert_eq!(closed.sign_up("a@ok.com", PASSWORD, None).await.err(), Some(SignUpRefusal::Disabled));
    let bare = Stand::with(|settings| settings.sign_up.organization = false).await;
    bare.sign_up("a@ok.com", PASSWORD, None).await.unwrap();
    assert!(bare.authority.store().read().await.unwrap().organizations().await.unwrap().is_empty());
}

/// All of them, at the same time.
pub async fn futures<T, F: Future<Output = T>>(many: Vec<F>) -> Vec<T> {
    let mut many: Vec<_> = many.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = many.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (one, done) in many.iter_mut().zip(done.iter_mut()).filter(|(_, done)| done.is_none()) {
            if let std::task::Poll::Ready(value) = one.as_mut().poll(context) {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
