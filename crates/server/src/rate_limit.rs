//! How often one address may ask, per class of routes. Counted in this process, and told to the others where several share a
//! database; attempts at one account are counted there before they are made, by `identity`.

mod counter;
mod shared;

use std::{fmt, net::IpAddr, sync::OnceLock};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use counter::Counter;
pub use counter::Remaining;
use identity::Authority;
use shared::Shared;

use crate::{
    config::{AddressRange, Rate, RateLimits},
    edge::Edge,
    error_response::TooMany,
    forwarded::ClientAddress,
};

/// Which routes are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// What people look at.
    Page,
    /// The protocol's back channel.
    Token,
    /// Dynamic client registration.
    Registration,
    /// Attempts to sign in or up.
    SignIn,
    /// The management API.
    Api,
}

/// Who has asked how often.
pub struct RateLimiter {
    page: Counter,
    token: Counter,
    registration: Counter,
    sign_in: Counter,
    api: Counter,
    exempt: Vec<AddressRange>,
    rates: [(Class, Rate); 5],
    /// Set where other processes answer too.
    shared: OnceLock<Shared>,
}

impl RateLimiter {
    /// From the settings.
    #[must_use]
    pub fn new(limits: &RateLimits, registration: Rate) -> Self {
        Self {
            page: Counter::new(limits.page),
            token: Counter::new(limits.token),
            registration: Counter::new(registration),
            sign_in: Counter::new(limits.sign_in),
            api: Counter::new(limits.api),
            exempt: limits.exempt.clone(),
            rates: [
                (Class::Page, limits.page),
                (Class::Token, limits.token),
                (Class::Registration, registration),
                (Class::SignIn, limits.sign_in),
                (Class::Api, limits.api),
            ],
            shared: OnceLock::new(),
        }
    }

    /// Counts together with the other processes on the authority's database, until `stop` is ready.
    pub async fn share(&self, authority: &Authority, stop: impl Future<Output = ()>) {
        let shared = self.shared.get_or_init(|| Shared::new(self.rates));
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(shared::EVERY) => {}
            }
            if let Err(error) = shared.exchange(authority.store(), authority.now()).await {
                tracing::warn!(%error, "requests are counted by each process alone for now");
            }
        }
    }

    /// Counts one request, and says what is left to the address; nothing where it is not counted.
    ///
    /// # Errors
    /// The address has used up its number; the error says how long to wait.
    pub fn check(&self, class: Class, address: IpAddr) -> Result<Option<Remaining>, TooMany> {
        if self.exempt.iter().any(|range| range.contains(address)) {
            return Ok(None);
        }
        let counter = match class {
            Class::Page => &self.page,
            Class::Token => &self.token,
            Class::Registration => &self.registration,
            Class::SignIn => &self.sign_in,
            Class::Api => &self.api,
        };
        let together = || self.shared.get().map_or(Ok(()), |shared| shared.check(class, address));
        let counted = counter.check(address).and_then(|left| together().map(|()| left));
        counted.map_err(|wait| TooMany::new(class, wait))
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter").field("exempt", &self.exempt).finish_non_exhaustive()
    }
}

/// Counts the request under `class` and answers 429 where the number is used up. To be wrapped around a scope:
/// `.wrap(from_fn(|request, next| rate_limit::limit(Class::Token, request, next)))`.
///
/// # Errors
/// Only what the inner service gives.
pub async fn limit(
    class: Class,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let edge = match Edge::of_service(&request) {
        Ok(edge) => edge,
        Err(error) => return Ok(request.error_response(error)),
    };
    match edge.limiter.check(class, ClientAddress::of(&request).0) {
        Ok(_) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, middleware::from_fn, test as http_test, web};

    use super::*;
    use crate::config::HumanDuration;

    fn limiter(exempt: &[&str]) -> RateLimiter {
        let limits = RateLimits {
            page: Rate::new(3, HumanDuration::hours(1)),
            exempt: exempt.iter().map(|range| range.parse().unwrap()).collect(),
            ..RateLimits::default()
        };
        RateLimiter::new(&limits, Rate::new(1, HumanDuration::hours(1)))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_next_one_is_told_how_long_to_wait() {
        let limiter = limiter(&[]);
        for _ in 0..3 {
            assert!(limiter.check(Class::Page, address("198.51.100.1")).is_ok());
        }
        let refused = limiter.check(Class::Page, address("198.51.100.1")).unwrap_err();
        let wait = refused.retry_after().as_secs();
        assert!((1100..=1200).contains(&wait), "{wait}");
        assert!(limiter.check(Class::Page, address("198.51.100.2")).is_ok());
        assert!(limiter.check(Class::Token, address("198.51.100.1")).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let limiter = limiter(&[]);
        assert!(limiter.check(Class::Registration, address("2001:db8:1:1::1")).is_ok());
        assert!(limiter.check(Class::Registration, address("2001:db8:1:1:ffff::2")).is_err());
        assert!(limiter.check(Class::Registration, address("2001:db8:1:2::1")).is_ok());
        assert!(limiter.check(Class::Registration, address("198.51.100.1")).is_ok());
        assert!(limiter.check(Class::Registration, address("::ffff:198.51.100.1")).is_err());
    }

    #[test]
    fn exempt_addresses_are_never_counted() {
        let limiter = limiter(&["127.0.0.0/8"]);
        assert!((0..50).all(|_| limiter.check(Class::Registration, address("127.0.0.1")).is_ok()));
    }

    /// The status of each of `forwarded`, sent one after another from `peer`.
    async fn statuses(peer: &str, forwarded: &[&str]) -> Vec<u16> {
        let ok = || async { HttpResponse::Ok().finish() };
        let app = App::new()
            .app_data(Edge::for_tests(&[("LANYARD__RATE_LIMITS__TOKEN", "2/1h")]))
            .wrap(from_fn(|request, next: Next<_>| {
                crate::telemetry::observe(request, move |request| async move { next.call(request).await })
            }))
            .service(
                web::resource("/token")
                    .wrap(from_fn(|request, next| limit(Class::Token, request, next)))
                    .route(web::post().to(ok)),
            );
        let app = http_test::init_service(app).await;
        let mut statuses = Vec::new();
        for address in forwarded {
            let request = http_test::TestRequest::post()
                .uri("/token")
                .peer_addr(std::net::SocketAddr::new(peer.parse().unwrap(), 4711))
                .insert_header(("x-forwarded-for", *address))
                .to_request();
            statuses.push(http_test::call_service(&app, request).await.status().as_u16());
        }
        statuses
    }

    #[actix_web::test]
    async fn a_spoofed_address_buys_nothing() {
        let many = ["198.51.100.1", "198.51.100.2", "198.51.100.3"];
        assert_eq!(statuses("203.0.113.9", &many).await, [200, 200, 429]);
        assert_eq!(statuses("10.0.0.1", &many).await, [200, 200, 200]);
        let hearsay = ["1.1.1.1, 198.51.100.1", "1.1.1.2, 198.51.100.1", "1.1.1.3, 198.51.100.1"];
        assert_eq!(statuses("10.0.0.1", &hearsay).await, [200, 200, 429]);
    }
}
