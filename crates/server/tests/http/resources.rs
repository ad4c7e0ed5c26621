//! Which resource is meant where a request names none.

use identity::admin::Act;

use crate::harness::{
    TestServer,
    seed::{RESOURCE, act, text},
};

#[tokio::test]
async fn where_several_could_be_meant_the_default_is_and_without_one_the_request_is_refused() {
    let server = TestServer::start().await;
    let copy = Act::ResourceAdd {
        id: Some("copy".into()),
        name: "Copy".into(),
        identifier: "https://copy.example.com/mcp".into(),
        scopes: vec!["issues:read=read:read issues".into()],
    };
    act(&server.authority, copy).await;
    let service = server.service();
    let ask = [("grant_type", "client_credentials"), ("scope", "issues:read")];
    let refused = service.token(&ask).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_target")));
    let default = |default| Act::ResourceChange { resource: "demo-api".into(), name: None, default, dry_run: false };
    act(&server.authority, default(Some(true))).await;
    let given = service.token(&ask).await.json();
    assert_eq!(server.api().introspect(&text(&given, "access_token")).await["aud"], RESOURCE);
}
