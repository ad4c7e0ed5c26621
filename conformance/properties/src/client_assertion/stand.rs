//! An authority on a database of its own, one client with two keys, and a stranger's keys beside them.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{AuthenticatedClient, Authority, Clock, Error, Settings};
use model::{Client, ClientId, ClientOrigin, Profile, ServerSecrets, Timestamp};
use protocol::{ClientCredentials, ClientMetadata};
use serde_json::{Value, json};
use storage::{Options, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(super) const CLIENT: &str = "app";
pub(super) const ISSUER: &str = "https://issuer.example";
/// The clock stands still, in seconds since 1970.
pub(super) const NOW: u64 = 1_800_000_000;

pub(super) struct Stand {
    runtime: Runtime,
    authority: Authority,
    pub(super) own: Signer,
    pub(super) foreign: Signer,
    _directory: TempDir,
}

impl Stand {
    /// One for the whole process.
    pub(super) fn shared() -> &'static Self {
        static STAND: OnceLock<Stand> = OnceLock::new();
        STAND.get_or_init(Self::build)
    }

    pub(super) fn authenticate(&self, credentials: ClientCredentials) -> Result<AuthenticatedClient, Error> {
        self.runtime.block_on(self.authority.authenticate_client(credentials, self.authority.now()))
    }

    fn build() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new(format!("sqlite:{}", directory.path().join("lanyard.db").display()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (own, foreign) = (Signer::generate(), Signer::generate());
        let client = Arc::new(client(&own));
        let authority = runtime.block_on(async {
            let store = Store::open(&options).await.unwrap();
            store
                .transaction(move |tx| {
                    let client = Arc::clone(&client);
                    Box::pin(async move { tx.insert_client(&client).await })
                })
                .await
                .unwrap();
            let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
            let clock = Clock::manual(Timestamp::from_seconds(i64::try_from(NOW).unwrap()));
            Authority::new(store, secrets, clock, Settings::new(ISSUER)).await.unwrap()
        });
        Self { runtime, authority, own, foreign, _directory: directory }
    }
}

fn client(signer: &Signer) -> Client {
    let metadata = json!({
        "redirect_uris": ["https://app.example/cb"], "client_name": CLIENT,
        "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": signer.keys() },
    });
    Client {
        id: ClientId::new(CLIENT),
        origin: ClientOrigin::Operator,
        name: CLIENT.to_owned(),
        profile: Profile::Oauth21,
        first_party: false,
        metadata: ClientMetadata::from_value(metadata).unwrap(),
        secret_hash: None,
        fingerprint: None,
        nonce_instead_of_pkce: false,
        owner: None,
        home: None,
        document: None,
        created_at: Timestamp::from_seconds(0),
        used_at: None,
        disabled_at: None,
    }
}

/// Two keys, `p256` and `ed25519`; a header that says EdDSA is signed with the second.
pub(super) struct Signer {
    p256: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Signer {
    fn generate() -> Self {
        Self {
            p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            ed25519: Ed25519KeyPair::generate().unwrap(),
        }
    }

    fn keys(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = self.p256.public_key().as_ref();
        json!([
            { "kty": "EC", "crv": "P-256", "kid": "p256", "x": text(&point[1..33]), "y": text(&point[33..]) },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed25519", "x": text(self.ed25519.public_key().as_ref()) },
        ])
    }

    /// The third segment.
    pub(super) fn sign(&self, header: &str, input: &str) -> String {
        if header.contains("EdDSA") {
            return URL_SAFE_NO_PAD.encode(self.ed25519.sign(input.as_bytes()));
        }
        URL_SAFE_NO_PAD.encode(self.p256.sign(&SystemRandom::new(), input.as_bytes()).unwrap())
    }
}
