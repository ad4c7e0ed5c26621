//! The route table: every address that this server answers, and who answers there. All of it stands below the issuer's path,
//! except the well-known forms, which RFC 8414 §3.1 puts before it.

mod administration;
mod api;
mod documents;
mod organizations;
mod serve;

use std::{future::ready, rc::Rc, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, Resource, Route,
    dev::HttpServiceFactory,
    guard,
    http::{StatusCode, header},
    middleware::from_fn,
    web::{self, Data, PayloadConfig, ServiceConfig},
};

use self::documents::Documents;
pub use self::serve::serve;
pub(crate) use self::serve::until;

use crate::{
    api::{Problem, description::Described},
    cors,
    endpoint::{
        assets, authorize, check, device_authorization, events, health, introspect, jwks, metadata, register, revoke,
        security_txt, token, userinfo,
    },
    error_response::{PageError, Refusal},
    host,
    metrics::{Pattern, Worker},
    page::{self, account},
    rate_limit::{Class, limit},
    state::AppState,
};

/// Mounts everything. The middlewares around it are [`serve()`]'s.
pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    config.app_data(Data::new(state.clone())).app_data(state.edge.clone());
    config.app_data(Rc::new(Documents::new(state.base())));
    config.app_data(Rc::new(Worker::new(Arc::clone(&state.metrics), state.base()))).default_service(web::to(not_found));
    let base = state.base();
    config.app_data(Rc::new(Described::default()));
    protocol(config, base);
    well_known(config, base);
    api::api(config, base);
    plain(config, base);
    config.service(
        web::scope(base)
            .wrap(from_fn(|request, next| limit(Class::Page, request, next)))
            .wrap(from_fn(host::ours))
            .configure(|config| pages(config, state.inbox.is_some())),
    );
}

/// One document at every form that clients try.
fn well_known(config: &mut ServiceConfig, base: &str) {
    for path in forms(base) {
        config.service(open(Class::Token, endpoint(&path, "GET, HEAD").route(read().to(metadata::get))));
    }
    let contact = "/.well-known/security.txt";
    config.service(endpoint(contact, "GET, HEAD").route(read().to(security_txt::get)));
    if !base.is_empty() {
        config.service(endpoint(&format!("{base}{contact}"), "GET, HEAD").route(read().to(security_txt::get)));
    }
}

/// Where the metadata stand: RFC 8414 §3.1 (before the issuer's path), OpenID Connect Discovery §4 (after).
fn forms(base: &str) -> Vec<String> {
    let names = ["oauth-authorization-server", "openid-configuration"];
    let mut forms: Vec<String> = names.iter().map(|name| format!("/.well-known/{name}{base}")).collect();
    if !base.is_empty() {
        forms.extend(names.iter().map(|name| format!("{base}/.well-known/{name}")));
    }
    forms
}

/// What clients and resource servers call, what is called most first: addresses are looked through in this order.
fn protocol(config: &mut ServiceConfig, base: &str) {
    let at = |path: &str| format!("{base}{path}");
    config
        .service(
            endpoint(&at("/introspect"), "POST")
                .route(web::post().to(introspect::post))
                .wrap(from_fn(|request, next| limit(Class::Token, request, next))),
        )
        .service(open(Class::Token, endpoint(&at("/token"), "POST").route(web::post().to(token::post))))
        .service(open(Class::Token, endpoint(&at("/revoke"), "POST").route(web::post().to(revoke::post))))
        .service(open(
            Class::Registration,
            endpoint(&at("/register"), "POST")
                .app_data(PayloadConfig::new(register::MAX_BYTES))
                .route(web::post().to(register::post)),
        ))
        .service(open(Class::Token, endpoint(&at("/jwks"), "GET, HEAD").route(read().to(jwks::get))))
        .service(open(
            Class::Token,
            endpoint(&at("/userinfo"), "GET, HEAD, POST")
                .route(read().to(userinfo::answer))
                .route(web::post().to(userinfo::answer)),
        ))
        .service(
            endpoint(&at("/device_authorization"), "POST")
                .route(web::post().to(device_authorization::post))
                .wrap(from_fn(|request, next| limit(Class::Token, request, next))),
        )
        .service(
            endpoint(&at("/check"), "GET, HEAD")
                .route(read().to(check::get))
                .wrap(from_fn(|request, next| limit(Class::Token, request, next))),
        )
        .service(
            endpoint(&at("/events"), "GET")
                .route(web::get().to(events::get))
                .wrap(from_fn(|request, next| limit(Class::Token, request, next))),
        )
        .service(
            endpoint(&at("/introspect/batch"), "POST")
                .app_data(PayloadConfig::new(introspect::MAX_BATCH_BYTES))
                .route(web::post().to(introspect::batch))
                .wrap(from_fn(|request, next| limit(Class::Token, request, next))),
        );
}

