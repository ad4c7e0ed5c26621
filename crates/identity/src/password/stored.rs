//! Stored hashes: what a text in the database says about how it was made, and whether a password makes it again. Ours are
//! argon2id; others came by an import, and are replaced when their person signs in.
//!
//! Owns the schemes that are understood, and what a hash may cost; whoever imports may not make a sign-in burn hours.

mod firebase;

use std::{fmt, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::phc::{self, Output, Salt},
};
use bcrypt::HashParts;
use model::user::PasswordHash;
use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;

use super::{normal, threads::Memory};

pub(crate) use firebase::Firebase;

/// A hash that can be compared with.
#[derive(Clone)]
pub(crate) enum Stored {
    /// RFC 9106, of any of its kinds.
    Argon2 { form: Form, algorithm: Algorithm, version: Version, params: Params, salt: Salt, hash: Output },
    /// `$2a$`, `$2b$`, `$2y$`: the first 72 bytes of a password count.
    Bcrypt { cost: u32, text: String },
    /// RFC 7914.
    Scrypt { cost: ScryptCost, salt: Salt, hash: Output },
    /// RFC 8018 §5.2.
    Pbkdf2 { digest: Digest, iterations: u32, salt: Salt, hash: Output },
    /// scrypt, then AES.
    Firebase { cost: ScryptCost, salt: Salt, stream: Output },
}

/// What was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One form for what keyboards spell differently: so we hash.
    Normal,
    /// What was typed: so everybody else does.
    Typed,
}

/// What stands before a hash that is made as ours are, but elsewhere.
const TYPED: &str = "$typed-";

/// What scrypt costs: `2^log_n` blocks of `r` times 128 bytes, `p` times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScryptCost {
    log_n: u8,
    r: u32,
    p: u32,
}

/// With what PBKDF2 makes its pseudorandom function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha256,
    Sha512,
}

/// Why a text is no hash that can be used, in words for whoever wrote it; it is never quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn unusable(why: impl Into<String>) -> Unusable {
    Unusable(why.into())
}

impl Stored {
    /// Reads a hash as it is stored.
    pub(crate) fn parse(text: &str) -> Result<Self, Unusable> {
        match text.strip_prefix(TYPED) {
            Some(rest) => Self::import(&format!("${rest}")),
            None => Self::read(text),
        }
    }

    /// Reads a hash that was made elsewhere.
    pub(crate) fn import(text: &str) -> Result<Self, Unusable> {
        Ok(match Self::read(text)? {
            Self::Argon2 { algorithm, version, params, salt, hash, .. } => {
                Self::Argon2 { form: Form::Typed, algorithm, version, params, salt, hash }
            }
            other => other,
        })
    }

    fn read(text: &str) -> Result<Self, Unusable> {
        let scheme = text.strip_prefix('$').and_then(|rest| rest.split('$').next()).unwrap_or_default();
        match scheme {
            "argon2id" | "argon2i" | "argon2d" => argon2(text),
            "2a" | "2b" | "2y" => bcrypt(text),
            "scrypt" => {
                let (cost, salt, hash) = scrypt_parts(&phc(text, "scrypt")?, &["ln", "r", "p"])?;
                Ok(Self::Scrypt { cost, salt, hash })
            }
            "firebase-scrypt" => {
                let (cost, salt, stream) = scrypt_parts(&phc(text, "Firebase's scrypt")?, &["ln", "r", "p"])?;
                firebase::check(&stream)?;
                Ok(Self::Firebase { cost, salt, stream })
            }
            "pbkdf2-sha256" => pbkdf2(text, Digest::Sha256),
            "pbkdf2-sha512" => pbkdf2(text, Digest::Sha512),
            _ => Err(unusable(
                "the hash is of no scheme that is understood: bcrypt ($2a$, $2b$, $2y$), scrypt, PBKDF2 with SHA-256 or SHA-512, or \
                 argon2, as a PHC string",
            )),
        }
    }

