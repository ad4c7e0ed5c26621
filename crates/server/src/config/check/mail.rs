//! Where mail goes, and what must stand together for it.

use super::{Findings, Purpose};
use crate::config::{Mail, MailEncryption, Smtp, sections::MailSection};

pub(super) fn way(section: &MailSection, purpose: Purpose, found: &mut Findings) -> Mail {
    let development = purpose == Purpose::Development;
    found.refuse(
        section.development_inbox && !development,
        "mail.development_inbox",
        "is for development alone",
        "Remove it, and name a mail server in mail.server.",
    );
    match &section.server {
        Some(host) => smtp(host, section, found).map_or(Mail::None, Mail::Smtp),
        None => {
            check_without_server(section, found);
            if section.development_inbox && development { Mail::Inbox } else { Mail::None }
        }
    }
}

fn smtp(host: &str, section: &MailSection, found: &mut Findings) -> Option<Smtp> {
    let named = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    found.refuse(!named, "mail.server", "is not the name of a host", "Write a name such as \"smtp.example.com\".");
    let port = section.port.map_or(Ok(section.encryption.port()), u16::try_from);
    let port = port.ok().filter(|port| *port > 0);
    found.refuse(port.is_none(), "mail.port", "is no port", "Write 1 to 65535, or remove it.");
    let in_clear = section.encryption == MailEncryption::None;
    let here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    let remedy = "Write encryption = \"tls\" or \"starttls\"; mails carry links that open accounts.";
    found.refuse(in_clear && !here, "mail.encryption", "is none, though the server is another machine", remedy);
    let remedy = "Write both, or neither.";
    found.refuse(
        section.username.is_some() != section.password.is_some(),
        if section.username.is_some() { "mail.password" } else { "mail.username" },
        "is missing beside the other",
        remedy,
    );
    let remedy = "Write from = \"no-reply@example.com\" in [mail], with an address of yours.";
    // One that was written but wrong has been reported already.
    let reported = found.0.iter().any(|problem| problem.setting == "mail.from");
    found.refuse(section.from.is_none() && !reported, "mail.from", "is missing beside mail.server", remedy);
    Some(Smtp {
        host: host.to_owned(),
        port: port?,
        encryption: section.encryption,
        login: section.username.clone().zip(section.password.clone()),
        from: section.from.clone()?,
        ca: section.ca.clone(),
    })
}

/// What would have no effect is a mistake.
fn check_without_server(section: &MailSection, found: &mut Findings) {
    let written = [
        ("mail.port", section.port.is_some()),
        ("mail.username", section.username.is_some()),
        ("mail.password", section.password.is_some()),
        ("mail.ca", section.ca.is_some()),
    ];
    for (setting, is_written) in written {
        found.refuse(is_written, setting, "is set, but mail.server is not", "Name the mail server in mail.server.");
    }
}
