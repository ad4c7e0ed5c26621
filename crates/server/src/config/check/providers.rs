//! Providers that people may sign in with: what each needs, and what must not be.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use identity::{ProviderKind, ProviderSettings};
use protocol::Confidential;
use url::{Host, Url};

use super::{Findings, Purpose};
use crate::config::{ProviderWord, secrets::is_open, sections::ProviderSection};

const GOOGLE: &str = "https://accounts.google.com";
const MICROSOFT: &str = "https://login.microsoftonline.com";
/// Where Google's endpoints stand beside the issuer.
const GOOGLE_ORIGINS: [&str; 3] =
    ["https://oauth2.googleapis.com", "https://www.googleapis.com", "https://openidconnect.googleapis.com"];
const MOST_NAME: usize = 32;

/// Those that are offered, in the order of their names.
pub(super) fn offered(
    written: &[(String, ProviderSection)],
    purpose: Purpose,
    found: &mut Findings,
) -> Vec<ProviderSettings> {
    let mut offered: Vec<ProviderSettings> = Vec::new();
    for (name, section) in written {
        let Some(provider) = provider(name, section, purpose, found) else { continue };
        // Who somebody is is known by the issuer alone.
        let twin = offered.iter().find(|other| other.base_url == provider.base_url && other.kind == provider.kind);
        found.refuse(
            twin.is_some(),
            &format!("providers.{name}"),
            "stands at the same address as another",
            "Keep one of the two.",
        );
        if section.enabled && twin.is_none() {
            offered.push(provider);
        }
    }
    offered
}

fn provider(name: &str, section: &ProviderSection, purpose: Purpose, found: &mut Findings) -> Option<ProviderSettings> {
    let setting = |key: &str| format!("providers.{name}.{key}");
    let named = !name.is_empty()
        && name.len() <= MOST_NAME
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    found.refuse(
        !named,
        &format!("providers.{name}"),
        "is not a name for a provider",
        "Use at most 32 lower-case letters, digits and hyphens.",
    );
    let word = section.kind.unwrap_or_else(|| ProviderWord::of_name(name));
    let before = found.0.len();
    let client_id = section.client_id.clone();
    found.missing(client_id.is_none(), &setting("client_id"), "Write client_id, as the provider gave it to you.");
    let client_secret = secret(name, section, word, found);
    let base_url = base_url(name, section, word, purpose, found);
    let label = section.name.clone().or_else(|| word.name().map(str::to_owned)).unwrap_or_else(|| name.to_owned());
    found.refuse(
        label.chars().count() > MOST_NAME || label.chars().any(char::is_control),
        &setting("name"),
        "is not a short line of text",
        "Write at most 32 characters.",
    );
    let kind = kind(name, section, word, found);
    let base_url = base_url?;
    let mut origins: Vec<String> = ProviderSettings::origin_of(&base_url).into_iter().collect();
    match base_url.as_str() {
        GOOGLE => origins.extend(GOOGLE_ORIGINS.map(str::to_owned)),
        ProviderSettings::GITHUB => origins.push(ProviderSettings::GITHUB_API.to_owned()),
        _ => {}
    }
    origins.extend(section.origins.iter().map(|origin| origin.as_str().to_owned()));
    let scopes = if section.scopes.is_empty() { usual_scopes(word) } else { section.scopes.clone() };
    if found.0.len() > before || !named {
        return None;
    }
    Some(ProviderSettings {
        id: name.to_owned(),
        name: label,
        kind,
        client_id: client_id?,
        client_secret,
        base_url,
        origins,
        private_network: section.private_network,
        scopes,
    })
}

fn usual_scopes(word: ProviderWord) -> Vec<String> {
    let usual: &[&str] = match word {
        ProviderWord::GitHub => &["user:email"],
        _ => &["openid", "profile", "email"],
    };
    usual.iter().map(|scope| (*scope).to_owned()).collect()
}