    /// Whether a password, as it was typed, makes this hash: one run of its scheme, whatever comes of it.
    pub(super) fn verify(&self, typed: &str, memory: &mut Memory) -> Result<bool, String> {
        let password = typed.as_bytes();
        let made = match self {
            Self::Argon2 { form, algorithm, version, params, salt, hash } => {
                let argon2 = Argon2::new(*algorithm, *version, params.clone());
                let normal = normal(typed);
                let password = if *form == Form::Normal { normal.as_bytes() } else { password };
                let mut made = vec![0; hash.len()];
                argon2
                    .hash_password_into_with_memory(password, salt, &mut made, memory.blocks(params.block_count()))
                    .map_err(|error| error.to_string())?;
                made
            }
            Self::Bcrypt { text, .. } => return bcrypt::verify(password, text).map_err(|error| error.to_string()),
            Self::Scrypt { cost, salt, hash } => cost.run(password, salt, hash.len())?,
            Self::Pbkdf2 { digest, iterations, salt, hash } => digest.run(password, salt, *iterations, hash.len()),
            Self::Firebase { cost, salt, .. } => firebase::stream(&cost.run(password, salt, firebase::KEY_BYTES)?)?,
        };
        Ok(made.ct_eq(self.hash()).into())
    }

    fn hash(&self) -> &[u8] {
        match self {
            Self::Argon2 { hash, .. } | Self::Scrypt { hash, .. } | Self::Pbkdf2 { hash, .. } => hash.as_bytes(),
            Self::Firebase { stream, .. } => stream.as_bytes(),
            Self::Bcrypt { .. } => &[],
        }
    }

    /// Whether this is argon2id at least as strong as `ours`.
    pub(super) fn is_as_strong_as(&self, ours: &Params) -> bool {
        matches!(self, Self::Argon2 { form: Form::Normal, algorithm: Algorithm::Argon2id, params, .. }
            if params.m_cost() >= ours.m_cost() && params.t_cost() >= ours.t_cost())
    }

    /// How long one run takes on a slow core: an estimate on the safe side, the same on every machine.
    pub(crate) fn work(&self) -> Duration {
        let (units, nanoseconds) = match self {
            Self::Argon2 { params, .. } => (u64::from(params.m_cost()).saturating_mul(params.t_cost().into()), 1_000),
            Self::Bcrypt { cost, .. } => (1u64.checked_shl(*cost).unwrap_or(u64::MAX), 60_000),
            Self::Scrypt { cost, .. } | Self::Firebase { cost, .. } => (cost.units(), 500),
            Self::Pbkdf2 { digest, iterations, .. } => {
                ((*iterations).into(), if *digest == Digest::Sha256 { 500 } else { 1_000 })
            }
        };
        Duration::from_nanos(units.saturating_mul(nanoseconds))
    }

    /// How much memory one run takes, in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        match self {
            Self::Argon2 { params, .. } => params.m_cost().into(),
            Self::Scrypt { cost, .. } | Self::Firebase { cost, .. } => cost.memory_kib(),
            Self::Bcrypt { .. } | Self::Pbkdf2 { .. } => 4,
        }
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> PasswordHash {
        PasswordHash::new(match self {
            Self::Argon2 { form, algorithm, version, params, salt, hash } => {
                let (version, memory, time, lanes) =
                    (u32::from(*version), params.m_cost(), params.t_cost(), params.p_cost());
                let before = if *form == Form::Typed { TYPED } else { "$" };
                format!("{before}{algorithm}$v={version}$m={memory},t={time},p={lanes}${salt}${hash}")
            }
            Self::Bcrypt { text, .. } => text.clone(),
            Self::Scrypt { cost, salt, hash } => format!("$scrypt${cost}${salt}${hash}"),
            Self::Firebase { cost, salt, stream } => {
                format!("$firebase-scrypt${cost}${salt}${stream}")
            }
            Self::Pbkdf2 { digest, iterations, salt, hash } => {
                let digest = if *digest == Digest::Sha256 { "sha256" } else { "sha512" };
                format!("$pbkdf2-{digest}$i={iterations}${salt}${hash}")
            }
        })
    }
}

impl ScryptCost {
    fn new(log_n: u32, r: u32, p: u32) -> Result<Self, Unusable> {
        let log_n = u8::try_from(log_n).ok().filter(|log_n| (1..=24).contains(log_n));
        let log_n = log_n.ok_or_else(|| unusable("scrypt's cost is out of range; ln is 1 to 24"))?;
        if !(1..=64).contains(&r) || !(1..=64).contains(&p) {
            return Err(unusable("scrypt's r or p is out of range; they are 1 to 64"));
        }
        Ok(Self { log_n, r, p })
    }

    const fn units(self) -> u64 {
        (1u64 << self.log_n) * self.r as u64 * self.p as u64
    }

