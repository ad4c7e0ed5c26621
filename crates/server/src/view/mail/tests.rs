//! Every mail in every state.

use identity::mail::{Asked, FactorChange, Letter, Message};
use model::{Language, Timestamp};

use super::*;
use crate::view::sample;

fn sender() -> Sender {
    Sender { name: "Lanyard".to_owned(), public_url: "https://id.example.com/t1".to_owned() }
}

fn asked(language: Language) -> Asked {
    Asked {
        at: Timestamp::from_micros(sample::NOW),
        address: "192.0.2.1".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        language,
    }
}

/// One of each; the list grows with `Message::kind`, which the compiler keeps whole.
fn samples(text: &str) -> Vec<Message> {
    let app = text.to_owned();
    let (token, code) = ("0TOKEN".to_owned(), "012345".to_owned());
    vec![
        Message::ConfirmSignUp { token: token.clone(), code: code.clone() },
        Message::SignUpTried,
        Message::ConfirmAddress { token: token.clone(), code: code.clone() },
        Message::ConfirmNewAddress { token: token.clone(), code },
        Message::NewAddressTried,
        Message::AddressChanged { address: "ada@example.org".to_owned(), token: token.clone() },
        Message::Reset { token },
        Message::PasswordChanged { reset: true },
        Message::PasswordChanged { reset: false },
        Message::AccountLeft { until: Timestamp::from_micros(sample::NOW + 14 * sample::DAY) },
        Message::AccountErased,
        Message::FactorsChanged { change: FactorChange::AppAdded },
        Message::FactorsChanged { change: FactorChange::AppRemoved },
        Message::FactorsChanged { change: FactorChange::PasskeyAdded { name: app.clone() } },
        Message::FactorsChanged { change: FactorChange::PasskeyRemoved { name: app.clone() } },
        Message::FactorsChanged { change: FactorChange::PasskeySuspected { name: app.clone() } },
        Message::FactorsChanged { change: FactorChange::AllRemoved },
        Message::FactorsChanged { change: FactorChange::CodesMade },
        Message::FactorsChanged { change: FactorChange::CodeUsed { left: 1 } },
        Message::DeviceAllowed { app: app.clone() },
        Message::ProviderChanged { connected: true, provider: "Acme Login".to_owned(), label: Some(app.clone()) },
        Message::ProviderChanged { connected: true, provider: "Acme Login".to_owned(), label: None },
        Message::ProviderChanged { connected: false, provider: "Acme Login".to_owned(), label: Some(app.clone()) },
        Message::ProviderChanged { connected: false, provider: app.clone(), label: None },
        Message::ConnectionReused { app: app.clone() },
        Message::KeyMade { name: app.clone() },
        Message::ApiTokenMade { name: app.clone(), writes: true },
        Message::ApiTokenMade { name: app.clone(), writes: false },
        Message::KeyRotated { name: app.clone() },
        Message::ConnectionShared { app: app.clone() },
        Message::Invited {
            organization: app.clone(),
            by: Some(app.clone()),
            id: "0ID".to_owned(),
            token: "0TOKEN".to_owned(),
            until: Timestamp::from_micros(sample::NOW + 7 * sample::DAY),
        },
        Message::Invited {
            organization: app.clone(),
            by: None,
            id: "0ID".to_owned(),
            token: "0TOKEN".to_owned(),
            until: Timestamp::from_micros(sample::NOW + 7 * sample::DAY),
        },
        Message::WebhookDisabled { organization: app, host: "app.example.com".to_owned() },
    ]
}

/// In every language.
fn all(text: &str) -> Vec<(String, Written)> {
    Language::ALL.into_iter().flat_map(|language| all_in(language, text)).collect()
}

fn all_in(language: Language, text: &str) -> Vec<(String, Written)> {
    let write = |message: Message| {
        let name = format!("{}.{}", message.kind(), language.tag());
        (name, written(&Letter { message, asked: asked(language) }, &sender()).unwrap())
    };
    samples(text).into_iter().map(write).collect()
}