/// What knows nobody: health and static files.
fn plain(config: &mut ServiceConfig, base: &str) {
    let at = |path: &str| format!("{base}{path}");
    config
        .service(endpoint(&at("/health/live"), "GET, HEAD").route(read().to(health::live)))
        .service(endpoint(&at("/health/ready"), "GET, HEAD").route(read().to(health::ready)))
        .service(endpoint(&at("/assets/brand.css"), "GET, HEAD").route(read().to(assets::brand)))
        .service(endpoint(&at("/assets/{name}"), "GET, HEAD").route(read().to(assets::get)))
        .service(endpoint(&at("/favicon.ico"), "GET, HEAD").route(read().to(assets::favicon)));
}

/// What people see, and whatever reads a cookie. `inbox` is whether this development server keeps its mail.
fn pages(config: &mut ServiceConfig, inbox: bool) {
    if inbox {
        config
            .service(seen("/dev/mail", "GET, HEAD").route(read().to(page::dev_mail::get)))
            .service(seen("/dev/mail/next", "GET").route(web::get().to(page::dev_mail::next)));
    }
    let seldom = || from_fn(|request, next| limit(Class::SignIn, request, next));
    config
        .service(
            seen("/authorize", "GET, HEAD, POST")
                .route(read().to(authorize::get))
                .route(web::post().to(authorize::post)),
        )
        .service(
            web::resource(["", "/"])
                .app_data(Rc::new(Pattern::new("/")))
                .default_service(other_methods("GET, HEAD", true))
                .route(read().to(page::home::get)),
        )
        .service(
            seen("/device", "GET, HEAD, POST")
                .route(read().to(page::device::get))
                .route(web::post().to(page::device::post)),
        )
        .service(
            seen("/sign-up", "GET, HEAD, POST")
                .route(read().to(page::sign_up::get))
                .route(web::post().to(page::sign_up::post).wrap(seldom())),
        )
        .service(
            seen("/sign-in", "GET, HEAD, POST")
                .route(read().to(page::sign_in::get))
                .route(web::post().to(page::sign_in::post).wrap(seldom())),
        )
        .service(seen("/sign-in/with/{id}", "POST").route(web::post().to(page::federated::depart).wrap(seldom())))
        .service(
            seen("/upstream/{id}/callback", "GET, HEAD").route(read().to(page::federated::come_back).wrap(seldom())),
        )
        .service(
            seen("/connect/{id}", "GET, HEAD, POST")
                .route(read().to(page::federated::get))
                .route(web::post().to(page::federated::connect)),
        )
        .service(
            seen("/account/providers/{id}/connect", "POST")
                .route(web::post().to(account::providers::connect).wrap(seldom())),
        )
        .service(
            seen("/account/providers/{id}/disconnect", "POST")
                .route(web::post().to(account::providers::disconnect).wrap(seldom())),
        )
        .service(seen("/prove/with/{id}", "POST").route(web::post().to(account::providers::prove).wrap(seldom())))
        .service(
            seen("/sign-in/challenge", "POST").route(web::post().to(page::passkey::sign_in_challenge).wrap(seldom())),
        )
        .service(seen("/sign-in/passkey", "POST").route(web::post().to(page::passkey::sign_in).wrap(seldom())))
        .service(
            seen("/second-factor", "GET, HEAD, POST")
                .route(read().to(page::second_factor::get))
                .route(web::post().to(page::second_factor::post).wrap(seldom())),
        )
        .service(
            seen("/second-factor/challenge", "POST")
                .route(web::post().to(page::second_factor::challenge).wrap(seldom())),
        )
        .service(
            seen("/second-factor/passkey", "POST").route(web::post().to(page::second_factor::passkey).wrap(seldom())),
        )
        .service(
            seen("/second-factor/recovery", "GET, HEAD, POST")
                .route(read().to(page::second_factor::recovery))
                .route(web::post().to(page::second_factor::recover).wrap(seldom())),
        )
        .service(
            seen("/confirm", "GET, HEAD, POST")
                .route(read().to(page::confirm_address::opened))
                .route(web::post().to(page::confirm_address::press).wrap(seldom())),
        )
        .service(
            seen("/confirm/{id}", "GET, HEAD, POST")
                .route(read().to(page::confirm_address::get))
                .route(web::post().to(page::confirm_address::post).wrap(seldom())),
        )
        .service(seen("/confirm/{id}/again", "POST").route(web::post().to(page::confirm_address::again).wrap(seldom())))
        .service(
            seen("/account/verify", "GET, HEAD, POST")
                .route(read().to(page::verify::get))
                .route(web::post().to(page::verify::post).wrap(seldom())),
        )
        .service(seen("/account/sessions", "GET, HEAD").route(read().to(account::sessions::get)))
        .service(seen("/account/sessions/end-others", "POST").route(web::post().to(account::sessions::end_others)))
        .service(seen("/account/sessions/{id}/end", "POST").route(web::post().to(account::sessions::end)))
        .service(seen("/account/security", "GET, HEAD").route(read().to(account::security::get)))
        .service(
            seen("/account/audit", "GET, HEAD, POST")
                .route(read().to(account::audit::get))
                .route(web::post().to(account::audit::post)),
        )
        .service(seen("/account/audit/export", "GET, HEAD").route(read().to(account::audit::export)))
        .service(
            seen("/account/password", "GET, HEAD, POST")
                .route(read().to(account::password::get))
                .route(web::post().to(account::password::post).wrap(seldom())),
        )
        .service(seen("/account/connections/end", "POST").route(web::post().to(account::password::end_connections)))
        .service(
            seen("/account/address", "GET, HEAD, POST")
                .route(read().to(account::address::get))
                .route(web::post().to(account::address::post).wrap(seldom())),
        )
        .service(seen("/account/webhooks", "GET, HEAD").route(read().to(account::webhooks::get)))
        .service(
            seen("/account/tokens", "GET, HEAD, POST")
                .route(read().to(account::tokens::get))
                .route(web::post().to(account::tokens::post)),
        )
        .service(seen("/account/tokens/{id}/revoke", "POST").route(web::post().to(account::tokens::revoke)))
        .service(seen("/account/privacy", "GET, HEAD").route(read().to(account::privacy::get)))
        .service(seen("/account/export", "POST").route(web::post().to(account::privacy::export)))
        .service(
            seen("/account/delete", "GET, HEAD, POST")
                .route(read().to(account::leave::get))
                .route(web::post().to(account::leave::post)),
        )
        .service(
            seen("/account/organizations/{id}/owners/{user}", "POST").route(web::post().to(account::owned::hand_over)),
        )
        .service(
            seen("/account/organizations/{id}/delete", "GET, HEAD, POST")
                .route(read().to(account::owned::get))
                .route(web::post().to(account::owned::post)),
        )
        .service(
            seen("/invitations/{id}", "GET, HEAD, POST")
                .route(read().to(page::invitation::get))
                .route(web::post().to(page::invitation::post)),
        )
        .service(
            seen("/leaving", "GET, HEAD, POST")
                .route(read().to(page::leaving::get))
                .route(web::post().to(page::leaving::post)),
        )
        .service(
            seen("/undo-address", "GET, HEAD, POST")
                .route(read().to(account::address::opened))
                .route(web::post().to(account::address::undo).wrap(seldom())),
        )
        .service(
            seen("/prove", "GET, HEAD, POST")
                .route(read().to(account::prove::get))
                .route(web::post().to(account::prove::post).wrap(seldom())),
        )
        .service(seen("/prove/challenge", "POST").route(web::post().to(account::prove::challenge).wrap(seldom())))
        .service(seen("/prove/passkey", "POST").route(web::post().to(account::prove::by_passkey).wrap(seldom())))
        .configure(factors)
        .configure(organizations::organizations)
        .configure(administration::administration)
        .service(
            seen("/forgotten", "GET, HEAD, POST")
                .route(read().to(page::reset::get))
                .route(web::post().to(page::reset::post).wrap(seldom())),
        )
        .service(
            seen("/reset", "GET, HEAD, POST")
                .route(read().to(page::reset::opened))
                .route(web::post().to(page::reset::set).wrap(seldom())),
        )
        .service(
            seen("/sign-out", "GET, HEAD, POST")
                .route(read().to(page::sign_out::get))
                .route(web::post().to(page::sign_out::post)),
        )
        .service(
            seen("/consent/{id}", "GET, HEAD, POST")
                .route(read().to(page::consent::get))
                .route(web::post().to(page::consent::post)),
        )
        .service(seen("/connections", "GET, HEAD").route(read().to(page::connections::get)))
        .service(seen("/connections/{id}/disconnect", "POST").route(web::post().to(page::connections::disconnect)))
        .service(seen("/notices/{id}/read", "POST").route(web::post().to(page::connections::read_notice)))
        .service(seen("/theme", "POST").route(web::post().to(page::theme::post)))
        .service(seen("/language", "POST").route(web::post().to(page::language::post)))
        .service(seen("/api/v1", "GET, HEAD").route(read().to(page::api_reference::get)))
        .service(seen("/security", "GET, HEAD").route(read().to(page::security::get)));
}