    const fn memory_kib(self) -> u64 {
        ((1u64 << self.log_n) * self.r as u64 * 128 + (self.r as u64 * self.p as u64 * 128)).div_ceil(1024)
    }

    fn run(self, password: &[u8], salt: &[u8], length: usize) -> Result<Vec<u8>, String> {
        let params = scrypt::Params::new(self.log_n, self.r, self.p).map_err(|error| error.to_string())?;
        let mut made = vec![0; length];
        scrypt::scrypt(password, salt, &params, &mut made).map_err(|error| error.to_string())?;
        Ok(made)
    }
}

impl fmt::Display for ScryptCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ln={},r={},p={}", self.log_n, self.r, self.p)
    }
}

impl Digest {
    fn run(self, password: &[u8], salt: &[u8], iterations: u32, length: usize) -> Vec<u8> {
        let mut made = vec![0; length];
        match self {
            Self::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut made),
            Self::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, iterations, &mut made),
        }
        made
    }
}

fn phc(text: &str, scheme: &str) -> Result<phc::PasswordHash, Unusable> {
    phc::PasswordHash::new(text)
        .map_err(|_| unusable(format!("the hash is not a PHC string of {scheme}, with its parameters, salt and hash")))
}

fn salt_and_hash(parsed: &phc::PasswordHash) -> Result<(Salt, Output), Unusable> {
    let (Some(salt), Some(hash)) = (parsed.salt, parsed.hash) else {
        return Err(unusable("the hash has no salt, or nothing to compare with"));
    };
    Ok((salt, hash))
}

/// The parameters, of which all are there and no others.
fn parameters<const N: usize>(parsed: &phc::PasswordHash, names: &[&str; N]) -> Result<[u32; N], Unusable> {
    let wrong = || unusable(format!("the hash's parameters are not {}", names.join(", ")));
    if parsed.params.iter().count() != N {
        return Err(wrong());
    }
    let mut values = [0; N];
    for (value, name) in values.iter_mut().zip(names) {
        *value = parsed.params.get_decimal(*name).ok_or_else(wrong)?;
    }
    Ok(values)
}

fn scrypt_parts(parsed: &phc::PasswordHash, names: &[&str; 3]) -> Result<(ScryptCost, Salt, Output), Unusable> {
    let [log_n, r, p] = parameters(parsed, names)?;
    let (salt, hash) = salt_and_hash(parsed)?;
    Ok((ScryptCost::new(log_n, r, p)?, salt, hash))
}

fn argon2(text: &str) -> Result<Stored, Unusable> {
    let parsed = phc(text, "argon2")?;
    let refused = |_| unusable("the parameters of argon2 are not right");
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(refused)?;
    let version = parsed.version.map(Version::try_from).transpose();
    let version =
        version.map_err(|_| unusable("the version of argon2 is neither 16 nor 19"))?.unwrap_or(Version::V0x10);
    let params = Params::try_from(&parsed).map_err(refused)?;
    if !params.keyid().is_empty() || !params.data().is_empty() {
        return Err(unusable("the hash was made with a secret key or associated data"));
    }
    let (salt, hash) = salt_and_hash(&parsed)?;
    Ok(Stored::Argon2 { form: Form::Normal, algorithm, version, params, salt, hash })
}

fn bcrypt(text: &str) -> Result<Stored, Unusable> {
    let parts: HashParts = text.parse().map_err(|_| unusable("the hash is not bcrypt's 60 characters"))?;
    let cost = parts.get_cost();
    if !(4..=31).contains(&cost) {
        return Err(unusable("bcrypt's cost is out of range; it is 4 to 31"));
    }
    Ok(Stored::Bcrypt { cost, text: text.to_owned() })
}

