//! What one line may say, and the account that it becomes.

use model::{Email, Role, Timestamp, User};
use protocol::Members;
use serde_json::Value;

use crate::{
    PasswordSettings,
    admin::organization,
    password::{Firebase, Stored},
};

/// Longer lines are none.
const MOST_BYTES: usize = 16 * 1024;
/// Longer names of fields are not quoted.
const QUOTED_CHARACTERS: usize = 40;

/// What comparing with a hash may take.
pub(super) struct Limits {
    memory_kib: u64,
    /// Half of the delay of failed sign-ins, in milliseconds.
    work_millis: u128,
}

/// An account to be.
pub(super) struct Newcomer {
    pub(super) email: Email,
    email_verified: bool,
    name: Option<String>,
    pub(super) hash: Option<Stored>,
    /// The organisation that they belong to, by slug or id.
    pub(super) home: Option<(String, Role)>,
}

impl Limits {
    pub(super) fn of(settings: &PasswordSettings) -> Self {
        Self { memory_kib: settings.imported_memory_kib, work_millis: (settings.imported_delay / 2).as_millis() }
    }

    /// So that an import cannot make signing in burn time or memory.
    fn bear(&self, hash: &Stored) -> Result<(), String> {
        let (memory, work) = (hash.memory_kib(), hash.work().as_millis());
        if memory > self.memory_kib {
            return Err(format!(
                "comparing with the hash takes {memory} KiB, more than password.imported_memory ({})",
                self.memory_kib
            ));
        }
        if work > self.work_millis {
            return Err(format!(
                "comparing with the hash may take {work} ms, more than half of password.imported_delay ({} ms)",
                self.work_millis * 2
            ));
        }
        Ok(())
    }
}

impl Newcomer {
    /// Reads a line; what is wrong is told in words that quote no value but an address or a name.
    pub(super) fn read(text: &str, limits: &Limits) -> Result<Self, String> {
        let mut members = Members::parse(text.as_bytes(), MOST_BYTES).map_err(|_| {
            format!("the line is not one JSON object, holds a field twice, or is longer than {MOST_BYTES} bytes")
        })?;
        let email = members.text("email")?.ok_or("the field email is missing")?;
        let newcomer = Self {
            email: Email::parse(&email)
                .ok_or_else(|| format!("'{}' is no e-mail address that Lanyard accepts", email.escape_debug()))?,
            email_verified: flag(&mut members, "email_verified")?,
            name: members
                .text("name")?
                .map(|name| organization::parse_name(&name))
                .transpose()
                .map_err(|error| error.message)?,
            hash: members.value("password_hash").map(hash).transpose()?,
            home: home(&mut members)?,
        };
        if let Some(hash) = &newcomer.hash {
            limits.bear(hash)?;
        }
        match members.names().next() {
            Some(name) => Err(unknown(name)),
            None => Ok(newcomer),
        }
    }

    pub(super) fn user(&self, now: Timestamp) -> User {
        User {
            name: self.name.clone(),
            password_hash: self.hash.as_ref().map(Stored::text),
            email_verified_at: self.email_verified.then_some(now),
            ..User::new(self.email.clone(), now)
        }
    }
}

fn flag(members: &mut Members, name: &str) -> Result<bool, String> {
    match members.value(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(_) => Err(format!("{name} is neither true nor false")),
    }
}

fn hash(value: Value) -> Result<Stored, String> {
    let read = match value {
        Value::String(text) => Stored::import(&text),
        Value::Object(_) => Firebase::parse(value).and_then(|firebase| firebase.read()),
        _ => return Err("password_hash is neither a text nor an object".to_owned()),
    };
    read.map_err(|error| error.to_string())
}

fn home(members: &mut Members) -> Result<Option<(String, Role)>, String> {
    let role = match members.text("role")? {
        None => None,
        Some(word) => Some(Role::parse(&word).ok_or("role is none of owner, admin and member")?),
    };
    match (members.text("organization")?, role) {
        (Some(organization), role) => Ok(Some((organization, role.unwrap_or(Role::Member)))),
        (None, Some(_)) => Err("there is a role and no organization".to_owned()),
        (None, None) => Ok(None),
    }
}

