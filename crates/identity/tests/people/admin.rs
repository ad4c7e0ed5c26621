//! The operator's acts: what they make, what they refuse and how they say it.

use model::{ClientId, SecretHash};
use serde_json::{Value, json};

use crate::stand::{PASSWORD, Stand};

#[tokio::test]
async fn organisations_and_projects_come_and_go_and_slugs_stay_given() {
    let stand = Stand::new().await;
    stand.acme().await;
    let shown = stand.act(json!({"organization_show": {"organization": "acme"}})).await;
    assert_eq!((&shown["name"], &shown["projects"][0]["slug"]), (&json!("Acme"), &json!("apollo")));
    assert_eq!(stand.act(json!({"organization_show": {"organization": shown["id"]}})).await, shown, "by id too");
    let add = json!({"organization_add": {"slug": "acme", "name": "Another"}});
    assert!(stand.refused(add.clone()).await.contains("never given again"));
    assert!(
        stand
            .refused(json!({"project_add": {"organization": "acme", "slug": "apollo", "name": "Again"}}))
            .await
            .contains("never given again")
    );
    assert!(stand.refused(json!({"organization_add": {"slug": "A b", "name": "x"}})).await.contains("no slug"));
    assert!(stand.refused(json!({"organization_add": {"slug": "x", "name": " "}})).await.contains("no name"));
    assert!(
        stand
            .refused(json!({"project_show": {"organization": "acme", "project": "gemini"}}))
            .await
            .contains("no project 'gemini'")
    );
    stand.act(json!({"project_remove": {"organization": "acme", "project": "apollo"}})).await;
    assert_eq!(stand.act(json!({"project_list": {"organization": null}})).await, json!({"projects": []}));
    stand.act(json!({"organization_remove": {"organization": "acme"}})).await;
    assert_eq!(stand.act(json!({"organization_list": {}})).await, json!({"organizations": []}));
    assert!(stand.refused(add).await.contains("never given again"), "nor after it was removed");
}

#[tokio::test]
async fn a_resource_shows_its_secret_once() {
    let stand = Stand::new().await;
    let add = |id: &str, identifier: &str| json!({"resource_add": {"id": id, "name": "API", "identifier": identifier, "scopes": ["a:read=read:read"]}});
    let made = stand.act(add("api", "https://api.example")).await;
    let secret = made["client_secret"].as_str().unwrap();
    assert!(secret.starts_with("lyd_cs_") && secret.len() == 50, "{}", secret.len());
    assert!(stand.act(json!({"resource_show": {"resource": "api"}})).await.get("client_secret").is_none());
    let stored = |stand: &Stand| {
        let store = stand.authority.store().clone();
        async move { store.read().await.unwrap().resources().await.unwrap()[0].secret_hash.clone() }
    };
    assert_eq!(stored(&stand).await, SecretHash::of(secret.as_bytes()));
    let renewed = stand.act(json!({"resource_new_secret": {"resource": "https://api.example"}})).await;
    assert_eq!(stored(&stand).await, SecretHash::of(renewed["client_secret"].as_str().unwrap().as_bytes()));
    assert!(stand.refused(add("api", "https://other.example")).await.contains("resource with this id"));
    assert!(stand.refused(add("other", "https://api.example")).await.contains("identifier https://api.example"));
    assert!(stand.refused(add("other", "not a url")).await.contains("cannot identify"));
    assert!(
        stand.act(json!({"resource_set_disabled": {"resource": "api", "disabled": true}})).await["disabled_at"]
            .is_i64()
    );
    stand.act(json!({"resource_remove": {"resource": "api"}})).await;
    assert!(stand.refused(add("api", "https://api.example")).await.contains("is, or was"));
}

fn client(change: &Value) -> Value {
    let mut client = json!({"name": "App", "kind": {"public": {}}, "redirect_uris": ["http://127.0.0.1/callback"]});
    client.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"client_add": client})
}

