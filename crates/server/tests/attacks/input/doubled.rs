//! V-07: every parameter of every form, doubled. /authorize stands in `browser::doubled`.

use serde_json::{Value, json};

use crate::{
    browser::flow::csrf,
    clients::wire::{basic, error, form},
    harness::{Answer, TestServer, browser::encode},
    routes::ROUTES,
};

/// The forms of clients and of resource servers, whole: every parameter that these endpoints know.
const FORMS: [(&str, &[(&str, &str)]); 7] = [
    (
        "/token",
        &[
            ("grant_type", "authorization_code"),
            ("code", "lyd_ac_x"),
            ("redirect_uri", "http://127.0.0.1:4711/callback"),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ("client_id", "demo-cli"),
        ],
    ),
    (
        "/token",
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", "lyd_rt_x"),
            ("scope", "issues:read"),
            ("client_id", "demo-app"),
            ("client_secret", "x"),
        ],
    ),
    (
        "/token",
        &[
            ("grant_type", "client_credentials"),
            ("scope", "issues:read"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", "e30.e30.e30"),
        ],
    ),
    (
        "/token",
        &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", "lyd_dc_x"),
            ("client_id", "demo-cli"),
        ],
    ),
    ("/device_authorization", &[("scope", "issues:read"), ("client_id", "demo-device")]),
    (
        "/introspect",
        &[("token", "x"), ("token_type_hint", "access_token"), ("client_id", "demo-api"), ("client_secret", "x")],
    ),
    (
        "/revoke",
        &[("token", "x"), ("token_type_hint", "access_token"), ("client_id", "demo-app"), ("client_secret", "x")],
    ),
];

#[tokio::test]
async fn v07_every_parameter_of_clients_doubled_in_the_body_or_in_the_address_is_refused() {
    let server = TestServer::start().await;
    for (path, fields) in FORMS {
        for (name, value) in fields {
            for second in [*value, "another", ""] {
                for body in [
                    format!("{}&{name}={second}", encode(fields)),
                    format!("{name}={second}&{}", encode(fields)),
                    // The same name in another spelling.
                    format!("{}&%{:02x}{}={second}", encode(fields), name.as_bytes()[0], &name[1..]),
                ] {
                    let answer = form(&server, path, &[], &body).await;
                    assert_eq!(
                        (answer.status.as_u16(), error(&answer).as_str()),
                        (400, "invalid_request"),
                        "{path} {body}"
                    );
                }
                let query = encode(&[(name, second)]);
                let both = form(&server, &format!("{path}?{query}"), &[], &encode(fields)).await;
                assert_eq!((both.status.as_u16(), error(&both).as_str()), (400, "invalid_request"), "{path}?{query}");
            }
            let rest: Vec<(&str, &str)> = fields.iter().filter(|(other, _)| other != name).copied().collect();
            let moved = form(&server, &format!("{path}?{}", encode(&[(name, value)])), &[], &encode(&rest)).await;
            assert_eq!(
                (moved.status.as_u16(), error(&moved).as_str()),
                (400, "invalid_request"),
                "{path}: {name} moved"
            );
        }
    }
}

#[tokio::test]
async fn v07_every_field_of_our_own_forms_doubled_is_refused_and_what_the_address_says_is_not_read() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let proof = csrf(&browser).await;
    let forms = ROUTES.iter().filter(|route| {
        route.method == "POST"
            // The management API reads JSON, and a token instead of a cookie.
            && !route.path.starts_with("/api/")
            && ![
                "/token",
                "/device_authorization",
                "/introspect",
                "/introspect/batch",
                "/revoke",
                "/register",
                "/userinfo",
                "/authorize",
            ]
            .contains(&route.path)
    });
    for route in forms {
        let path = route.path.replace("{id}", "0");
        let fields = [route.fields, &[("csrf", proof.as_str())]].concat();
        for (name, value) in &fields {
            for second in [*value, "another", ""] {
                let doubled = [fields.as_slice(), &[(name, second)]].concat();
                let answer = browser.post(&path, &doubled).await;
                assert_eq!(answer.status, 400, "{path}: {name} twice: {}", answer.body);
                assert_eq!(answer.location(), None, "{path}: {name} twice");
            }
        }
        // The proof counts in the body alone.
        let query = encode(&[("csrf", proof.as_str())]);
        let moved = browser.post(&format!("{path}?{query}"), route.fields).await;
        assert_eq!(moved.status, 403, "{path}: the proof in the address");
    }
    let body = [("csrf", proof.as_str()), ("email", "member@example.com"), ("password", "wrong")];
    let query = encode(&[("email", "owner@example.com"), ("password", crate::harness::PASSWORD)]);
    assert_eq!(browser.post(&format!("/sign-in?{query}"), &body).await.status, 422, "the body alone is read");
    assert_eq!(browser.get("/connections").await.status, 200, "and nobody else is signed in");
}

