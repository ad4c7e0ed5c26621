//! JSON objects from strangers, read within bounds. Owns size, depth and the difference between absent and malformed;
//! what a member means belongs to the document that takes it.

mod strict;

use serde_json::{Map, Value};

/// A JSON object whose members are taken out one by one. `null` and empty text are the same as absent.
pub struct Members(Map<String, Value>);

/// Why a document or a member is refused, in words that may be shown.
pub type Refusal = String;

impl Members {
    /// Reads an object of at most this many bytes, in which no member stands twice.
    ///
    /// # Errors
    /// It is none, in words that quote nothing of it.
    pub fn parse(bytes: &[u8], max_bytes: usize) -> Result<Self, Refusal> {
        if bytes.len() > max_bytes {
            return Err(format!("the document is longer than {max_bytes} bytes"));
        }
        let value = strict::parse(bytes)
            .map_err(|_| "the document is not JSON, holds a member twice, or holds too much".to_owned())?;
        Self::from_value(value)
    }

    /// A value as an object.
    ///
    /// # Errors
    /// It is none.
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err("the document is not a JSON object".to_owned()),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// Takes a member out.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a text out.
    ///
    /// # Errors
    /// It is no text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(format!("{name} must be a string")),
        }
    }

    /// The names of what was not taken out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn texts(&mut self, name: &str, max: usize) -> Result<Option<Vec<String>>, Refusal> {
        let refusal = || format!("{name} must be an array of at most {max} strings");
        let values = match self.value(name) {
            None => return Ok(None),
            Some(Value::Array(values)) if values.len() <= max => values,
            Some(_) => return Err(refusal()),
        };
        let text = |value| {
            if let Value::String(text) = value { Ok(text) } else { Err(refusal()) }
        };
        values.into_iter().map(text).collect::<Result<_, _>>().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    #[test]
    fn size_depth_and_shape_are_bounded() {
        let deep = format!("{}{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        let arrays = "[".repeat(10_000);
        for text in [
            deep.as_str(),
            arrays.as_str(),
            "[]",
            "null",
            "",
            "{",
            r#"{"a":1e400}"#,
            r#"{"a":"xxxxxxxxxxxxxxxxxxxxx"}"#,
        ] {
            let max = if text.contains("xxx") { 20 } else { 1 << 20 };
            assert!(Members::parse(text.as_bytes(), max).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }

    #[test]
    fn null_and_empty_are_absent() {
        let mut members = Members::parse(br#"{"a":null,"b":"","c":5,"d":["x"],"e":[1]}"#, 100).unwrap();
        assert!(!members.has("a") && members.has("c"));
        assert_eq!(members.text("a"), Ok(None));
        assert_eq!(members.text("b"), Ok(None));
        assert!(members.text("c").is_err());
        assert_eq!(members.texts("d", 1), Ok(Some(vec!["x".to_owned()])));
        assert!(members.texts("e", 1).is_err());
    }
}
