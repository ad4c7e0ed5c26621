//! TLS of the server's own: 1.2 and 1.3, from PEM files that are read again on SIGHUP.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Problem;

/// The certificate in use, and where it came from.
pub struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// One of them cannot be read, is open to everybody, is not what it should be, or they do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, Problem> {
        let current = RwLock::new(Arc::new(read(certificate, key)?));
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), current })
    }

    /// Reads both files again; new connections get the new certificate.
    ///
    /// # Errors
    /// As [`Certificate::load`]; the old certificate then stays.
    pub fn reload(&self) -> Result<(), Problem> {
        let fresh = Arc::new(read(&self.certificate, &self.key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reloads whenever the process gets SIGHUP; returns only where signals cannot be had.
    pub async fn reload_on_hangup(self: Arc<Self>) {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
        while hangups.recv().await.is_some() {
            match self.reload() {
                Ok(()) => tracing::info!("the certificate has been read again"),
                Err(problem) => tracing::error!(%problem, "the old certificate stays"),
            }
        }
    }

    /// What the listener is given.
    ///
    /// # Errors
    /// The cryptography lacks the protocol versions, which the one that we build with does not.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let builder = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        Ok(builder.with_no_client_auth().with_cert_resolver(resolver))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.certificate.display())
    }
}

fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, Problem> {
    let chain = read_chain(certificate)?;
    let private = read_key(key)?;
    CertifiedKey::from_der(chain, private, &provider()).map_err(|error| {
        let wrong = format!("{} does not fit {} ({error})", key.display(), certificate.display());
        Problem::new("tls.key", wrong, "Write the paths of a certificate and the key that it was made for.")
    })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let refused = |why: String| {
        let wrong = format!("{} {why}", path.display());
        Problem::new("tls.certificate", wrong, "Write the path of a PEM file with the chain, leaf first.")
    };
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).map_err(|error| refused(format!("cannot be read ({error})")))?.collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => Err(refused("holds no certificate".to_owned())),
        Err(error) => Err(refused(format!("is not PEM ({error})"))),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, Problem> {
    let shown = path.display();
    let remedy = "Write the path of a PEM file with the private key.";
    let refused = |why: &str| Problem::new("tls.key", format!("{shown} {why}"), remedy);
    let mode = fs::metadata(path).map_err(|error| refused(&format!("cannot be read ({error})")))?.mode();
    if mode & 0o007 != 0 {
        let wrong = format!("{shown} is open to everybody (mode {:04o})", mode & 0o7777);
        return Err(Problem::new("tls.key", wrong, format!("Close it: chmod o= {shown}")));
    }
    PrivateKeyDer::from_pem_file(path).map_err(|_| refused("holds no private key in PEM"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
    use rustls_pki_types::ServerName;
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    use super::*;

    struct Files {
        directory: tempfile::TempDir,
    }

    impl Files {
        fn certificate(&self) -> PathBuf {
            self.directory.path().join("certificate.pem")
        }

        fn key(&self) -> PathBuf {
            self.directory.path().join("key.pem")
        }

        /// Writes a fresh self-signed certificate and gives it back.
        fn renew(&self) -> CertificateDer<'static> {
            let made = rcgen::generate_simple_self_signed(["auth.example.com".to_owned()]).unwrap();
            fs::write(self.certificate(), made.cert.pem()).unwrap();
            fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
            fs::set_permissions(self.key(), fs::Permissions::from_mode(0o600)).unwrap();
            made.cert.der().clone()
        }
    }

    fn files() -> Files {
        let files = Files { directory: tempfile::tempdir().unwrap() };
        files.renew();
        files
    }

    /// The version that a client which trusts `root` and speaks `version` agrees on.
    async fn handshake(
        certificate: &Arc<Certificate>,
        root: CertificateDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> Option<ProtocolVersion> {
        let mut roots = RootCertStore::empty();
        roots.add(root).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(certificate.server_config().unwrap()));
        let (near, far) = tokio::io::duplex(16 * 1024);
        let name = ServerName::try_from("auth.example.com").unwrap();
        let (answered, asked) =
            tokio::join!(acceptor.accept(far), TlsConnector::from(Arc::new(client)).connect(name, near));
        answered.ok()?;
        asked.ok()?.get_ref().1.protocol_version()
    }

    #[tokio::test]
    async fn both_versions_are_spoken_and_a_renewed_certificate_is_taken_up() {
        let files = files();
        let first = files.renew();
        let certificate = Arc::new(Certificate::load(&files.certificate(), &files.key()).unwrap());
        let (old, new) = (&rustls::version::TLS12, &rustls::version::TLS13);
        assert_eq!(handshake(&certificate, first.clone(), old).await, Some(ProtocolVersion::TLSv1_2));
        assert_eq!(handshake(&certificate, first.clone(), new).await, Some(ProtocolVersion::TLSv1_3));

        let second = files.renew();
        assert_eq!(handshake(&certificate, second.clone(), new).await, None);
        certificate.reload().unwrap();
        assert_eq!(handshake(&certificate, second.clone(), new).await, Some(ProtocolVersion::TLSv1_3));

        fs::write(files.certificate(), "not PEM").unwrap();
        assert!(certificate.reload().is_err());
        assert_eq!(handshake(&certificate, second, new).await, Some(ProtocolVersion::TLSv1_3));
    }

    #[test]
    fn each_file_that_is_wrong_is_named() {
        let setting = |certificate: &Path, key: &Path| Certificate::load(certificate, key).unwrap_err().setting;
        let one = files();
        let other = files();
        assert_eq!(setting(Path::new("/nonexistent"), &one.key()), "tls.certificate");
        assert_eq!(setting(&one.certificate(), Path::new("/nonexistent")), "tls.key");
        assert_eq!(setting(&one.key(), &one.key()), "tls.certificate");
        assert_eq!(setting(&one.certificate(), &one.certificate()), "tls.key");
        assert_eq!(setting(&one.certificate(), &other.key()), "tls.key");
        fs::set_permissions(one.key(), fs::Permissions::from_mode(0o644)).unwrap();
        let problem = Certificate::load(&one.certificate(), &one.key()).unwrap_err();
        assert!(problem.remedy.starts_with("Close it"), "{problem}");
    }
}
