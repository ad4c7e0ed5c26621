//! Reading by HTTP method, and the two ways around it: a header that names another method, and a change of protocol.

use http::Method;
use protocol::Access;

use super::Denial;
use crate::grant::Grant;
use crate::request::Head;

/// Headers by which some frameworks let a request pretend to be of another method.
const OVERRIDES: [&str; 4] = ["x-http-method-override", "x-http-method", "x-method-override", "x-method"];

pub(super) fn permit(grant: &Grant, head: &Head<'_>) -> Result<(), Denial> {
    if grant.access == Access::Write || only_reads(head) {
        Ok(())
    } else {
        Err(Denial::Reach { needed: None, id: None })
    }
}

/// GET, HEAD and OPTIONS, being nothing but that.
pub(super) fn only_reads(head: &Head<'_>) -> bool {
    matches!(*head.method, Method::GET | Method::HEAD | Method::OPTIONS) && is_plain(head)
}

/// The request stays what its method says: no override, and no protocol behind it that both sides write to.
pub(super) fn is_plain(head: &Head<'_>) -> bool {
    // Java's client offers h2c with every request; that is still HTTP.
    let upgrade = head.single("upgrade").map(|value| value.is_none_or(|name| name.eq_ignore_ascii_case("h2c")));
    upgrade == Ok(true) && !OVERRIDES.iter().any(|name| head.has(name))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::only_reads;
    use crate::request::Head;

    fn reads(method: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        only_reads(&Head { method: &Method::from_bytes(method.as_bytes()).unwrap(), headers: &map })
    }

    #[test]
    fn only_safe_methods_read() {
        assert!(["GET", "HEAD", "OPTIONS"].iter().all(|method| reads(method, &[])));
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "get", "PROPFIND"] {
            assert!(!reads(method, &[]), "{method}");
        }
    }

    #[test]
    fn there_is_no_way_around() {
        for name in ["x-http-method-override", "x-http-method", "x-method-override", "x-method"] {
            assert!(!reads("GET", &[(name, "DELETE")]), "{name}");
        }
        assert!(!reads("GET", &[("upgrade", "websocket")]));
        assert!(!reads("GET", &[("upgrade", "h2c"), ("upgrade", "websocket")]));
        assert!(!reads("GET", &[("upgrade", "h2c, websocket")]));
        assert!(reads("GET", &[("upgrade", "h2c")]));
    }
}
