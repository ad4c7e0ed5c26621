//! The routes of the administration of the server, which stand with all others below the issuer's path.

use actix_web::web::{self, ServiceConfig};

use super::{read, seen};
use crate::page::admin;

/// Mounts them.
pub(super) fn administration(config: &mut ServiceConfig) {
    config
        .service(seen("/admin", "GET, HEAD").route(read().to(admin::overview::get)))
        .service(
            seen("/admin/people", "GET, HEAD, POST")
                .route(read().to(admin::people::get))
                .route(web::post().to(admin::people::search)),
        )
        .service(seen("/admin/people/{id}", "GET, HEAD").route(read().to(admin::person::get)))
        .service(
            seen("/admin/people/{id}/erase", "GET, HEAD, POST")
                .route(read().to(admin::person::ask_to_erase))
                .route(web::post().to(admin::person::erase)),
        )
        .service(seen("/admin/people/{id}/{verb}", "POST").route(web::post().to(admin::person::act)))
        .service(seen("/admin/organizations", "GET, HEAD").route(read().to(admin::organizations::get)))
        .service(seen("/admin/organizations/{id}/{verb}", "POST").route(web::post().to(admin::organizations::act)))
        .service(
            seen("/admin/clients", "GET, HEAD, POST")
                .route(read().to(admin::clients::get))
                .route(web::post().to(admin::clients::post)),
        )
        .service(seen("/admin/keys", "GET, HEAD").route(read().to(admin::keys::get)))
        .service(seen("/admin/keys/rotate", "POST").route(web::post().to(admin::keys::rotate)))
        .service(seen("/admin/providers", "GET, HEAD").route(read().to(admin::providers::get)))
        .service(seen("/admin/mail", "GET, HEAD").route(read().to(admin::mail::get)))
        .service(seen("/admin/mail/{id}/try", "POST").route(web::post().to(admin::mail::try_now)))
        .service(seen("/admin/settings", "GET, HEAD").route(read().to(admin::settings::get)));
}
