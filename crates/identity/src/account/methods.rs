//! How people prove who they are, in the words that tokens carry (RFC 8176 §2, and `pop`, which the same registry has from
//! OpenID Connect EAP ACR Values 1.0 §8), and how strong that is.

use model::Way;

/// A way to prove who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A password.
    Password,
    /// Another provider's word. The registry has none for it; what the provider itself asked for is not known, and not claimed.
    Provider,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code. The registry has no word for one; that two factors were given, is said all the same.
    RecoveryCode,
    /// A passkey, whose authenticator has verified its person: two factors by itself. Whether it is of hardware or of software
    /// nobody attests.
    Passkey,
}

impl Method {
    /// The one of this way in.
    pub(super) const fn of(way: &Way) -> Self {
        match way {
            Way::Password => Self::Password,
            Way::Passkey => Self::Passkey,
            Way::Provider(_) => Self::Provider,
        }
    }

    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::Provider => &["fed"],
            Self::Totp => &["otp"],
            Self::RecoveryCode => &[],
            Self::Passkey => &["pop", "user"],
        }
    }
}

/// By this alone.
pub(super) fn by(method: Method) -> String {
    match method {
        Method::Passkey => also("", method),
        _ => method.words().join(" "),
    }
}

/// By this, after what is proved already; two factors, then.
pub(super) fn also(proved: &str, method: Method) -> String {
    let mut words: Vec<&str> = proved.split_ascii_whitespace().filter(|word| *word != MFA).collect();
    words.extend(method.words());
    words.push(MFA);
    let mut said: Vec<&str> = Vec::with_capacity(words.len());
    for word in words {
        if !said.contains(&word) {
            said.push(word);
        }
    }
    said.join(" ")
}

pub(crate) const MFA: &str = "mfa";

/// Whether two factors were given.
pub(crate) fn is_two_factors(amr: &str) -> bool {
    amr.split_ascii_whitespace().any(|word| word == MFA)
}

/// How strongly a person signed in: one factor or two (NIST SP 800-63B's levels).
pub(crate) fn acr(amr: &str) -> &'static str {
    if is_two_factors(amr) { ACR_VALUES[1] } else { ACR_VALUES[0] }
}

/// What `acr` may be, the weaker first.
pub(crate) const ACR_VALUES: [&str; 2] = ["aal1", "aal2"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_what_was_proved() {
        assert_eq!(by(Method::Password), "pwd");
        assert_eq!(by(Method::Passkey), "pop user mfa");
        assert_eq!(also("pwd", Method::Totp), "pwd otp mfa");
        assert_eq!(also(&by(Method::Provider), Method::Totp), "fed otp mfa");
        assert_eq!(also("pwd", Method::Passkey), "pwd pop user mfa");
        assert_eq!(also("pwd", Method::RecoveryCode), "pwd mfa");
        assert_eq!(also("pwd otp mfa", Method::Totp), "pwd otp mfa");
    }

    #[test]
    fn two_factors_are_the_second_level() {
        for (amr, level) in
            [("pwd", "aal1"), ("", "aal1"), ("pwd otp mfa", "aal2"), ("pop user mfa", "aal2"), ("mfax", "aal1")]
        {
            assert_eq!(acr(amr), level, "{amr}");
        }
    }
}
