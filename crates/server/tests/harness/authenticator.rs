//! A soft authenticator: makes passkeys and signs with them, as a browser and its device do together (WebAuthn §6, CTAP's CBOR).

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

use super::{Answer, Browser, page};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A device with one passkey at the most.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    counter: u32,
    /// Whether it looks at a finger before it signs.
    pub verifies: bool,
    /// The page that it believes to be on.
    pub origin: String,
    /// What it says of the site.
    pub rp_id: String,
}

impl Authenticator {
    /// A new one, at this origin.
    pub fn new(origin: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        let rp_id = url::Url::parse(origin).unwrap().domain().unwrap().to_owned();
        Self { key, id, user: Vec::new(), counter: 0, verifies: true, origin: origin.to_owned(), rp_id }
    }

    /// Another one with the same key and the counter as it is now: a copy.
    pub fn set_counter(&mut self, counter: u32) {
        self.counter = counter;
    }

    /// Answers `navigator.credentials.create`.
    pub fn create(&mut self, public_key: &Value) -> String {
        self.user = BASE64.decode(public_key["user"]["id"].as_str().unwrap()).unwrap();
        let client = self.client_data("webauthn.create", public_key);
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        // COSE_Key (RFC 9053 §7.1): EC2, ES256, P-256, x, y.
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend(x);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend(y);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(cose);
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        let response = json!({ "clientDataJSON": BASE64.encode(client), "attestationObject": BASE64.encode(object) });
        self.credential(&response)
    }

    /// Answers `navigator.credentials.get`.
    pub fn get(&mut self, public_key: &Value) -> String {
        self.counter += 1;
        let client = self.client_data("webauthn.get", public_key);
        let data = self.data(0);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "clientDataJSON": BASE64.encode(client),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref()),
            "userHandle": BASE64.encode(&self.user),
        });
        self.credential(&response)
    }

    fn credential(&self, response: &Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} }).to_string()
    }

    fn client_data(&self, kind: &str, public_key: &Value) -> String {
        json!({ "type": kind, "challenge": public_key["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | if self.verifies { VERIFIED } else { 0 } | more);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

/// A challenge as the script gets it.
pub struct Challenged {
    /// The ceremony's id.
    pub ceremony: String,
    /// The options.
    pub public_key: Value,
}

impl Browser {
    /// Asks for the challenge that a form on this page names.
    pub async fn challenge(&self, shown: &Answer, action: &str, challenge: &str) -> Challenged {
        let answer = self.try_challenge(shown, action, challenge).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        Challenged { ceremony: json["ceremony"].as_str().unwrap().to_owned(), public_key: json["publicKey"].clone() }
    }

    pub async fn try_challenge(&self, shown: &Answer, action: &str, challenge: &str) -> Answer {
        let (_, hidden) =
            page::form(&shown.body, action).unwrap_or_else(|| panic!("no form to {action}: {}", shown.body));
        let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(challenge, &fields).await
    }

    /// Sends a form on this page with an answer to a challenge.
    pub async fn answer(&self, shown: &Answer, action: &str, ceremony: &str, credential: &str) -> Answer {
        self.answer_with(shown, action, &[("ceremony", ceremony), ("credential", credential)]).await
    }

    /// Sends a form on this page with its empty fields filled.
    pub async fn answer_with(&self, shown: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (to, hidden) =
            page::form(&shown.body, action).unwrap_or_else(|| panic!("no form to {action}: {}", shown.body));
        let mut all: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !fields.iter().any(|(filled, _)| filled == name))
            .collect();
        all.extend(fields);
        self.post(&to, &all).await
    }

    /// Adds a passkey to the account that is signed in; the answer.
    pub async fn add_passkey(&self, device: &mut Authenticator, name: &str) -> Answer {
        let shown = self.get("/account/passkeys").await;
        let asked = self.challenge(&shown, "/account/passkeys", "/account/passkeys/challenge").await;
        let made = device.create(&asked.public_key);
        let fields = [("ceremony", asked.ceremony.as_str()), ("credential", &made), ("name", name)];
        self.answer_with(&shown, "/account/passkeys", &fields).await
    }

    /// Signs in with a passkey alone; the answer.
    pub async fn sign_in_with(&self, device: &mut Authenticator) -> Answer {
        let shown = self.get("/sign-in").await;
        let asked = self.challenge(&shown, "/sign-in/passkey", "/sign-in/challenge").await;
        let signed = device.get(&asked.public_key);
        self.answer(&shown, "/sign-in/passkey", &asked.ceremony, &signed).await
    }
}
