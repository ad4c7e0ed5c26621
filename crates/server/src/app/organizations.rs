//! The routes of organisations, which stand with all others below the issuer's path.

use actix_web::web::{self, ServiceConfig};

use super::{read, seen};
use crate::page::organization;

/// Mounts them.
pub(super) fn organizations(config: &mut ServiceConfig) {
    config
        .service(
            seen("/organizations", "GET, HEAD, POST")
                .route(read().to(organization::list::get))
                .route(web::post().to(organization::list::post)),
        )
        .service(seen("/organizations/{organization}", "GET, HEAD").route(read().to(organization::overview::get)))
        .service(
            seen("/organizations/{organization}/projects", "GET, HEAD, POST")
                .route(read().to(organization::projects::get))
                .route(web::post().to(organization::projects::post)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}", "GET, HEAD, POST")
                .route(read().to(organization::project::get))
                .route(web::post().to(organization::project::rename)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/disable", "POST")
                .route(web::post().to(organization::project::disable)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/enable", "POST")
                .route(web::post().to(organization::project::enable)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/delete", "GET, HEAD, POST")
                .route(read().to(organization::project::ask_to_delete))
                .route(web::post().to(organization::project::delete)),
        )
        .service(
            seen("/organizations/{organization}/audit", "GET, HEAD, POST")
                .route(read().to(organization::audit::get))
                .route(web::post().to(organization::audit::post)),
        )
        .service(
            seen("/organizations/{organization}/audit/export", "GET, HEAD")
                .route(read().to(organization::audit::export)),
        )
        .service(seen("/organizations/{organization}/access", "GET, HEAD").route(read().to(organization::access::get)))
        .service(
            seen("/organizations/{organization}/access/{id}/end", "POST")
                .route(web::post().to(organization::access::end)),
        )
        .service(
            seen("/organizations/{organization}/keys", "GET, HEAD, POST")
                .route(read().to(organization::keys::get))
                .route(web::post().to(organization::keys::post)),
        )
        .service(
            seen("/organizations/{organization}/keys/{id}/rotate", "POST")
                .route(web::post().to(organization::keys::rotate)),
        )
        .service(
            seen("/organizations/{organization}/keys/{id}/revoke", "POST")
                .route(web::post().to(organization::keys::revoke)),
        )
        .service(
            seen("/organizations/{organization}/webhooks", "GET, HEAD, POST")
                .route(read().to(organization::webhooks::get))
                .route(web::post().to(organization::webhooks::post)),
        )
        .service(
            seen("/organizations/{organization}/webhooks/deliveries/{id}/resend", "POST")
                .route(web::post().to(organization::webhooks::resend)),
        )
        .service(
            seen("/organizations/{organization}/webhooks/{id}/{verb}", "POST")
                .route(web::post().to(organization::webhooks::act)),
        )
        .service(
            seen("/organizations/{organization}/settings", "GET, HEAD, POST")
                .route(read().to(organization::settings::get))
                .route(web::post().to(organization::settings::post)),
        )
        .service(
            seen("/organizations/{organization}/settings/device-writes/{verb}", "POST")
                .route(web::post().to(organization::settings::device_writes)),
        )
        .service(
            seen("/organizations/{organization}/settings/delete", "GET, HEAD, POST")
                .route(read().to(organization::settings::ask_to_delete))
                .route(web::post().to(organization::settings::delete)),
        );
}
