//! How a line of the log is written: one JSON object, or one line for people; with the name of the request that caused it.
//! A span for each request would say the same and cost more than many a request does, and so would a general serializer.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime as _, SystemTime},
    },
    registry::LookupSpan,
};

use crate::request_id::RequestId;

/// A line of JSON: `timestamp`, `level`, `target`, `request` where there is one, then what the line says.
pub(super) struct JsonLine;

/// A line for people, with the request's name before it.
pub(super) struct TextLine<F>(pub(super) F);

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::with_capacity(256);
        line.push_str("{\"timestamp\":\"");
        SystemTime.format_time(&mut Writer::new(&mut line))?;
        write!(line, "\",\"level\":\"{}\",\"target\":", event.metadata().level())?;
        push_text(&mut line, event.metadata().target());
        if let Some(id) = RequestId::current() {
            line.push_str(",\"request\":");
            push_text(&mut line, id.as_str());
        }
        event.record(&mut Members(&mut line));
        line.push_str("}\n");
        writer.write_str(&line)
    }
}

impl<S, N, F> FormatEvent<S, N> for TextLine<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if let Some(id) = RequestId::current() {
            write!(writer, "{id} ")?;
        }
        self.0.format_event(context, writer, event)
    }
}

/// What a line says, as members of its object.
struct Members<'a>(&'a mut String);

impl Members<'_> {
    fn name(&mut self, field: &Field) {
        self.0.push(',');
        push_text(self.0, field.name());
        self.0.push(':');
    }

    fn bare(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        // Writing to a string does not fail.
        let _written = write!(self.0, "{value}");
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        push_text(self.0, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field);
        push_text(self.0, &format!("{value:?}"));
    }
}

/// A JSON string (RFC 8259 §7).
fn push_text(line: &mut String, text: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        line.push('"');
        line.push_str(text);
        line.push('"');
    } else {
        line.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_a_json_string() {
        for text in ["plain", "", "a\"b\\c", "line\nbreak\u{0}", "ünï \u{2028}"] {
            let mut line = String::new();
            push_text(&mut line, text);
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        }
    }
}