fn kind(name: &str, section: &ProviderSection, word: ProviderWord, found: &mut Findings) -> ProviderKind {
    found.refuse(
        section.tenant.is_some() && word != ProviderWord::Microsoft,
        &format!("providers.{name}.tenant"),
        "is of no use to this kind of provider",
        "Remove it.",
    );
    match word {
        ProviderWord::Google => ProviderKind::Google,
        ProviderWord::GitHub => ProviderKind::GitHub,
        ProviderWord::OpenId => ProviderKind::OpenId,
        ProviderWord::Microsoft => {
            let tenant = section.tenant.clone().unwrap_or_else(|| "common".to_owned());
            found.refuse(
                !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')),
                &format!("providers.{name}.tenant"),
                "is not a tenant",
                "Write common, organizations, consumers, a tenant's id or its domain.",
            );
            ProviderKind::Microsoft { tenant }
        }
    }
}

/// Where it stands: by https, or in development on this computer.
fn base_url(
    name: &str,
    section: &ProviderSection,
    word: ProviderWord,
    purpose: Purpose,
    found: &mut Findings,
) -> Option<String> {
    let setting = format!("providers.{name}.base_url");
    let usual = match word {
        ProviderWord::Google => Some(GOOGLE),
        ProviderWord::Microsoft => Some(MICROSOFT),
        ProviderWord::GitHub => Some(ProviderSettings::GITHUB),
        ProviderWord::OpenId => None,
    };
    let written = section.base_url.as_ref().map(|url| url.as_str().trim_end_matches('/'));
    let text = written.or(usual);
    found.missing(
        text.is_none(),
        &setting,
        "Write base_url, the provider's issuer, such as \"https://id.example.com\".",
    );
    let text = text?;
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Domain(host) => host == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let development = purpose == Purpose::Development;
    found.refuse(
        !(url.scheme() == "https" && !here || here && development),
        &setting,
        if here { "is this computer, which is for development alone" } else { "does not begin with https://" },
        "Write the address by which the world knows the provider.",
    );
    found.refuse(
        url.query().is_some() || url.fragment().is_some(),
        &setting,
        "has a query or fragment",
        "Write the address without them.",
    );
    Some(text.to_owned())
}

/// The secret itself, wherever it is kept. It never prints.
fn secret(name: &str, section: &ProviderSection, word: ProviderWord, found: &mut Findings) -> Option<Confidential> {
    let setting = format!("providers.{name}.client_secret");
    match (&section.client_secret, &section.client_secret_file) {
        (Some(_), Some(_)) => {
            found.refuse(true, &setting, "is given twice", "Keep client_secret or client_secret_file.");
            None
        }
        (Some(secret), None) => Some(Confidential::new(secret.expose())),
        (None, Some(path)) => match read(path) {
            Ok(secret) => Some(secret),
            Err((wrong, remedy)) => {
                found.refuse(true, &format!("providers.{name}.client_secret_file"), wrong, remedy);
                None
            }
        },
        (None, None) => {
            let remedy = "Write client_secret_file, or set the variable of client_secret; the provider gave it to you.";
            // OpenID Connect has clients without a secret; PKCE protects their codes.
            found.missing(word != ProviderWord::OpenId, &setting, remedy);
            None
        }
    }
}

fn read(path: &Path) -> Result<Confidential, (String, String)> {
    let shown = path.display();
    let remedy = "Write the path of a file with nothing but the secret in it.".to_owned();
    let unreadable = |error: std::io::Error| (format!("{shown} cannot be read ({error})"), remedy.clone());
    let mode = fs::metadata(path).map_err(unreadable)?.mode();
    if is_open(mode) {
        return Err((
            format!("{shown} is open to others (mode {:04o})", mode & 0o7777),
            format!("Close it: chmod 600 {shown}"),
        ));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let secret = text.trim();
    if secret.is_empty() || secret.chars().any(char::is_control) {
        return Err((format!("{shown} does not hold one line of text"), remedy));
    }
    Ok(Confidential::new(secret))
}
