//! A device: it asks to be let in, shows a code, and asks until its person has decided.

use super::{Answer, Browser, Client, TestServer, app::Tokens, page, seed::RESOURCE};

/// The grant type of devices.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device was given.
#[derive(Clone, Debug)]
pub struct Codes {
    /// What it asks with.
    pub device_code: String,
    /// What its person types.
    pub user_code: String,
    /// The address with the code in it.
    pub complete: String,
}

impl TestServer {
    /// The program `demo-device`, which an operator listed for the device grant.
    pub fn device(&self) -> Client<'_> {
        Client::public(self, "demo-device", "")
    }

    /// The operator's own, `demo-desktop`.
    pub fn desktop(&self) -> Client<'_> {
        Client::public(self, "demo-desktop", "")
    }
}

impl Client<'_> {
    /// Asks for codes, to read at the resource server.
    pub async fn begin(&self) -> Codes {
        self.begin_with("issues:read offline_access").await
    }

    /// Asks for codes with this scope.
    pub async fn begin_with(&self, scope: &str) -> Codes {
        let answer = self.try_begin(&[("scope", scope), ("resource", RESOURCE)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}")).to_owned();
        Codes {
            device_code: text("device_code"),
            user_code: text("user_code"),
            complete: text("verification_uri_complete"),
        }
    }

    pub async fn try_begin(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("/device_authorization", fields).await
    }

    /// Asks whether the person has decided.
    pub async fn poll(&self, codes: &Codes) -> Answer {
        self.token(&[("grant_type", DEVICE_CODE), ("device_code", &codes.device_code)]).await
    }

    /// The whole way, for reading Apollo.
    pub async fn connect_device(&self, browser: &Browser) -> Tokens {
        let codes = self.begin().await;
        browser.let_in(&codes, &self.server.seeded.apollo).await;
        Tokens::of(&self.poll(&codes).await)
    }
}

impl Browser {
    /// Types a code.
    pub async fn enter(&self, user_code: &str) -> Answer {
        let form = self.get("/device").await;
        self.submit(&form, "/device", &[("user_code", user_code)]).await
    }

    /// Types a code, and goes on to the page that asks.
    pub async fn asked_of_device(&self, codes: &Codes) -> Answer {
        let asked = self.follow(self.enter(&codes.user_code).await).await;
        assert!(page::has_id(&asked.body, "own-device"), "no question: {} {}", asked.status, asked.body);
        asked
    }

    /// Answers the page that asks.
    pub async fn decide(&self, asked: &Answer, fields: &[(&str, &str)]) -> Answer {
        self.submit(asked, &format!("/consent/{}", asked.consent_id()), fields).await
    }

    /// Lets a device in, to read this project.
    pub async fn let_in(&self, codes: &Codes, project: &str) {
        let asked = self.asked_of_device(codes).await;
        let fields = [("decision", "allow"), ("project", project), ("own_device", "yes")];
        let told = self.decide(&asked, &fields).await;
        assert!(told.status == 200 && page::has_id(&told.body, "device-allowed"), "{} {}", told.status, told.body);
    }

    /// Does not let it in.
    pub async fn turn_away(&self, codes: &Codes) {
        let asked = self.asked_of_device(codes).await;
        let told = self.decide(&asked, &[("decision", "deny")]).await;
        assert!(told.status == 200 && page::has_id(&told.body, "device-denied"), "{} {}", told.status, told.body);
    }
}
