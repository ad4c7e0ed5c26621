//! Which HTTP requests only read (RFC 9110 §9.2.1), and the ways around that: a header that names another method, and a
//! change of protocol.

/// Headers by which some frameworks let a request pretend to be of another method.
const OVERRIDES: [&str; 4] = ["x-http-method-override", "x-http-method", "x-method-override", "x-method"];

/// GET, HEAD and OPTIONS, being nothing but that. `header` gives all values of a header.
pub fn only_reads<'h>(method: &str, header: impl Fn(&'static str) -> Vec<&'h [u8]>) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS") && is_plain(header)
}

/// The request stays what its method says: no override, and no protocol behind it that both sides write to.
pub fn is_plain<'h>(header: impl Fn(&'static str) -> Vec<&'h [u8]>) -> bool {
    let is_http = match header("upgrade").as_slice() {
        [] => true,
        // Java's client offers h2c with every request; that is still HTTP.
        [one] => one.eq_ignore_ascii_case(b"h2c"),
        _ => false,
    };
    is_http && OVERRIDES.iter().all(|name| header(name).is_empty())
}
