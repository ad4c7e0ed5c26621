//! Where providers may be asked: a public one at public addresses, one in a private network there too, and nobody on this
//! computer or at a cloud's metadata. Connections are recorded and led to loopback; nothing here dials any further.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use serde_json::json;

use super::*;
use crate::{
    ProviderKind, Settings,
    client_document::{address::is_public, resolver::Looking},
    https_server::{Answer, HttpsServer},
};

fn provider(base_url: &str, private_network: bool) -> ProviderSettings {
    ProviderSettings {
        id: "acme".to_owned(),
        name: "Acme".to_owned(),
        kind: ProviderKind::OpenId,
        client_id: "lanyard".to_owned(),
        client_secret: None,
        base_url: base_url.to_owned(),
        origins: vec![base_url.to_owned()],
        private_network,
        scopes: Vec::new(),
    }
}

/// Names that all lead to `address`, and connections that all lead to `server` and are written down.
fn names(
    address: IpAddr,
    may: fn(IpAddr) -> bool,
    server: &HttpsServer,
    dialled: &Arc<Mutex<Vec<IpAddr>>>,
) -> CheckedNames {
    let (dialled, port) = (Arc::clone(dialled), server.port);
    CheckedNames {
        lookup: Arc::new(move |_| -> Looking { Box::pin(async move { Ok(vec![address]) }) }),
        dial: Arc::new(move |address| {
            dialled.lock().unwrap().push(address);
            SocketAddr::from(([127, 0, 0, 1], port))
        }),
        may,
    }
}

/// Asks a provider whose name leads to this address; whether it answered, and where was dialled.
async fn asked(provider: &ProviderSettings, address: &str) -> (bool, Vec<String>) {
    let server = HttpsServer::start(Answer::json(&json!({ "good": true }), "")).await;
    let (address, dialled) = (address.parse().unwrap(), Arc::default());
    let settings = Settings::new("https://issuer.example");
    let root = Certificate::from_pem_bundle(server.ca.as_bytes()).unwrap();
    let client = |may: fn(IpAddr) -> bool| {
        let names = names(address, may, &server, &dialled);
        guarded(&settings.documents, names).tls_certs_only(root.clone()).build().unwrap()
    };
    let http = Http {
        public: Some(client(is_public)),
        private: Some(client(CheckedNames::private().may)),
        loopback: None,
        timeout: Duration::from_secs(5),
        at_once: Semaphore::new(1),
    };
    let answer = http.fetch(provider, &format!("{}/keys", provider.base_url)).await;
    let dialled = dialled.lock().unwrap().iter().map(ToString::to_string).collect();
    (answer.is_ok(), dialled)
}

#[tokio::test]
async fn a_private_network_is_reached_by_the_provider_that_says_it_stands_there_and_by_no_other() {
    let (private, public) = (provider("https://good.example", true), provider("https://good.example", false));
    for inside in ["10.1.2.3", "172.16.0.9", "192.168.7.7", "100.64.1.1", "fd00::7"] {
        assert_eq!(asked(&private, inside).await, (true, vec![inside.to_owned()]));
        assert_eq!(asked(&public, inside).await, (false, Vec::new()), "{inside}");
    }
    for one in [&private, &public] {
        assert_eq!(asked(one, "93.184.215.14").await, (true, vec!["93.184.215.14".to_owned()]));
    }
    // It opens neither this computer nor what is link-local, with clouds' metadata.
    for never in ["127.0.0.1", "::1", "169.254.169.254", "168.63.129.16", "0.0.0.0", "fe80::1", "::ffff:127.0.0.1"] {
        assert_eq!(asked(&private, never).await, (false, Vec::new()), "{never}");
    }
}

#[test]
fn addresses_and_short_names_are_for_a_provider_in_a_private_network_and_only_its_own() {
    let (settings, documents) =
        (Settings::new("https://issuer.example").upstream, Settings::new("https://issuer.example").documents);
    let may = |base: &str, asked: &str, private_network: bool| {
        let provider = provider(base, private_network);
        let settings = UpstreamSettings { providers: vec![provider.clone()], ..settings.clone() };
        Http::new(&settings, &documents).unwrap().check(&provider, &Url::parse(asked).unwrap()).is_ok()
    };
    for base in ["https://10.0.0.5", "https://[fd00::5]", "https://idp", "https://idp.corp.example"] {
        assert!(may(base, &format!("{base}/token"), true), "{base}");
        assert_eq!(may(base, &format!("{base}/token"), false), base.ends_with("corp.example"), "{base}");
        // Nothing else inside, and nothing in clear.
        for other in ["https://10.0.0.6/", "https://vault.corp.example/", "http://10.0.0.5/", "https://10.0.0.5:8443/"]
        {
            assert!(!may(base, other, true), "{base}: {other}");
        }
        assert!(!may(&base.replace("https", "http"), &base.replace("https", "http"), true), "{base} in clear");
    }
    for never in [
        "https://127.0.0.1",
        "https://localhost",
        "https://[::1]",
        "https://169.254.169.254",
        "https://[::ffff:127.0.0.1]",
    ] {
        assert!(!may(never, never, true), "{never}");
    }
}