/// What a person does about their second factors.
fn factors(config: &mut ServiceConfig) {
    let seldom = || from_fn(|request, next| limit(Class::SignIn, request, next));
    config
        .service(
            seen("/account/totp", "GET, HEAD, POST")
                .route(read().to(account::totp::get))
                .route(web::post().to(account::totp::post).wrap(seldom())),
        )
        .service(seen("/account/totp/begin", "POST").route(web::post().to(account::totp::begin)))
        .service(
            seen("/account/totp/remove", "GET, HEAD, POST")
                .route(read().to(account::totp::ask_to_remove))
                .route(web::post().to(account::totp::remove)),
        )
        .service(
            seen("/account/recovery-codes", "GET, HEAD, POST")
                .route(read().to(account::recovery_codes::get))
                .route(web::post().to(account::recovery_codes::post)),
        )
        .service(
            seen("/account/passkeys", "GET, HEAD, POST")
                .route(read().to(account::passkeys::get))
                .route(web::post().to(account::passkeys::post)),
        )
        .service(seen("/account/passkeys/challenge", "POST").route(web::post().to(account::passkeys::challenge)))
        .service(
            seen("/account/passkeys/{id}/name", "GET, HEAD, POST")
                .route(read().to(account::passkeys::ask_to_name))
                .route(web::post().to(account::passkeys::name)),
        )
        .service(
            seen("/account/passkeys/{id}/remove", "GET, HEAD, POST")
                .route(read().to(account::passkeys::ask_to_remove))
                .route(web::post().to(account::passkeys::remove)),
        );
}

