//! The words of changes of second factors.

use identity::mail::FactorChange;
use model::Language;

use super::{Act, Said, Sender, link, named};
use crate::view::{Phrase, say};

pub(super) fn changed(change: &FactorChange, language: Language, sender: &Sender) -> Said {
    let message = message(change, language);
    let say = |key| say(language, key).with("server", &sender.name);
    Said {
        language,
        subject: say("factors-mail-subject").into(),
        heading: message.to_string(),
        paragraphs: vec![message.part("happened").into()],
        act: Some(Act { label: say("mail-see-security").into(), link: link(sender, "/account/security") }),
        code: None,
        was_asked: true,
        not_you: say("factors-mail-not-you").into(),
        lock: Some(Act { label: say("mail-new-password").into(), link: link(sender, "/forgotten") }),
    }
}

fn message(change: &FactorChange, language: Language) -> Phrase<'static> {
    let say = |key| say(language, key);
    match change {
        FactorChange::AppAdded => say("factors-mail-app-added"),
        FactorChange::AppRemoved => say("factors-mail-app-removed"),
        FactorChange::PasskeyAdded { name } => say("factors-mail-passkey-added").with("name", named(name)),
        FactorChange::PasskeyRemoved { name } => say("factors-mail-passkey-removed").with("name", named(name)),
        FactorChange::PasskeySuspected { name } => say("factors-mail-passkey-suspected").with("name", named(name)),
        FactorChange::AllRemoved => say("factors-mail-all-removed"),
        FactorChange::CodesMade => say("factors-mail-codes-made"),
        FactorChange::CodeUsed { left } => say("factors-mail-code-used").count(left),
    }
}
