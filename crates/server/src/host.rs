//! Pages and cookies exist under the public address alone (V-44): a request that names another host gets 421. Metadata,
//! tokens and health answer on any, since nothing in their answers depends on it.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
};

use crate::{config::PublicUrl, edge::Edge, error_response::PageError};

/// Refuses what is not addressed to us. To be wrapped around pages and whatever reads a cookie.
///
/// # Errors
/// Only what the inner service gives.
pub async fn ours(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let edge = match Edge::of_service(&request) {
        Ok(edge) => edge,
        Err(error) => return Ok(request.error_response(error)),
    };
    if is_addressed_to(&request, &edge.public_url) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    // RFC 9110 §15.5.20
    let address = Some(edge.public_url.to_string());
    Ok(request
        .error_response(PageError { address, ..PageError::new(StatusCode::MISDIRECTED_REQUEST, "error-misdirected") }))
}

/// The Host header, and the request line's authority where it has one (HTTP/2, or an absolute form), each once and ours.
fn is_addressed_to(request: &ServiceRequest, public_url: &PublicUrl) -> bool {
    let is_ours = |named: &str| named.eq_ignore_ascii_case(public_url.authority());
    let line = request.uri().authority().map(|authority| is_ours(authority.as_str()));
    let mut hosts = request.headers().get_all(header::HOST).map(|host| host.to_str().is_ok_and(is_ours));
    match (line, hosts.next(), hosts.next()) {
        (_, _, Some(_)) | (None, None, _) => false,
        (line, host, None) => line.unwrap_or(true) && host.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, middleware::from_fn, test, web};

    use super::*;

    async fn status(line: &str, hosts: &[&str], others: &[(&str, &str)]) -> u16 {
        let ok = || async { HttpResponse::Ok().body("x") };
        let app = App::new()
            .app_data(Edge::for_tests(&[]))
            .service(web::scope("").wrap(from_fn(ours)).route("/sign-in", web::get().to(ok)));
        let mut request = test::TestRequest::get().uri(line);
        for host in hosts {
            request = request.append_header((header::HOST, *host));
        }
        for other in others {
            request = request.append_header(*other);
        }
        test::call_service(&test::init_service(app).await, request.to_request()).await.status().as_u16()
    }

    #[actix_web::test]
    async fn only_the_public_address_has_pages() {
        assert_eq!(status("/sign-in", &["auth.example.com"], &[]).await, 200);
        assert_eq!(status("/sign-in", &["AUTH.example.com"], &[]).await, 200);
        assert_eq!(status("https://auth.example.com/sign-in", &["auth.example.com"], &[]).await, 200);
        assert_eq!(status("https://auth.example.com/sign-in", &[], &[]).await, 200);
        for host in ["evil.example", "auth.example.com.evil.example", "auth.example.com:444", "127.0.0.1", ""] {
            assert_eq!(status("/sign-in", &[host], &[]).await, 421, "{host}");
        }
        assert_eq!(status("/sign-in", &[], &[]).await, 421);
        assert_eq!(status("/sign-in", &["auth.example.com", "auth.example.com"], &[]).await, 421);
        assert_eq!(status("/sign-in", &["auth.example.com", "evil.example"], &[]).await, 421);
        assert_eq!(status("https://evil.example/sign-in", &["auth.example.com"], &[]).await, 421);
    }

    #[actix_web::test]
    async fn no_forwarding_header_changes_that() {
        let lies = [
            ("x-forwarded-host", "auth.example.com"),
            ("forwarded", "host=auth.example.com;proto=https"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(status("/sign-in", &["evil.example"], &lies).await, 421);
        let lies = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
        assert_eq!(status("/sign-in", &["auth.example.com"], &lies).await, 200);
    }
}
