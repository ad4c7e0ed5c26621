//! The providers that open the account, and those that could. No section where none is offered or connected.

use identity::account::{Connected, SignedIn};

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Act, ActKind, Fact, Moment, Row, Section},
};

pub(super) async fn section(visit: &Visit, person: &SignedIn) -> Result<Option<Section>, PageError> {
    let authority = &visit.state.authority;
    let connected = authority.connected(person).await?;
    let offered = authority.providers();
    if connected.is_empty() && offered.is_empty() {
        return Ok(None);
    }
    let said = if connected.is_empty() { "providers-none" } else { "providers-some" };
    let connect = offered.iter().map(|provider| {
        let path = format!("/account/providers/{}/connect", provider.id);
        Act::link(&format!("connect-{}", provider.id), visit.say("providers-connect"), &path)
            .with(ActKind::Press)
            .about(&provider.name)
    });
    Ok(Some(Section {
        said: Some(visit.say(said).into()),
        rows: connected.iter().map(|one| row(one, visit)).collect(),
        acts: connect.collect(),
        ..Section::new("providers", &visit.say("providers-heading"))
    }))
}

fn row(one: &Connected, visit: &Visit) -> Row {
    let (identity, now) = (&one.identity, visit.now.as_micros());
    let name = one.provider_name.clone();
    let path = format!("/account/providers/{}/disconnect", identity.id);
    let disconnect = Act::link(&format!("disconnect-{}", identity.id), visit.say("providers-disconnect"), &path)
        .with(ActKind::DangerousPress)
        .about(name.as_deref().unwrap_or(&identity.provider));
    let label = identity.label.as_deref().map(|label| Fact::text(visit.say("providers-as"), label));
    let times = [
        Fact::at(visit.say("providers-connected"), Moment::date(identity.created_at.as_micros())),
        Fact::at(visit.say("providers-last-used"), Moment::ago(identity.used_at.as_micros(), now)),
    ];
    Row {
        badge: name.is_none().then(|| visit.say("providers-gone").into()),
        title: name.unwrap_or_else(|| identity.provider.clone()),
        facts: label.into_iter().chain(times).collect(),
        acts: vec![disconnect],
        ..Row::default()
    }
}
