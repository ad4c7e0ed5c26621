//! Passkeys, the authenticator app and recovery codes: what is demanded at sign-in, and what stands in for it.

use identity::account::SignedIn;
use model::{Passkey, SecondFactors};

use crate::{
    error_response::PageError,
    page::{Visit, account::prove::Act as Proving},
    view::{Act, ActKind, Fact, Moment, Row, Section},
};

pub(super) async fn sections(visit: &Visit, person: &SignedIn) -> Result<Vec<Section>, PageError> {
    let authority = &visit.state.authority;
    let factors = authority.second_factors(person).await?;
    let mut sections = Vec::with_capacity(3);
    if authority.has_passkeys() {
        sections.push(passkeys(visit, &authority.passkeys(person).await?));
    }
    sections.push(app(visit, factors));
    if factors.is_demanded() {
        sections.push(codes(visit, factors));
    }
    Ok(sections)
}

fn passkeys(visit: &Visit, all: &[Passkey]) -> Section {
    let now = visit.now.as_micros();
    let words = visit.say("factors-section-passkeys");
    let row = |passkey: &Passkey| Row {
        title: passkey.name.clone(),
        badge: passkey.suspect_at.map(|_| visit.say("factors-passkey-copied").into()),
        facts: vec![match passkey.used_at {
            Some(used) => Fact::at(words.part("used"), Moment::ago(used.as_micros(), now)),
            None => Fact::at(words.part("added"), Moment::ago(passkey.created_at.as_micros(), now)),
        }],
        ..Row::default()
    };
    let label = words.part(if all.is_empty() { "add" } else { "see" });
    Section {
        id: "passkeys".into(),
        heading: visit.say("factors-passkeys-title").into(),
        said: all.is_empty().then(|| words.to_string()),
        rows: all.iter().map(row).collect(),
        acts: vec![Act::link("see-passkeys", label, &Proving::Passkeys.path())],
        ..Section::default()
    }
}

fn app(visit: &Visit, factors: SecondFactors) -> Section {
    let words = visit.say("factors-section-app");
    let (said, label) = match factors.apps {
        0 => (words.part("none"), words.part("set-up")),
        _ => (words.clone(), words.part("change")),
    };
    Section {
        id: "totp".into(),
        heading: visit.say("factors-app-title").into(),
        said: Some(said.into()),
        acts: vec![Act::link("see-totp", label, &Proving::Totp.path())],
        ..Section::default()
    }
}

fn codes(visit: &Visit, factors: SecondFactors) -> Section {
    let act = Act::link("see-recovery-codes", visit.say("factors-section-codes"), &Proving::RecoveryCodes.path());
    let few = factors.recovery_codes < 3;
    Section {
        id: "recovery-codes".into(),
        heading: visit.say("factors-codes-title").into(),
        said: Some(visit.say("factors-codes-left").count(factors.recovery_codes).into()),
        acts: vec![if few { act.with(ActKind::PrimaryLink) } else { act }],
        ..Section::default()
    }
}