#[tokio::test]
async fn clients_of_every_kind() {
    let stand = Stand::new().await;
    stand.acme().await;
    let public = stand.act(client(&json!({}))).await;
    assert_eq!((&public["client_secret"], &public["token_endpoint_auth_method"]), (&Value::Null, &json!("none")));
    assert_eq!(public["grant_types"], json!(["authorization_code", "refresh_token"]));
    let web = stand
        .act(client(
            &json!({"id": "web", "kind": {"confidential": {}}, "profile": "oidc", "nonce_instead_of_pkce": true}),
        ))
        .await;
    assert_eq!((&web["profile"], &web["nonce_instead_of_pkce"]), (&json!("oidc"), &json!(true)));
    let stored = stand.authority.store().read().await.unwrap().client(&ClientId::new("web")).await.unwrap().unwrap();
    assert_eq!(stored.secret_hash, Some(SecretHash::of(web["client_secret"].as_str().unwrap().as_bytes())));
    let keyed = json!({"private_key_jwt": {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]}, "jwks_uri": null}});
    let service = stand
        .act(client(&json!({"id": "service", "kind": keyed, "redirect_uris": [], "grant_types": ["client_credentials"], "scope": "issues:read",
            "home": {"organization": "acme", "project": "apollo"}})))
        .await;
    assert_eq!((&service["redirect_uris"], &service["client_secret"]), (&json!([]), &Value::Null));
    assert!(service["organization_id"].is_string() && service["project_id"].is_string());
    let own = stand.act(client(&json!({"id": "own", "first_party": true, "scope": "issues:read issues:write"}))).await;
    assert_eq!((&own["first_party"], &own["scope"]), (&json!(true), &json!("issues:read issues:write")));

    let renewed = stand.act(json!({"client_new_secret": {"client": "web"}})).await;
    assert_ne!(renewed["client_secret"], web["client_secret"]);
    assert!(stand.refused(json!({"client_new_secret": {"client": "own"}})).await.contains("without a secret"));
    assert!(
        stand.act(json!({"client_set_disabled": {"client": "web", "disabled": true}})).await["disabled_at"].is_i64()
    );
    stand.act(json!({"client_remove": {"client": "web"}})).await;
    assert!(stand.refused(json!({"client_show": {"client": "web"}})).await.contains("no client"));
    assert!(stand.refused(client(&json!({"id": "web"}))).await.contains("never given again"));
}

