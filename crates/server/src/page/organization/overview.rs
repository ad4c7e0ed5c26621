//! `/organizations/{slug}`: what an organisation is to the person who looks at it.

use actix_web::{HttpResponse, web::Path};
use model::Permission;

use super::{Room, members, projects};
use crate::{
    error_response::PageError,
    page::Visit,
    view::{Fact, Moment, Notice, Place, Row, Section, Tone},
};

/// Shows it.
///
/// # Errors
/// 404 for one that is not there or not theirs to see; trouble of the database.
pub async fn get(visit: Visit, slug: Path<String>) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&slug, Permission::SeeOrganization).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let seen = visit.state.authority.projects_in(&room.standing, &room.actor).await?;
    let sections = vec![
        about(&visit, &room),
        projects::list(&visit, &room, &seen, &visit.say("projects-title")),
        members::leaving(&visit, &room),
    ];
    let mut page = room.page(&visit, Place::Overview, &visit.say("organizations-overview"), sections);
    page.title.clone_from(&room.organization().name);
    let off = room.organization().disabled_at.map(|_| Notice::new(Tone::Warn, &visit.say("organizations-off")));
    visit.sections(&page.with(off))
}

fn about(visit: &Visit, room: &Room) -> Section {
    let (it, organization) = (visit.say("organizations-about"), room.organization());
    let role = room.standing.role.map_or("operator", |role| role.as_str());
    let row = Row {
        title: organization.name.clone(),
        facts: vec![
            Fact { words: visit.say("organizations-role").part(role).into(), ..Fact::default() },
            Fact::text(it.part("slug"), organization.slug.as_str()),
            Fact::at(it.part("since"), Moment::date(organization.created_at.as_micros())),
        ],
        ..Row::default()
    };
    Section { rows: vec![row], ..Section::new("about", &it) }
}