fn unknown(name: &str) -> String {
    let known = "email, email_verified, name, password_hash, organization and role are";
    if name.chars().count() > QUOTED_CHARACTERS {
        return format!("a field is not known; {known}");
    }
    format!("the field '{}' is not known; {known}", name.escape_debug())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Settings;

    fn read(line: &Value) -> Result<Newcomer, String> {
        Newcomer::read(&line.to_string(), &Limits::of(&Settings::new("https://auth.example.com").password))
    }

    fn refused(line: &Value) -> String {
        read(line).err().unwrap()
    }

    #[test]
    fn a_line_becomes_an_account() {
        let line = json!({
            "email": "Ada@Example.com", "email_verified": true, "name": "Ada", "organization": "acme", "role": "admin",
            "password_hash": "$2b$12$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u",
        });
        let newcomer = read(&line).unwrap();
        let now = Timestamp::from_seconds(7);
        let user = newcomer.user(now);
        assert_eq!((user.email.as_str(), user.name.as_deref()), ("ada@example.com", Some("Ada")));
        assert_eq!(user.email_verified_at, Some(now));
        assert_eq!(user.password_hash.unwrap().expose(), line["password_hash"].as_str().unwrap());
        assert_eq!(newcomer.home, Some(("acme".to_owned(), Role::Admin)));
        let bare = read(&json!({"email": "a@b.example", "name": null, "organization": "acme"})).unwrap();
        let user = bare.user(now);
        assert_eq!((user.email_verified_at, user.password_hash.is_some()), (None, false));
        assert_eq!(bare.home, Some(("acme".to_owned(), Role::Member)));
    }

    #[test]
    fn what_is_wrong_is_said_and_no_hash_is_quoted() {
        let secret = "$2b$99$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u";
        for (line, said) in [
            (json!({"email": "x", "password_hash": secret}), "no e-mail address"),
            (json!({"name": "x", "password_hash": secret}), "email is missing"),
            (json!({"email": 7, "password_hash": secret}), "email must be a string"),
            (json!({"email": "a@b.example", "email_verified": "yes"}), "neither true nor false"),
            (json!({"email": "a@b.example", "password_hash": secret}), "cost is out of range"),
            (json!({"email": "a@b.example", "password_hash": "md5:x"}), "no scheme"),
            (json!({"email": "a@b.example", "password_hash": 7}), "neither a text nor an object"),
            (json!({"email": "a@b.example", "password_hash": {"hash": secret}}), "salt"),
            (json!({"email": "a@b.example", "role": "king", "organization": "acme"}), "role is none of"),
            (json!({"email": "a@b.example", "role": "owner"}), "no organization"),
            (json!({"email": "a@b.example", "name": "x\ny"}), "no name"),
            (json!({"email": "a@b.example", "passwordHash": secret}), "'passwordHash' is not known"),
            (json!([secret]), "not one JSON object"),
            (json!({"email": "a@b.example", "name": "x".repeat(17_000)}), "longer than"),
        ] {
            let why = refused(&line);
            assert!(why.contains(said), "{line}: {why}");
            assert!(!why.contains("L6Bc"), "{why}");
        }
        assert!(
            Newcomer::read(
                "{\"email\":\"a@b.example\",\"email\":\"c@d.example\"}",
                &Limits { memory_kib: 0, work_millis: 0 }
            )
            .is_err()
        );
    }

    #[test]
    fn a_hash_that_would_burn_time_or_memory_is_refused() {
        for (hash, said) in [
            ("$2b$15$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u", "password.imported_delay"),
            ("$pbkdf2-sha256$i=50000000$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "password.imported_delay"),
            ("$scrypt$ln=20,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "password.imported_memory"),
            ("$scrypt$ln=10,r=1,p=64$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", ""),
            ("$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "password.imported_memory"),
            ("$argon2id$v=19$m=65536,t=4000,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA", "password.imported_delay"),
        ] {
            let read = read(&json!({"email": "a@b.example", "password_hash": hash}));
            match said {
                "" => assert!(read.is_ok(), "{hash}"),
                said => assert!(read.err().unwrap().contains(said), "{hash}"),
            }
        }
    }
}