#[tokio::test]
async fn v07_every_parameter_of_our_pages_doubled_in_the_address_shows_no_running_request() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let id = crate::browser::flow::begin(&browser, &server.cli().authorize(&[])).await;
    for path in ["/sign-in", "/sign-up"] {
        for (name, value) in [("authorization", id.as_str()), ("account", "another")] {
            for second in [value, "x", ""] {
                let doubled = encode(&[(name, value), (name, second)]);
                let answer = browser.get(&format!("{path}?{doubled}")).await;
                assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{path}?{doubled}");
            }
        }
    }
    let member = server.signed_in().await;
    for doubled in ["disconnected=0&disconnected=0", "disconnected=%ff", "x=1&x=2"] {
        assert_eq!(member.get(&format!("/connections?{doubled}")).await.status, 200, "{doubled} means nothing");
    }
}

#[tokio::test]
async fn v07_every_member_of_a_registration_doubled_is_refused() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "100000/1m")]).await;
    let whole = json!({
        "redirect_uris": ["https://tool.example.com/callback"], "client_name": "Tool", "client_uri": "https://tool.example.com/",
        "logo_uri": "https://tool.example.com/l", "tos_uri": "https://tool.example.com/t",
        "policy_uri": "https://tool.example.com/p", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "issues:read",
        "application_type": "web", "id_token_signed_response_alg": "ES256", "software_id": "x", "software_version": "1",
        "contacts": ["x@example.com"], "post_logout_redirect_uris": ["https://tool.example.com/out"],
        "unknown": { "nested": 1 },
    });
    let register = async |body: String| {
        let request = server.http().post(server.url("/register")).header("content-type", "application/json");
        Answer::of(request.body(body)).await
    };
    assert_eq!(register(whole.to_string()).await.status, 201);
    for (name, value) in whole.as_object().unwrap() {
        for second in [value.clone(), Value::Null, json!(["https://evil.example/callback"])] {
            let doubled = whole.to_string().replacen('{', &format!("{{\"{name}\":{second},"), 1);
            let refused = register(doubled).await;
            assert_eq!(refused.status, 400, "{name}: {}", refused.body);
        }
    }
    let nested = whole.to_string().replace("\"nested\":1", "\"nested\":1,\"nested\":2");
    assert_eq!(register(nested).await.status, 400);
}

#[tokio::test]
async fn v07_a_credential_that_comes_twice_is_believed_by_nobody() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let app = server.web_app();
    let identity = app.authorize_identity("openid", &[]);
    let access = app.redeem(&app.approve_at(&browser, &identity, None).await).await.access;
    assert_eq!(app.userinfo(&access).await.status, 200);
    let (bearer, own) = (format!("Bearer {access}"), basic("demo-app", &server.seeded.app_secret));
    for second in [bearer.as_str(), "Bearer x", own.as_str(), ""] {
        for headers in [[bearer.as_str(), second], [second, bearer.as_str()]] {
            let mut request = server.http().get(server.url("/userinfo"));
            for header in headers {
                request = request.header("authorization", header);
            }
            assert_eq!(Answer::of(request).await.status, 400, "{headers:?}");
        }
        let headers = [("authorization", own.as_str()), ("authorization", second)];
        let twice = form(&server, "/revoke", &headers, &encode(&[("token", &access)])).await;
        assert_eq!((twice.status.as_u16(), error(&twice).as_str()), (400, "invalid_request"), "{second}");
    }
    for place in ["access_token=x", &format!("access_token={access}"), "a%63cess_token=x"] {
        let request = server.http().get(server.url(&format!("/userinfo?{place}"))).bearer_auth(&access);
        let answer = Answer::of(request).await;
        assert!(answer.status == 400 || (answer.status == 200 && place.contains('%')), "{place}: {}", answer.status);
    }
    assert_eq!(app.userinfo(&access).await.status, 200, "it is as good as before");
}