#[tokio::test]
async fn clients_that_cannot_be() {
    let stand = Stand::new().await;
    stand.acme().await;
    let home = json!({"organization": "acme", "project": "apollo"});
    for (change, says) in [
        (json!({"scope": "issues:read issues:write"}), "first-party"),
        (json!({"kind": {"confidential": {}}, "scope": "issues:write"}), "first-party"),
        (json!({"scope": "issues:reed"}), "no resource has"),
        (json!({"redirect_uris": []}), "needs a redirect URI"),
        (json!({"redirect_uris": ["http://app.example/cb"]}), "cannot be"),
        (json!({"redirect_uris": ["https://app.example/*"]}), "cannot be"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "cannot be"),
        (json!({"id": "https://app.example/client"}), "cannot be an id"),
        (json!({"name": "\n"}), "no name"),
        (json!({"grant_types": ["password"]}), "not offered"),
        (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device"]}), "not offered"),
        (json!({"grant_types": ["device_code"]}), "with authorization_code only"),
        (json!({"grant_types": ["refresh_token"], "redirect_uris": []}), "goes with authorization_code"),
        (json!({"grant_types": ["client_credentials"], "redirect_uris": [], "home": home}), "prove who it is"),
        (
            json!({"grant_types": ["client_credentials"], "redirect_uris": [], "kind": {"confidential": {}}}),
            "whose data",
        ),
        (
            json!({"grant_types": ["client_credentials"], "kind": {"confidential": {}}, "home": home}),
            "of use with authorization_code",
        ),
        (json!({"home": home}), "for client_credentials only"),
        (json!({"nonce_instead_of_pkce": true}), "confidential"),
        (json!({"kind": {"private_key_jwt": {"jwks": null, "jwks_uri": null}}}), "needs jwks"),
        (
            json!({"kind": {"private_key_jwt": {"jwks": {"keys": [{"kty": "oct", "k": "x"}]}, "jwks_uri": null}}}),
            "public keys only",
        ),
        (
            json!({"kind": {"private_key_jwt": {"jwks": {"keys": [{"kty": "EC"}]}, "jwks_uri": "https://app.example/jwks"}}}),
            "exclude",
        ),
        (json!({"id_token_signed_response_alg": "none"}), "not supported"),
    ] {
        let message = stand.refused(client(&change)).await;
        assert!(message.contains(says), "{change}: {message}");
    }
    assert_eq!(
        stand.act(json!({"client_list": {}})).await["clients"].as_array().unwrap().len(),
        1,
        "nothing was made on the way"
    );
}

#[tokio::test]
async fn users_by_the_operator() {
    let stand = Stand::new().await;
    let add = |email: &str, password: Option<&str>| json!({"user_add": {"email": email, "name": "A", "password": password, "email_verified": false}});
    let user = stand.act(add("A@example.com", Some(PASSWORD))).await;
    assert_eq!(
        (&user["email"], &user["has_password"], &user["email_verified_at"]),
        (&json!("a@example.com"), &json!(true), &Value::Null)
    );
    assert!(stand.sign_in("a@example.com", PASSWORD).await.is_ok());
    assert!(stand.refused(add("a@EXAMPLE.com", None)).await.contains("has an account already"));
    assert!(stand.refused(add("b@example.com", Some("too short"))).await.contains("12 characters"));
    assert!(stand.refused(add("b", None)).await.contains("no e-mail address"));
    assert_eq!(stand.act(json!({"user_show": {"user": user["id"]}})).await["memberships"], json!([]));
    stand.act(json!({"user_remove": {"user": "a@example.com"}})).await;
    assert!(stand.refused(json!({"user_show": {"user": "a@example.com"}})).await.contains("no user"));
}

#[tokio::test]
async fn an_operator_gives_another_password() {
    let stand = Stand::new().await;
    stand.acme().await;
    let user = stand.member("one@example.com", "member").await;
    let session = stand.sign_in("one@example.com", PASSWORD).await.unwrap().session;
    let (grant, _) = stand.connect(user).await;
    let set = |password: Option<&str>, end: bool| json!({"user_set_password": {"user": "one@example.com", "password": password, "end_connections": end}});

    assert!(stand.refused(set(Some("too short"), true)).await.contains("12 characters"));
    assert!(stand.sign_in("one@example.com", PASSWORD).await.is_ok(), "nothing was changed");

    let changed = stand.act(set(Some("another pass phrase"), false)).await;
    assert_eq!((&changed["sessions_ended"], &changed["connections_ended"]), (&json!(2), &json!(0)));
    assert!(changed.get("password").is_none(), "what was typed is not shown");
    assert!(stand.sign_in("one@example.com", PASSWORD).await.is_err());
    assert!(stand.sign_in("one@example.com", "another pass phrase").await.is_ok());
    let ended = stand.authority.store().read().await.unwrap().live_session(session.id, stand.now()).await.unwrap();
    assert!(ended.is_none());
    assert_eq!(stand.ended(grant).await, None);

    let made = stand.act(set(None, true)).await;
    assert_eq!(made["connections_ended"], json!(1));
    assert_eq!(stand.ended(grant).await.as_deref(), Some("password_set"));
    assert!(stand.sign_in("one@example.com", made["password"].as_str().unwrap()).await.is_ok());
    let nobody = json!({"user_set_password": {"user": "two@example.com", "password": null, "end_connections": false}});
    assert!(stand.refused(nobody).await.contains("no user"));
}

#[tokio::test]
async fn a_password_does_not_print() {
    let act: identity::admin::Act = serde_json::from_value(
        json!({"user_add": {"email": "a@b.cd", "name": null, "password": PASSWORD, "email_verified": false}}),
    )
    .unwrap();
    assert!(!format!("{act:?}").contains(PASSWORD));
}
