//! Reads JSON strictly enough that no other reader can see something else in it: a repeated member is an error wherever it
//! stands. Depth is bounded by serde_json (128), length by whoever read the bytes.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The value, or nothing if the bytes are not UTF-8 JSON, hold a member twice, nest too deep or go on after the value.
pub(super) fn parse(bytes: &[u8]) -> Option<Value> {
    // serde_json replaces lone surrogates and the like by errors, but takes the bytes as they are: text first.
    let text = std::str::from_utf8(bytes).ok()?;
    serde_json::from_str::<Unambiguous>(text).ok().map(|value| value.0)
}

struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OnlyOnce.deserialize(deserializer).map(Self)
    }
}

struct OnlyOnce;

impl<'de> DeserializeSeed<'de> for OnlyOnce {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OnlyOnce {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(OnlyOnce)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(OnlyOnce)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Whether two members differ in nothing but ASCII case, so that a lax reader would take one for the other.
pub(super) fn has_lookalikes(object: &Map<String, Value>) -> bool {
    let mut names: Vec<String> = object.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair.first() == pair.last())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn ordinary_json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,0.5,true,null,"ü\n"],"b":{"a":{}}}"#;
        assert_eq!(parse(text.as_bytes()), Some(json!({"a": [1, -2, 0.5, true, null, "ü\n"], "b": {"a": {}}})));
    }

    #[test]
    fn ambiguity_is_refused_at_any_depth() {
        for text in [
            r#"{"method":"ping","method":"tools/call"}"#,
            r#"{"method":"ping","m\u0065thod":"tools/call"}"#,
            r#"{"params":{"name":"a","name":"b"}}"#,
            r#"[{"x":[{"y":1,"y":1}]}]"#,
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(100_000);
        let closed = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let hostile: [&[u8]; 11] = [
            b"",
            b"{",
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"\xff\xfe{\0}\0",
            b"{a:1}",
            b"{\"a\":1e999}",
            b"{\"a\":\"\\ud800\"}",
            deep.as_bytes(),
            closed.as_bytes(),
        ];
        for bytes in hostile {
            assert_eq!(parse(bytes), None);
        }
    }
}