fn pbkdf2(text: &str, digest: Digest) -> Result<Stored, Unusable> {
    let parsed = phc(text, "PBKDF2")?;
    let iterations = parsed.params.get_decimal("i").filter(|iterations| *iterations > 0);
    let iterations = iterations.ok_or_else(|| unusable("PBKDF2's parameter i, its iterations, is missing"))?;
    let (salt, hash) = salt_and_hash(&parsed)?;
    let length = parsed.params.get_decimal("l").map(usize::try_from);
    if parsed.params.iter().any(|(name, _)| !matches!(name.as_str(), "i" | "l"))
        || length.is_some_and(|length| length != Ok(hash.len()))
    {
        return Err(unusable("PBKDF2's parameters are not i and, if it is there, the length l"));
    }
    Ok(Stored::Pbkdf2 { digest, iterations, salt, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT_AND_HASH: &str = "c2FsdCBmcm9tIHRoZXJl$AU+XhcnD8USsj1n4hO3W7jec2TklPDdvfdO06OXqTgc";

    #[test]
    fn what_is_read_is_stored_as_it_was() {
        for text in [
            "$2y$04$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6".to_owned(),
            format!("$scrypt$ln=10,r=8,p=2${SALT_AND_HASH}"),
            format!("$pbkdf2-sha512$i=1000${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=64,t=2,p=1${SALT_AND_HASH}"),
        ] {
            assert_eq!(Stored::parse(&text).ok().unwrap().text().expose(), text);
        }
        let elsewhere = Stored::import(&format!("$argon2id$v=19$m=64,t=2,p=1${SALT_AND_HASH}")).ok().unwrap();
        let text = elsewhere.text();
        assert_eq!(text.expose(), format!("$typed-argon2id$v=19$m=64,t=2,p=1${SALT_AND_HASH}"));
        assert_eq!(Stored::parse(text.expose()).ok().unwrap().text().expose(), text.expose());
        assert!(!elsewhere.is_as_strong_as(&Params::new(64, 1, 1, None).unwrap()), "and it is replaced at once");
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for text in [
            String::new(),
            "secret".to_owned(),
            "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
            "$1$salt$hash".to_owned(),
            "$2x$04$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6".to_owned(),
            "$2b$03$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6".to_owned(),
            "$2b$32$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6".to_owned(),
            "$2b$04$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV".to_owned(),
            format!("$scrypt$ln=10,r=8${SALT_AND_HASH}"),
            format!("$scrypt$ln=10,r=8,p=2,x=1${SALT_AND_HASH}"),
            format!("$scrypt$ln=0,r=8,p=1${SALT_AND_HASH}"),
            format!("$scrypt$ln=63,r=8,p=1${SALT_AND_HASH}"),
            format!("$scrypt$ln=10,r=4294967295,p=1${SALT_AND_HASH}"),
            format!("$firebase-scrypt$ln=10,r=8,p=1${SALT_AND_HASH}"),
            format!("$pbkdf2-sha256$i=0${SALT_AND_HASH}"),
            format!("$pbkdf2-sha256$l=32${SALT_AND_HASH}"),
            format!("$pbkdf2-sha256$i=10,l=31${SALT_AND_HASH}"),
            format!("$pbkdf2-sha1$i=1000${SALT_AND_HASH}"),
            "$pbkdf2-sha256$i=1000$c2FsdCBmcm9tIHRoZXJl".to_owned(),
            format!("$argon2id$v=20$m=64,t=2,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=64,t=0,p=1${SALT_AND_HASH}"),
            format!("$argon2id$v=19$m=64,t=2,p=1,keyid=Zm9v${SALT_AND_HASH}"),
            format!("$typed-$argon2id$v=19$m=64,t=2,p=1${SALT_AND_HASH}"),
        ] {
            assert!(Stored::parse(&text).is_err(), "{text}");
        }
        assert!(Stored::import(&format!("$typed-argon2id$v=19$m=64,t=2,p=1${SALT_AND_HASH}")).is_err());
    }

    #[test]
    fn what_a_hash_costs_grows_with_its_parameters() {
        let cost = |text: &str| {
            let stored = Stored::parse(text).ok().unwrap();
            (stored.work().as_millis(), stored.memory_kib())
        };
        let bcrypt = "$2b$12$fdSXjj8Rp0NAmxFWTTy06eQA8hv8.iv3y8dRu/9k.XlUdMeP83XV6";
        assert_eq!(cost(bcrypt), (245, 4));
        assert_eq!(cost(&bcrypt.replace("$12$", "$31$")), (128_849_018, 4));
        assert_eq!(cost(&format!("$scrypt$ln=17,r=8,p=1${SALT_AND_HASH}")), (524, 128 * 1024 + 1));
        assert_eq!(cost(&format!("$scrypt$ln=24,r=64,p=64${SALT_AND_HASH}")).0, 34_359_738);
        assert_eq!(cost(&format!("$pbkdf2-sha256$i=600000${SALT_AND_HASH}")), (300, 4));
        assert_eq!(cost(&format!("$argon2id$v=19$m=65536,t=3,p=4${SALT_AND_HASH}")), (196, 65_536));
    }
}
