//! Cursors: where a list goes on, as a text that only this server makes (V-27).
//!
//! A cursor is sealed, so that it tells nothing and cannot be made up, and bound to the list that it was made for: to its
//! endpoint, to whose list it is, and to how it was narrowed. Whoever shows it in another place has shown nothing. Does not own
//! the lists.

use model::ServerSecrets;

use crate::{Authority, Error, seal};

/// Longer texts are no cursor.
const LONGEST: usize = 1024;

/// A list, as it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Where it is asked for.
    pub endpoint: &'a str,
    /// Whose it is: an organisation's id, or a person's.
    pub tenant: &'a str,
    /// How it is narrowed; empty if it is not.
    pub filter: &'a str,
}

impl Listing<'_> {
    /// What a cursor of this list is sealed for. No two lists have the same: each part says how long it is.
    fn purpose(&self) -> String {
        let Self { endpoint, tenant, filter } = self;
        format!("cursor {}:{endpoint} {}:{tenant} {}:{filter}", endpoint.len(), tenant.len(), filter.len())
    }
}

impl Authority {
    /// The cursor behind `last`, the id of the last thing that was told.
    ///
    /// # Errors
    /// Trouble of the cipher, which cannot be expected.
    pub fn cursor(&self, list: &Listing<'_>, last: &str) -> Result<String, Error> {
        sealed(&self.parts.secrets, list, last)
    }

    /// Behind which id a list goes on; nothing if this is no cursor of this list.
    #[must_use]
    pub fn position(&self, list: &Listing<'_>, cursor: &str) -> Option<String> {
        opened(&self.parts.secrets, list, cursor)
    }
}

fn sealed(secrets: &ServerSecrets, list: &Listing<'_>, last: &str) -> Result<String, Error> {
    seal::seal(secrets, &list.purpose(), last.as_bytes())
}

fn opened(secrets: &ServerSecrets, list: &Listing<'_>, cursor: &str) -> Option<String> {
    if cursor.len() > LONGEST {
        return None;
    }
    let plain = seal::open(secrets, &list.purpose(), cursor).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: Listing<'static> = Listing { endpoint: "members", tenant: "acme", filter: "" };

    #[test]
    fn v27_a_cursor_is_good_for_the_list_that_it_was_made_for_and_no_other() {
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let cursor = sealed(&secrets, &MEMBERS, "0123").unwrap();
        assert_eq!(opened(&secrets, &MEMBERS, &cursor).as_deref(), Some("0123"));
        let others = [
            Listing { endpoint: "projects", ..MEMBERS },
            Listing { tenant: "globex", ..MEMBERS },
            Listing { filter: "project=1", ..MEMBERS },
            Listing { endpoint: "members a", tenant: "cme", filter: "" },
        ];
        for other in others {
            assert_eq!(opened(&secrets, &other, &cursor), None, "{other:?}");
        }
        let stranger = ServerSecrets::new([(1, [8; 32])]).unwrap();
        let forged = sealed(&stranger, &MEMBERS, "' OR 1 = 1 --").unwrap();
        assert_eq!(opened(&secrets, &MEMBERS, &forged), None);
        assert_eq!(opened(&secrets, &MEMBERS, &"1.".repeat(LONGEST)), None);
    }

    #[test]
    fn v27_every_flipped_bit_of_a_cursor_is_noticed() {
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let cursor = sealed(&secrets, &MEMBERS, "0123").unwrap().into_bytes();
        for at in 0..cursor.len() {
            for bit in 0..7 {
                let mut flipped = cursor.clone();
                flipped[at] ^= 1 << bit;
                let flipped = String::from_utf8(flipped).unwrap();
                assert_eq!(opened(&secrets, &MEMBERS, &flipped), None, "bit {bit} of character {at}");
            }
        }
    }
}
