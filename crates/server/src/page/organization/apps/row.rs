//! An app with what can be done about it.

use model::Client;
use protocol::AuthMethod;

use super::asked::Offered;
use crate::{
    page::{Visit, organization::Room},
    view::{Act, ActKind, Fact, Moment, Place, Row},
};

pub(super) fn row(visit: &Visit, room: &Room, client: &Client, offered: &Offered) -> Row {
    let it = visit.say("apps-row");
    let has_secret = client.secret_hash.is_some();
    let kind = match (client.home, client.metadata.token_endpoint_auth_method) {
        (Some(_), _) => "service",
        (None, AuthMethod::None) => "program",
        (None, _) => "web",
    };
    let project = client.home.and_then(|home| offered.project(home.project_id));
    let words = |part: &str| Fact { words: it.part(part).into(), ..Fact::default() };
    let mut facts = vec![words(kind), Fact::text(it.part("id"), client.id.as_str())];
    facts.extend(project.map(|project| Fact::text(it.part("project"), &project.name)));
    facts.extend(client.metadata.redirect_uris.iter().map(|uri| Fact::text(it.part("to"), uri.as_str())));
    facts.push(match client.used_at {
        Some(at) => Fact::at(it.part("used"), Moment::ago(at.as_micros(), visit.now.as_micros())),
        None => words("never"),
    });
    Row {
        title: client.name.clone(),
        badge: client.disabled_at.map(|_| it.part("off").into()),
        facts,
        acts: acts(visit, room, client, has_secret),
        ..Row::default()
    }
}

fn acts(visit: &Visit, room: &Room, client: &Client, has_secret: bool) -> Vec<Act> {
    let it = visit.say("apps-do");
    let act = |verb: &str, below: &str, kind| {
        let path = room.path(Place::Apps, &format!("/{}{below}", client.id));
        Act::link(&format!("{verb}-{}", client.id), it.part(verb), &path).with(kind)
    };
    let switch = match client.disabled_at {
        None => act("disable", "/disable", ActKind::Press),
        Some(_) => act("enable", "/enable", ActKind::Press),
    };
    let secret = has_secret.then(|| act("new-secret", "/new-secret", ActKind::Press));
    let (change, remove) = (act("change", "", ActKind::Link), act("remove", "/remove", ActKind::DangerousLink));
    [change, switch].into_iter().chain(secret).chain([remove]).collect()
}
