//! An authenticator app, and an account with second factors.

use model::Timestamp;

use super::{Answer, Browser, PASSWORD, TestServer, page};

/// An app that has taken a seed over.
pub struct App {
    text: String,
    seed: Vec<u8>,
}

impl App {
    /// Reads the seed off the page, as a person types it.
    pub fn of(shown: &Answer) -> Self {
        let (_, rest) = shown.body.split_once("id=\"totp-key\"").unwrap_or_else(|| panic!("no key on {}", shown.body));
        let text = rest.split_once('>').unwrap().1.split('<').next().unwrap().replace(' ', "");
        Self::with(&text)
    }

    /// With this seed in base32.
    pub fn with(text: &str) -> Self {
        Self { text: text.to_owned(), seed: base32(text) }
    }

    /// The seed in base32.
    pub fn seed(&self) -> &str {
        &self.text
    }

    /// The code of this moment (RFC 6238 §4, RFC 4226 §5.3).
    pub fn code(&self, now: Timestamp) -> String {
        let step = u64::try_from(now.as_seconds()).unwrap() / 30;
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let mac = aws_lc_rs::hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let at = usize::from(mac[mac.len() - 1] & 0x0f);
        let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// RFC 4648 §6, without padding.
fn base32(text: &str) -> Vec<u8> {
    let (mut bits, mut held, mut bytes) = (0u32, 0u32, Vec::new());
    for one in text.bytes() {
        let value = match one {
            b'A'..=b'Z' => one - b'A',
            b'2'..=b'7' => one - b'2' + 26,
            _ => panic!("{text} is not base32"),
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).unwrap());
        }
    }
    bytes
}

impl TestServer {
    /// The member with an authenticator app: their browser, the app, and their recovery codes. The code of this step is used.
    pub async fn with_app(&self) -> (Browser, App, Vec<String>) {
        let browser = self.signed_in().await;
        let (app, codes) = browser.sets_up_app(self).await;
        (browser, app, codes)
    }
}

impl Browser {
    /// Sets up an app for whoever is signed in.
    pub async fn sets_up_app(&self, server: &TestServer) -> (App, Vec<String>) {
        let shown = self.get("/account/totp").await;
        let begun = self.follow(self.submit(&shown, "/account/totp/begin", &[]).await).await;
        let app = App::of(&begun);
        let done = self.submit(&begun, "/account/totp", &[("code", &app.code(server.authority.now()))]).await;
        assert_eq!(done.status, 200, "{}", done.body);
        (app, codes(&done))
    }

    /// Types the password, which leads to the second factor; its page.
    pub async fn half_signs_in(&self, email: &str) -> Answer {
        let half = self.try_sign_in(email, PASSWORD).await;
        assert_eq!(half.location().as_deref(), Some("/second-factor"), "{}", half.body);
        assert!(self.cookie("session").is_none(), "nobody is signed in");
        self.follow(half).await
    }

    /// Types a code on the page of the second factor.
    pub async fn gives_code(&self, shown: &Answer, code: &str) -> Answer {
        self.submit(shown, "/second-factor", &[("code", code)]).await
    }

    /// Types a recovery code; the way there from the page of the second factor.
    pub async fn gives_recovery_code(&self, code: &str) -> Answer {
        let shown = self.get("/second-factor/recovery").await;
        self.submit(&shown, "/second-factor/recovery", &[("code", code)]).await
    }
}

/// The codes on a page that shows them.
pub fn codes(shown: &Answer) -> Vec<String> {
    assert!(page::has_id(&shown.body, "codes"), "{}", shown.body);
    let items = shown.body.split("<li><code>").skip(1);
    items.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}
