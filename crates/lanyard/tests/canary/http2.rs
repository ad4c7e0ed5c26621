//! One request over HTTP/2, whose implementation has a log of its own: secrets in a header, in a cookie and in the body.

use std::sync::Arc;

use bytes::Bytes;
use http02::Request;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer, pki_types::pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::clients::Program;

/// A refresh and what it gives, which is known to the ledger then.
pub async fn refresh(program: &Program<'_>, token: &str) -> String {
    let site = program.site;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(site.certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(site.address).await.unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));

    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let request = Request::post(format!("{}/token", site.issuer))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", program.basic())
        .header("cookie", format!("__Host-lanyard-session={token}"))
        .body(())
        .unwrap();
    let (answer, mut body) = client.send_request(request, false).unwrap();
    body.send_data(Bytes::from(format!("grant_type=refresh_token&refresh_token={token}")), true).unwrap();
    let answer = answer.await.unwrap();
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut text = Vec::new();
    while let Some(piece) = body.data().await {
        text.extend_from_slice(&piece.unwrap());
    }
    let place = site.ledger.saw("the body of an answer over HTTP/2", text.clone());
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&text));
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for name in ["access_token", "refresh_token"] {
        site.ledger.handed_out(name, json[name].as_str().unwrap(), place);
    }
    json["refresh_token"].as_str().unwrap().to_owned()
}
