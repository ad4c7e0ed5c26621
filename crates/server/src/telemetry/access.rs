//! The one line that each request leaves. It is written in place, without the steps of the log in between, because on the
//! cheapest answers those cost more than the answer.

use std::{net::IpAddr, time::Duration};

use actix_web::http::Method;
use tracing::Level;

use super::{ACCESS, sink::STDERR};
use crate::{
    config::{Log, LogFormat},
    request_id::RequestId,
};

/// Where and how the lines of requests are written.
#[derive(Debug)]
pub struct AccessLog {
    format: LogFormat,
    #[cfg(test)]
    pub(super) instead: Option<std::sync::Arc<std::sync::Mutex<Vec<u8>>>>,
}

/// What a line says. The route is a pattern of ours, never the path: that may hold an id, and its query anything.
pub(super) struct Answered<'a> {
    pub(super) id: RequestId,
    pub(super) method: &'a Method,
    pub(super) route: &'a str,
    pub(super) status: u16,
    pub(super) took: Duration,
    pub(super) client: Option<IpAddr>,
}

impl AccessLog {
    /// To standard error, unless the settings leave it out.
    #[must_use]
    pub fn new(log: &Log) -> Option<Self> {
        let this = Self {
            format: log.format,
            #[cfg(test)]
            instead: None,
        };
        log.access.then_some(this)
    }

    /// Writes the line, if lines of this level are wanted.
    pub(super) fn write(&self, answered: &Answered<'_>) {
        if !tracing::enabled!(target: ACCESS, Level::INFO) {
            return;
        }
        #[cfg(test)]
        if let Some(lines) = &self.instead {
            let mut lines = lines.lock().unwrap();
            return answered.put(self.format, b"2026-01-01T00:00:00.000000Z", &mut lines);
        }
        STDERR.append(|now, lines| answered.put(self.format, now, lines));
    }
}

impl Answered<'_> {
    fn put(&self, format: LogFormat, now: &[u8], line: &mut Vec<u8>) {
        let names: [&[u8]; 6] = match format {
            LogFormat::Json => [
                b"\",\"level\":\"INFO\",\"target\":\"access\",\"message\":\"answered\",\"request\":\"",
                b"\",\"method\":\"",
                b"\",\"route\":\"",
                b"\",\"status\":",
                b",\"microseconds\":",
                b",\"client\":\"",
            ],
            LogFormat::Text => {
                [b"  INFO answered request=", b" method=", b" route=", b" status=", b" microseconds=", b" client="]
            }
        };
        let is_json = format == LogFormat::Json;
        line.extend_from_slice(if is_json { b"{\"timestamp\":\"" } else { b"" });
        line.extend_from_slice(now);
        let [request, method, route, status, microseconds, client] = names;
        line.extend_from_slice(request);
        line.extend_from_slice(self.id.as_str().as_bytes());
        line.extend_from_slice(method);
        line.extend_from_slice(self.method_name().as_bytes());
        line.extend_from_slice(route);
        line.extend_from_slice(self.route.as_bytes());
        line.extend_from_slice(status);
        push_number(line, u64::from(self.status));
        line.extend_from_slice(microseconds);
        push_number(line, u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX));
        line.extend_from_slice(client);
        push_address(line, self.client);
        line.extend_from_slice(if is_json { b"\"}\n" } else { b"\n" });
    }

    fn method_name(&self) -> &'static str {
        match *self.method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::HEAD => "HEAD",
            Method::OPTIONS => "OPTIONS",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            // Whatever else was sent is the sender's text.
            _ => "other",
        }
    }
}

fn push_address(line: &mut Vec<u8>, address: Option<IpAddr>) {
    match address {
        Some(IpAddr::V4(address)) => {
            for (place, octet) in address.octets().into_iter().enumerate() {
                if place > 0 {
                    line.push(b'.');
                }
                push_number(line, u64::from(octet));
            }
        }
        Some(IpAddr::V6(address)) => line.extend_from_slice(address.to_string().as_bytes()),
        None => {}
    }
}

/// Decimal digits.
pub(super) fn push_number(line: &mut Vec<u8>, mut number: u64) {
    let start = line.len();
    loop {
        line.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if let Some(digits) = line.get_mut(start..) {
        digits.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(format: LogFormat, client: &str) -> String {
        let answered = Answered {
            id: RequestId::generate(),
            method: &Method::from_bytes(b"BREW\"").unwrap_or(Method::TRACE),
            route: "/consent/{id}",
            status: 303,
            took: Duration::from_micros(1_234_567),
            client: client.parse().ok(),
        };
        let mut line = Vec::new();
        answered.put(format, b"2026-01-01T00:00:00.000000Z", &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_line_is_one_object_with_every_member() {
        let line = line(LogFormat::Json, "2001:db8::1");
        assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["method"], "other");
        assert_eq!(line["route"], "/consent/{id}");
        assert_eq!(line["status"], 303);
        assert_eq!(line["microseconds"], 1_234_567);
        assert_eq!(line["client"], "2001:db8::1");
        assert_eq!(line["timestamp"], "2026-01-01T00:00:00.000000Z");
    }

    #[test]
    fn numbers_and_addresses_are_written_as_the_library_writes_them() {
        for number in [0, 7, 10, 255, 65_536, u64::MAX] {
            let mut digits = Vec::new();
            push_number(&mut digits, number);
            assert_eq!(digits, number.to_string().as_bytes());
        }
        for address in ["0.0.0.0", "203.0.113.9", "255.255.255.255", "::1"] {
            assert!(line(LogFormat::Text, address).ends_with(&format!(" client={address}\n")));
        }
    }
}
