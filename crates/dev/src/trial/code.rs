//! `lanyard try code`: what a command line program does to read one project.

use server::command::Failure;

use super::{
    Where,
    callback::Callback,
    discovery::{Server, discover},
    exchange::{Identity, introspect, redeem},
    request::{Asked, approval},
    speaker::{Reply, Speaker},
};

/// The public client that a development server is seeded with.
pub(super) const CLIENT: Identity<'static> = Identity { client_id: "demo-cli", secret: None };

pub(super) async fn perform(place: &Where) -> Result<(), Failure> {
    let speaker = Speaker::begin("The authorization code flow, as a command line does it")?;
    let (server, tokens) = connect(&speaker, place).await?;
    if let Some(seen) = introspect(&speaker, place, &server, &tokens.required("access_token")?).await? {
        let project = seen.text("project").unwrap_or("no project");
        speaker.story.note(&format!(
            "It reads one project ({project}) and changes nothing: access={}.",
            seen.text("access").unwrap_or("none")
        ))?;
    }
    speaker.story.end(&format!("Connected. Take it back at {}/connections", server.issuer))
}

/// As far as the tokens.
pub(super) async fn connect(speaker: &Speaker, place: &Where) -> Result<(Server, Reply), Failure> {
    let server = discover(speaker, &place.issuer, "oauth-authorization-server").await?;
    let resource = place.mcp_url()?;
    let asked = Asked {
        client_id: CLIENT.client_id,
        scope: "issues:read offline_access",
        resource: Some(&resource),
        nonce: None,
    };
    let approved = approval(speaker, place, &server, Callback::any_port().await?, &asked).await?;
    let tokens = redeem(speaker, &server, &CLIENT, &approved, Some(&resource)).await?;
    Ok((server, tokens))
}
