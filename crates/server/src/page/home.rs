//! `/`: what this is, and for whoever is signed in, where things are.

use actix_web::HttpResponse;
use identity::account::SignedIn;
use storage::MemberProject;

use super::Visit;
use crate::{
    error_response::PageError,
    view::{Door, Home, ProjectName},
};

/// Shows the front page.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let door = match &visit.signed_in {
        None if visit.leaving().await?.is_some() => return Ok(visit.go("/leaving")),
        None => Door::Visitor { sign_up: visit.state.settings.sign_up.enabled },
        Some(person) => member(&visit, person).await?,
    };
    visit.page(&Home { layout: visit.layout(), door })
}

async fn member(visit: &Visit, person: &SignedIn) -> Result<Door, PageError> {
    let authority = &visit.state.authority;
    let connections = authority.connections_in(person.user.id, visit.language(), visit.now).await?;
    let projects = projects(visit, person).await?;
    Ok(Door::Member {
        connections: connections.live.len(),
        notices: connections.notices.len(),
        projects,
        mcp_url: visit.state.settings.connect.mcp_url.as_ref().map(|url| url.as_str().to_owned()),
    })
}

async fn projects(visit: &Visit, person: &SignedIn) -> Result<Vec<ProjectName>, identity::Error> {
    let projects = visit.state.authority.projects_open_to(person).await?;
    let name = |one: MemberProject| ProjectName { name: one.project.name, organization: one.organization_name };
    Ok(projects.into_iter().map(name).collect())
}