/// With `LANYARD_PAGES_DIR` set, the mails are also written there.
#[test]
fn every_mail_renders_with_a_subject_a_text_and_the_same_in_html() {
    for (kind, mail) in all("Claude") {
        assert!((10..=78).contains(&mail.subject.chars().count()), "{kind}: {}", mail.subject);
        let not_you = if kind.ends_with(".de") { "Waren Sie das nicht?" } else { "Was this not you?" };
        assert!(mail.text.contains(not_you) && mail.html.contains(not_you), "{kind}");
        assert!(!mail.text.contains('⟦') && !mail.html.contains('⟦'), "{kind}: {}", mail.text);
        assert!(mail.text.trim_end().ends_with("-- \nLanyard\nhttps://id.example.com/t1"), "{kind}: {}", mail.text);
        assert!(
            mail.text.contains("\n\n") && !mail.text.contains("\n\n\n") && !mail.text.contains("{{"),
            "{kind}: {}",
            mail.text
        );
        for link in mail.link.iter() {
            assert!(mail.text.contains(link.as_str()), "{kind}");
        }
        if let Some(folder) = std::env::var_os("LANYARD_PAGES_DIR") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("mail.{kind}.html")), &mail.html).unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("mail.{kind}.txt")), &mail.text).unwrap();
        }
    }
}

#[test]
fn v44_every_link_begins_with_the_public_address() {
    for (kind, mail) in all("Claude") {
        let links = mail.html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let mut found = 0;
        for link in links {
            assert!(
                link == "https://id.example.com/t1" || link.starts_with("https://id.example.com/t1/"),
                "{kind}: {link}"
            );
            found += 1;
        }
        assert!(found >= 1, "{kind}");
        let in_text = mail.text.split("https://").skip(1).all(|rest| rest.starts_with("id.example.com/t1"));
        assert!(in_text && !mail.text.contains("http://"), "{kind}");
    }
}

#[test]
fn what_strangers_wrote_stays_text_and_out_of_the_subject() {
    for (kind, mail) in all(&format!("{}\r\nBcc: evil@example.com", sample::HOSTILE)) {
        assert!(!mail.html.contains("<script") && !mail.html.contains("<img"), "{kind}");
        assert!(!mail.subject.contains("script") && !mail.subject.contains(['\r', '\n']), "{kind}");
        assert!(!mail.text.contains('\r'), "{kind}");
    }
}

#[test]
fn mails_load_nothing_and_follow_nobody() {
    for (kind, mail) in all("Claude") {
        for forbidden in ["<img", "<script", "<link", "url(", "src=", "@import"] {
            assert!(!mail.html.contains(forbidden), "{kind}: {forbidden}");
        }
    }
}

#[test]
fn a_mail_says_when_and_from_where_it_was_asked_for() {
    assert_eq!(
        super::asked(&asked(Language::English)),
        "This was asked for on 22 November 2026, 14:03 UTC, from 192.0.2.1, with Firefox on Linux."
    );
    assert_eq!(
        super::asked(&asked(Language::German)),
        "Darum wurde am 22. November 2026, 14:03 Uhr UTC gebeten, von 192.0.2.1 aus, mit Firefox unter Linux."
    );
    let bare = Asked { address: String::new(), user_agent: String::new(), ..asked(Language::English) };
    assert_eq!(super::asked(&bare), "This was asked for on 22 November 2026, 14:03 UTC.");
    let in_part = Asked { address: String::new(), ..asked(Language::English) };
    assert_eq!(super::asked(&in_part), "This was asked for on 22 November 2026, 14:03 UTC, with Firefox on Linux.");
}

#[test]
fn no_line_of_a_mail_is_the_same_in_both_languages_but_names_and_addresses() {
    let english = all_in(Language::English, "Claude");
    for ((name, german), (_, english)) in all_in(Language::German, "Claude").into_iter().zip(english) {
        let lines: Vec<&str> = english.text.lines().filter(|line| line.contains(' ') && *line != "-- ").collect();
        let same: Vec<&str> = german.text.lines().filter(|line| lines.contains(line)).collect();
        assert_eq!(same, Vec::<&str>::new(), "{name}");
        assert_ne!(german.subject, english.subject, "{name}");
    }
}
