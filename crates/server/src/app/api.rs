//! The routes of the management API, which stand with all others below the issuer's path. None of them looks at a cookie.

use actix_web::{
    HttpResponse, Resource,
    middleware::from_fn,
    web::{self, PayloadConfig, ServiceConfig},
};

use super::{Pattern, Rc, header, read, ready};
use crate::api::{
    Kind, Problem, access, around, audit, body, clients, description, invitations, keys, me, members,
    organization_clients, organization_resources, organizations, project_members, projects, resources, roles,
    signing_keys, users, webhooks,
};

/// Mounts them.
pub(super) fn api(config: &mut ServiceConfig, base: &str) {
    let mut mount = |endpoint: Resource| {
        config.service(endpoint.app_data(PayloadConfig::new(body::MAX_BYTES)).wrap(from_fn(around)));
    };
    let at = |path: &str, methods: &'static str| asked(&format!("{base}{path}"), methods);
    mount(at("/api/v1/openapi.json", "GET, HEAD").route(read().to(description::get)));
    mount(at("/api/v1/me", "GET, HEAD").route(read().to(me::get)));
    mount(at("/api/v1/me/audit", "GET, HEAD").route(read().to(audit::own)));
    mount(at("/api/v1/audit", "GET, HEAD").route(read().to(audit::server)));
    mount(
        at("/api/v1/organizations", "GET, HEAD, POST")
            .route(read().to(organizations::list))
            .route(web::post().to(organizations::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(organizations::get))
            .route(web::patch().to(organizations::patch))
            .route(web::delete().to(organizations::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/projects", "GET, HEAD, POST")
            .route(read().to(projects::list))
            .route(web::post().to(projects::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/projects/{project}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(projects::get))
            .route(web::patch().to(projects::patch))
            .route(web::delete().to(projects::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/members", "GET, HEAD, POST")
            .route(read().to(members::list))
            .route(web::post().to(members::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/members/{user}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(members::get))
            .route(web::patch().to(members::patch))
            .route(web::delete().to(members::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/projects/{project}/members", "GET, HEAD, POST")
            .route(read().to(project_members::list))
            .route(web::post().to(project_members::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/projects/{project}/members/{user}", "DELETE")
            .route(web::delete().to(project_members::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/roles", "GET, HEAD, POST")
            .route(read().to(roles::list))
            .route(web::post().to(roles::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/roles/{role}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(roles::get))
            .route(web::patch().to(roles::patch))
            .route(web::delete().to(roles::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/invitations", "GET, HEAD, POST")
            .route(read().to(invitations::list))
            .route(web::post().to(invitations::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/invitations/{invitation}", "GET, HEAD, DELETE")
            .route(read().to(invitations::get))
            .route(web::delete().to(invitations::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/invitations/{invitation}/resend", "POST")
            .route(web::post().to(invitations::resend)),
    );
    mount(at("/api/v1/organizations/{organization}/audit", "GET, HEAD").route(read().to(audit::list)));
    mount(at("/api/v1/organizations/{organization}/audit/export", "GET, HEAD").route(read().to(audit::export)));
    mount(at("/api/v1/organizations/{organization}/access", "GET, HEAD").route(read().to(access::list)));
    mount(at("/api/v1/organizations/{organization}/access/{grant}", "DELETE").route(web::delete().to(access::delete)));
    mount(
        at("/api/v1/organizations/{organization}/keys", "GET, HEAD, POST")
            .route(read().to(keys::list))
            .route(web::post().to(keys::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/keys/{key}", "GET, HEAD, DELETE")
            .route(read().to(keys::get))
            .route(web::delete().to(keys::delete)),
    );
    mount(at("/api/v1/organizations/{organization}/keys/{key}/rotate", "POST").route(web::post().to(keys::rotate)));
    mount(
        at("/api/v1/organizations/{organization}/webhooks", "GET, HEAD, POST")
            .route(read().to(webhooks::list))
            .route(web::post().to(webhooks::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/webhooks/{webhook}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(webhooks::get))
            .route(web::patch().to(webhooks::patch))
            .route(web::delete().to(webhooks::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/webhooks/{webhook}/secret", "POST")
            .route(web::post().to(webhooks::renew)),
    );
    mount(
        at("/api/v1/organizations/{organization}/webhooks/{webhook}/deliveries", "GET, HEAD")
            .route(read().to(webhooks::deliveries)),
    );
    mount(
        at("/api/v1/organizations/{organization}/webhooks/{webhook}/deliveries/{delivery}/resend", "POST")
            .route(web::post().to(webhooks::resend)),
    );
    mount(
        at("/api/v1/organizations/{organization}/clients", "GET, HEAD, POST")
            .route(read().to(organization_clients::list))
            .route(web::post().to(organization_clients::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/clients/{client}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(organization_clients::get))
            .route(web::patch().to(organization_clients::patch))
            .route(web::delete().to(organization_clients::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/clients/{client}/secret", "POST")
            .route(web::post().to(organization_clients::renew)),
    );
    mount(
        at("/api/v1/organizations/{organization}/resources", "GET, HEAD, POST")
            .route(read().to(organization_resources::list))
            .route(web::post().to(organization_resources::post)),
    );
    mount(
        at("/api/v1/organizations/{organization}/resources/{resource}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(organization_resources::get))
            .route(web::patch().to(organization_resources::patch))
            .route(web::delete().to(organization_resources::delete)),
    );
    mount(
        at("/api/v1/organizations/{organization}/resources/{resource}/secret", "POST")
            .route(web::post().to(organization_resources::renew)),
    );
    mount(
        at("/api/v1/clients", "GET, HEAD, POST").route(read().to(clients::list)).route(web::post().to(clients::post)),
    );
    mount(
        at("/api/v1/clients/{client}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(clients::get))
            .route(web::patch().to(clients::patch))
            .route(web::delete().to(clients::delete)),
    );
    mount(at("/api/v1/clients/{client}/secret", "POST").route(web::post().to(clients::renew)));
    mount(
        at("/api/v1/resources", "GET, HEAD, POST")
            .route(read().to(resources::list))
            .route(web::post().to(resources::post)),
    );
    mount(
        at("/api/v1/resources/{resource}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(resources::get))
            .route(web::patch().to(resources::patch))
            .route(web::delete().to(resources::delete)),
    );
    mount(at("/api/v1/resources/{resource}/secret", "POST").route(web::post().to(resources::renew)));
    mount(at("/api/v1/users", "GET, HEAD, POST").route(read().to(users::list)).route(web::post().to(users::post)));
    mount(
        at("/api/v1/users/{user}", "GET, HEAD, PATCH, DELETE")
            .route(read().to(users::get))
            .route(web::patch().to(users::patch))
            .route(web::delete().to(users::delete)),
    );
    mount(at("/api/v1/signing-keys", "GET, HEAD").route(read().to(signing_keys::list)));
    mount(at("/api/v1/signing-keys/rotate", "POST").route(web::post().to(signing_keys::rotate)));
}

/// An address whose refusals are problem details.
fn asked(path: &str, methods: &'static str) -> Resource {
    let other = web::to(move || {
        let mut answer =
            HttpResponse::from_error(Problem::new(Kind::MethodNotAllowed, format!("This address answers {methods}.")));
        answer.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
        ready(answer)
    });
    web::resource(path).app_data(Rc::new(Pattern::new(path))).default_service(other)
}
