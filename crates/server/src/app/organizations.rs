//! The routes of organisations, which stand with all others below the issuer's path.

use actix_web::{
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use super::{read, seen};
use crate::{
    page::organization,
    rate_limit::{Class, limit},
};

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
        .service(
            seen("/organizations/{organization}/projects/{project}/members", "GET, HEAD, POST")
                .route(read().to(organization::project_members::get))
                .route(web::post().to(organization::project_members::post)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/members/{id}/remove", "GET, HEAD, POST")
                .route(read().to(organization::project_members::ask_to_remove))
                .route(web::post().to(organization::project_members::remove)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/limit", "GET, HEAD, POST")
                .route(read().to(organization::project_members::ask_to_limit))
                .route(web::post().to(organization::project_members::limit)),
        )
        .service(
            seen("/organizations/{organization}/projects/{project}/open", "POST")
                .route(web::post().to(organization::project_members::open)),
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
            seen("/organizations/{organization}/settings/demands", "POST")
                .route(web::post().to(organization::demands::post)),
        )
        .service(
            seen("/organizations/{organization}/settings/device-writes/{verb}", "POST")
                .route(web::post().to(organization::settings::device_writes)),
        )
        .service(
            seen("/organizations/{organization}/settings/delete", "GET, HEAD, POST")
                .route(read().to(organization::settings::ask_to_delete))
                .route(web::post().to(organization::settings::delete)),
        )
        .configure(apps)
        .configure(people);
}

/// Who belongs to one, as what, and who is asked to.
fn people(config: &mut ServiceConfig) {
    let seldom = || from_fn(|request, next| limit(Class::SignIn, request, next));
    config
        .service(
            seen("/organizations/{organization}/members", "GET, HEAD").route(read().to(organization::members::get)),
        )
        .service(
            seen("/organizations/{organization}/members/{user}", "GET, HEAD, POST")
                .route(read().to(organization::members::ask_for_role))
                .route(web::post().to(organization::members::change_role)),
        )
        .service(
            seen("/organizations/{organization}/members/{id}/remove", "GET, HEAD, POST")
                .route(read().to(organization::members::ask_to_remove))
                .route(web::post().to(organization::members::remove)),
        )
        .service(
            seen("/organizations/{organization}/invitations", "GET, HEAD, POST")
                .route(read().to(organization::invitations::get))
                .route(web::post().to(organization::invitations::post).wrap(seldom())),
        )
        .service(
            seen("/organizations/{organization}/invitations/{id}/resend", "POST")
                .route(web::post().to(organization::invitations::resend).wrap(seldom())),
        )
        .service(
            seen("/organizations/{organization}/invitations/{id}/revoke", "POST")
                .route(web::post().to(organization::invitations::revoke)),
        )
        .service(
            seen("/organizations/{organization}/roles", "GET, HEAD, POST")
                .route(read().to(organization::roles::get))
                .route(web::post().to(organization::roles::post)),
        )
        .service(
            seen("/organizations/{organization}/roles/{id}", "GET, HEAD, POST")
                .route(read().to(organization::roles::ask_to_change))
                .route(web::post().to(organization::roles::change)),
        )
        .service(
            seen("/organizations/{organization}/roles/{id}/remove", "GET, HEAD, POST")
                .route(read().to(organization::roles::ask_to_remove))
                .route(web::post().to(organization::roles::remove)),
        )
        .service(
            seen("/organizations/{organization}/leave", "GET, HEAD, POST")
                .route(read().to(organization::members::ask_to_leave))
                .route(web::post().to(organization::members::leave)),
        );
}

/// Its own apps, and where its data can be read.
fn apps(config: &mut ServiceConfig) {
    config
        .service(
            seen("/organizations/{organization}/apps", "GET, HEAD, POST")
                .route(read().to(organization::apps::get))
                .route(web::post().to(organization::apps::post)),
        )
        .service(
            seen("/organizations/{organization}/apps/{id}", "GET, HEAD, POST")
                .route(read().to(organization::apps::show))
                .route(web::post().to(organization::apps::change)),
        )
        .service(
            seen("/organizations/{organization}/apps/{id}/remove", "GET, HEAD, POST")
                .route(read().to(organization::apps::ask_to_remove))
                .route(web::post().to(organization::apps::remove)),
        )
        .service(
            seen("/organizations/{organization}/apps/{id}/{verb}", "POST")
                .route(web::post().to(organization::apps::act)),
        )
        .service(
            seen("/organizations/{organization}/resources", "GET, HEAD, POST")
                .route(read().to(organization::resources::get))
                .route(web::post().to(organization::resources::post)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}", "GET, HEAD, POST")
                .route(read().to(organization::resources::one::get))
                .route(web::post().to(organization::resources::one::rename)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}/remove", "GET, HEAD, POST")
                .route(read().to(organization::resources::one::ask_to_remove))
                .route(web::post().to(organization::resources::one::remove)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}/scopes", "POST")
                .route(web::post().to(organization::resources::one::add_scope)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}/words", "POST")
                .route(web::post().to(organization::resources::one::describe)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}/unlist", "POST")
                .route(web::post().to(organization::resources::one::remove_scope)),
        )
        .service(
            seen("/organizations/{organization}/resources/{id}/{verb}", "POST")
                .route(web::post().to(organization::resources::one::act)),
        );
}
