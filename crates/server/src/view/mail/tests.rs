//! Every mail in every state.

use identity::mail::{Asked, Letter, Message};
use model::Timestamp;

use super::*;
use crate::view::sample;

fn sender() -> Sender {
    Sender { name: "Lanyard".to_owned(), public_url: "https://id.example.com/t1".to_owned() }
}

fn asked() -> Asked {
    Asked {
        at: Timestamp::from_micros(sample::NOW),
        address: "192.0.2.1".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
    }
}

/// One of each; the list grows with `Message::kind`, which the compiler keeps whole.
fn samples(text: &str) -> Vec<Message> {
    let app = text.to_owned();
    vec![Message::ConnectionReused { app: app.clone() }, Message::ConnectionShared { app }]
}

fn all(text: &str) -> Vec<(&'static str, Written)> {
    let write = |message: Message| {
        let kind = message.kind();
        (kind, written(&Letter { message, asked: asked() }, &sender()).unwrap())
    };
    samples(text).into_iter().map(write).collect()
}

/// With `LANYARD_PAGES_DIR` set, the mails are also written there.
#[test]
fn every_mail_renders_with_a_subject_a_text_and_the_same_in_html() {
    for (kind, mail) in all("Claude") {
        assert!((10..=78).contains(&mail.subject.chars().count()), "{kind}: {}", mail.subject);
        assert!(mail.text.contains("Was this not you?") && mail.html.contains("Was this not you?"), "{kind}");
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
        super::asked(&asked()),
        "This was asked for on 22 November 2026, 14:03 UTC, from 192.0.2.1, with Firefox on Linux."
    );
    let bare = Asked { address: String::new(), user_agent: String::new(), ..asked() };
    assert_eq!(super::asked(&bare), "This was asked for on 22 November 2026, 14:03 UTC.");
}