/// Readable by scripts of every site, and counted per address.
fn open(class: Class, endpoint: Resource) -> impl HttpServiceFactory {
    endpoint.wrap(from_fn(move |request, next| cors::public(class, request, next)))
}

/// An address whose refusals are JSON.
fn endpoint(path: &str, methods: &'static str) -> Resource {
    web::resource(path).app_data(Rc::new(Pattern::new(path))).default_service(other_methods(methods, false))
}

/// An address whose refusals are pages.
fn seen(path: &str, methods: &'static str) -> Resource {
    web::resource(path)
        .app_data(Rc::new(Pattern::new(path)))
        .app_data(page::Readable(methods.starts_with("GET")))
        .default_service(other_methods(methods, true))
}

fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// RFC 9110 §15.5.6: a method that is not offered is answered with those that are.
fn other_methods(methods: &'static str, page: bool) -> Route {
    web::to(move |request: HttpRequest| {
        let mut answer = if page && !page::wants_json(&request) {
            HttpResponse::from_error(PageError::new(StatusCode::METHOD_NOT_ALLOWED, "error-method"))
        } else {
            let refusal = HttpResponse::from_error(Refusal(protocol::OAuthError::invalid_request(format!(
                "this endpoint answers {methods}"
            ))));
            refusal_with_status(refusal, StatusCode::METHOD_NOT_ALLOWED)
        };
        answer.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
        ready(answer)
    })
}

fn refusal_with_status(mut answer: HttpResponse, status: StatusCode) -> HttpResponse {
    *answer.status_mut() = status;
    answer
}

/// Nothing is here.
async fn not_found(request: HttpRequest) -> HttpResponse {
    if request.path().split('/').any(|part| part == "api") {
        return HttpResponse::from_error(Problem::absent());
    }
    if page::wants_json(&request) {
        let refusal = HttpResponse::from_error(Refusal(protocol::OAuthError::invalid_request(
            "there is nothing at this address",
        )));
        return refusal_with_status(refusal, StatusCode::NOT_FOUND);
    }
    HttpResponse::from_error(PageError::not_found())
}
