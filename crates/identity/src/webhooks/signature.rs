//! Secrets and signatures in the form of Standard Webhooks: `whsec_…`, and `v1,` with HMAC-SHA256 over id, time and body.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::Secret;
use protocol::OAuthError;

use crate::Error;

const PREFIX: &str = "whsec_";

/// A fresh secret's text.
pub(crate) fn fresh() -> String {
    format!("{PREFIX}{}", STANDARD.encode(Secret::generate().bytes()))
}

/// One signature under this secret's text.
pub(super) fn v1(secret: &[u8], id: &str, timestamp: &str, body: &str) -> Result<String, Error> {
    let text = secret.strip_prefix(PREFIX.as_bytes());
    let key = text.and_then(|text| STANDARD.decode(text).ok());
    let key = key.ok_or_else(|| OAuthError::server_error("a webhook's secret has another form"))?;
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    for part in [id, ".", timestamp, ".", body] {
        context.update(part.as_bytes());
    }
    Ok(format!("v1,{}", STANDARD.encode(context.sign())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks reference libraries.
    #[test]
    fn it_is_what_the_reference_libraries_make() {
        let made = v1(
            b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(made.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(v1(b"whsec_*", "i", "1", "b").is_err() && v1(b"other", "i", "1", "b").is_err());
    }

    #[test]
    fn a_secret_is_fresh_and_of_32_bytes() {
        let (one, other) = (fresh(), fresh());
        assert_ne!(one, other);
        assert_eq!(STANDARD.decode(one.strip_prefix(PREFIX).unwrap()).unwrap().len(), 32);
    }
}
