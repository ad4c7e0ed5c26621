//! Server-sent events as text (WHATWG HTML §9.2.6): lines to messages. Bounded, so that a stream without an end of line is
//! trouble and not memory.

/// Longer than any event of ours.
const MAX_BYTES: usize = 64 * 1024;

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub id: Option<String>,
    pub event: String,
    pub data: String,
}

/// What has come and is not yet a whole message.
#[derive(Default)]
pub(super) struct Messages {
    rest: Vec<u8>,
    message: Message,
    has_data: bool,
}

/// A line or a message is longer than is sensible, or not UTF-8.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Messages {
    /// Takes what came, and gives the messages that are whole now.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Message>, Unreadable> {
        self.rest.extend_from_slice(bytes);
        let mut whole = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).map_err(|_| Unreadable)?;
            whole.extend(self.line(line));
        }
        if self.rest.len() + self.message.data.len() > MAX_BYTES {
            return Err(Unreadable);
        }
        Ok(whole)
    }

    fn line(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            let message = std::mem::take(&mut self.message);
            let has_data = std::mem::take(&mut self.has_data);
            // One with an id alone says where to go on from.
            return (has_data || !message.event.is_empty() || message.id.is_some()).then_some(message);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.message.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.message.event),
            "data" => {
                if self.has_data {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
                self.has_data = true;
            }
            // A comment, or a field of another time.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_however_they_are_cut() {
        let text = b": alive\nid: 6\n\nid: 7\nevent: grant.revoked\ndata: {\"a\":1}\n\nevent:reset\r\ndata:x\r\ndata: y\r\n\r\n: alive\n\nid: 9";
        for size in 1..text.len() {
            let mut messages = Messages::default();
            let read: Vec<Message> = text.chunks(size).flat_map(|part| messages.take(part).unwrap()).collect();
            let expected = [
                Message { id: Some("6".to_owned()), ..Message::default() },
                Message { id: Some("7".to_owned()), event: "grant.revoked".to_owned(), data: "{\"a\":1}".to_owned() },
                Message { id: None, event: "reset".to_owned(), data: "x\ny".to_owned() },
            ];
            assert_eq!(read, expected, "in parts of {size}");
        }
    }

    #[test]
    fn what_has_no_end_is_trouble() {
        let mut messages = Messages::default();
        let endless = vec![b'x'; MAX_BYTES + 1];
        assert!(messages.take(&endless).is_err());
        assert!(Messages::default().take(b"data: \xff\n").is_err());
        let mut many = Messages::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        assert!((0..100).any(|_| many.take(line.as_bytes()).is_err()));
    }
}
