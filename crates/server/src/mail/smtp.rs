//! Handing a mail to a mail server by SMTP (RFC 5321), encrypted from the first byte (RFC 8314) or after STARTTLS (RFC 3207)
//! and never otherwise, but on this machine. Step by step, since what an error means depends on how far it came.

use std::{sync::Arc, time::Duration};

use identity::mail::Delivery;
use lettre::{
    Address, Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use crate::config::{self, MailEncryption, Problem, PublicUrl};

const CONNECT_WITHIN: Duration = Duration::from_secs(20);
/// Saying goodbye is courtesy.
const QUIT_WITHIN: Duration = Duration::from_secs(2);

/// A mail server. Cheap to clone.
#[derive(Clone)]
pub struct Smtp {
    parts: Arc<Parts>,
}

struct Parts {
    host: String,
    port: u16,
    encryption: MailEncryption,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    from: Address,
    hello: ClientId,
}

impl Smtp {
    /// By the settings.
    ///
    /// # Errors
    /// The certificate authority cannot be read.
    pub fn new(settings: &config::Smtp, public_url: &PublicUrl) -> Result<Self, Problem> {
        let login = settings.login.as_ref();
        let parts = Parts {
            host: settings.host.clone(),
            port: settings.port,
            encryption: settings.encryption,
            tls: tls(settings)?,
            login: login.map(|(user, password)| Credentials::new(user.clone(), password.expose().to_owned())),
            from: settings.from.address().clone(),
            hello: ClientId::Domain(public_url.host().to_owned()),
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// The address that mails come from.
    #[must_use]
    pub fn from(&self) -> &Address {
        &self.parts.from
    }

    /// Goes as far as one can without a mail: connects, encrypts, signs in.
    ///
    /// # Errors
    /// What went wrong, for an operator.
    pub async fn try_out(&self) -> Result<(), String> {
        let tried = timeout(CONNECT_WITHIN, async {
            let mut connection = self.connect().await?;
            connection.quit().await.map(drop)
        });
        tried.await.map_err(|_| "it does not answer".to_owned())?.map_err(|error| error.to_string())
    }

    /// Hands a message over. `hand_over` is asked when nothing but the text is missing; if it does not say yes, nothing is
    /// sent.
    pub(super) async fn deliver(
        &self,
        message: &Message,
        hand_over: impl AsyncFnOnce() -> Result<bool, identity::Error>,
        within: Duration,
    ) -> Delivery {
        let mut connection = match timeout(CONNECT_WITHIN, self.connect()).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Delivery::Later(format!("the mail server cannot be used: {error}")),
            Err(_) => return Delivery::Later("the mail server does not answer".to_owned()),
        };
        let delivery = match timeout(within, announce(&mut connection, message)).await {
            Err(_) => Delivery::Later("the mail server does not answer".to_owned()),
            Ok(Err(error)) => refused(&error),
            Ok(Ok(())) => match hand_over().await {
                Ok(true) => hand_text_over(&mut connection, message, within).await,
                Ok(false) => Delivery::Abandoned("it is somebody else's now".to_owned()),
                Err(error) => Delivery::Abandoned(error.to_string()),
            },
        };
        // Half a message is left by closing the connection: whatever is said then may become a part of it.
        if !matches!(delivery, Delivery::Unknown(_) | Delivery::Abandoned(_)) {
            tokio::spawn(async move { drop(timeout(QUIT_WITHIN, connection.abort()).await) });
        }
        delivery
    }

    /// Connected, encrypted and signed in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let parts = &self.parts;
        let from_the_first_byte = parts.tls.clone().filter(|_| parts.encryption == MailEncryption::Tls);
        let server = (parts.host.as_str(), parts.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_WITHIN), &parts.hello, from_the_first_byte, None)
                .await?;
        if let (MailEncryption::Starttls, Some(tls)) = (parts.encryption, &parts.tls) {
            // Fails where the server does not offer it; there is no way on in clear.
            connection.starttls(tls.clone(), &parts.hello).await?;
        }
        if let Some(login) = &parts.login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await?;
        }
        Ok(connection)
    }
}

/// RFC 5321 §3.3: sender, recipient, and leave to send the text.
async fn announce(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Error> {
    let envelope = message.envelope();
    connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await?;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).await?;
    }
    connection.command(Data).await.map(drop)
}

/// From here on, no answer means that nobody knows.
async fn hand_text_over(connection: &mut AsyncSmtpConnection, message: &Message, within: Duration) -> Delivery {
    match timeout(within, connection.message(&message.formatted())).await {
        Ok(Ok(_)) => Delivery::Sent,
        Ok(Err(error)) if error.is_permanent() || error.is_transient() => refused(&error),
        Ok(Err(error)) => Delivery::Unknown(error.to_string()),
        Err(_) => Delivery::Unknown("the mail server did not answer".to_owned()),
    }
}

/// The status alone: what a server says beside it may name the recipient.
fn refused(error: &Error) -> Delivery {
    match error.status() {
        Some(code) if error.is_permanent() => Delivery::Refused(format!("the mail server answered {code}")),
        Some(code) => Delivery::Later(format!("the mail server answered {code}")),
        None => Delivery::Later(error.to_string()),
    }
}

fn tls(settings: &config::Smtp) -> Result<Option<TlsParameters>, Problem> {
    if settings.encryption == MailEncryption::None {
        return Ok(None);
    }
    let mut builder = TlsParametersBuilder::new(settings.host.clone());
    if let Some(path) = &settings.ca {
        let unusable = |why: &str| {
            let wrong = format!("{} {why}", path.display());
            Problem::new("mail.ca", wrong, "Write the path of a PEM file with the authority of the mail server.")
        };
        let pem = std::fs::read(path).map_err(|error| unusable(&format!("cannot be read ({error})")))?;
        let authority = Certificate::from_pem(&pem).map_err(|_| unusable("is not a certificate"))?;
        // Whoever names an authority trusts that one and no other.
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    let built = builder.build_rustls().map_err(|error| {
        Problem::new(
            "mail.ca",
            format!("cannot be used ({error})"),
            "See that the system's certificates are installed.",
        )
    });
    built.map(Some)
}
