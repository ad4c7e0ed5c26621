//! Reading by HTTP method, and the two ways around it: a header that names another method, and a change of protocol.

use protocol::{Access, reading};

use super::Denial;
use crate::grant::Grant;
use crate::request::Head;

pub(super) fn permit(grant: &Grant, head: &Head<'_>) -> Result<(), Denial> {
    if grant.access == Access::Write || only_reads(head) {
        Ok(())
    } else {
        Err(Denial::Reach { needed: None, id: None })
    }
}

/// GET, HEAD and OPTIONS, being nothing but that.
pub(super) fn only_reads(head: &Head<'_>) -> bool {
    reading::only_reads(head.method.as_str(), |name| head.values(name))
}

/// The request stays what its method says.
pub(super) fn is_plain(head: &Head<'_>) -> bool {
    reading::is_plain(|name| head.values(name))
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
