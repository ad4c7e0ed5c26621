//! `lanyard try device`: what a program does on a machine whose person has their browser elsewhere (RFC 8628).

use std::time::Duration;

use qrcode::{QrCode, render::unicode::Dense1x2};
use server::command::{Failure, say};

use super::{
    Where,
    discovery::{Server, discover},
    exchange::{Identity, introspect},
    speaker::{Reply, Speaker},
};

/// The public client that a development server lists for devices.
const CLIENT: Identity<'static> = Identity { client_id: "demo-device", secret: None };
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// RFC 8628 §3.2 and §3.5: where the server says nothing, and how much longer after each `slow_down`.
const PACE: u64 = 5;

pub(super) async fn perform(place: &Where) -> Result<(), Failure> {
    let speaker = Speaker::begin("A device is let in by the code that it shows")?;
    let server = discover(&speaker, &place.issuer, "oauth-authorization-server").await?;
    let codes = codes(&speaker, place, &server).await?;
    show(&codes)?;
    let tokens = decided(&speaker, &server, &codes).await?;
    if let Some(seen) = introspect(&speaker, place, &server, &tokens.required("access_token")?).await? {
        let (project, access) = (seen.text("project").unwrap_or("no project"), seen.text("access").unwrap_or("none"));
        speaker
            .story
            .note(&format!("The device reads one project ({project}) and changes nothing: access={access}."))?;
    }
    speaker.story.end(&format!("Let in. Take it back at {}/connections", server.issuer))
}

async fn codes(speaker: &Speaker, place: &Where, server: &Server) -> Result<Reply, Failure> {
    speaker.story.step("Ask for two codes: one to show, one to keep (RFC 8628 §3.1).")?;
    let resource = place.mcp_url()?;
    let form =
        [("client_id", CLIENT.client_id), ("scope", "issues:read offline_access"), ("resource", resource.as_str())];
    let reply = speaker.post(&server.endpoint("device_authorization_endpoint")?, &form, None).await?;
    speaker.tell(&reply)?;
    reply.expect(200)
}

/// What the person needs: the short address and the code, or a picture of both.
fn show(codes: &Reply) -> Result<(), Failure> {
    let complete = codes.required("verification_uri_complete")?;
    let picture = QrCode::new(&complete)
        .map(|code| code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
        .unwrap_or_default();
    let indented: String = picture.lines().map(|line| format!("   {line}\n")).collect();
    say(&format!(
        "\n   Open in a browser, on whatever machine you like:\n\n   {}\n\n   and type this code:\n\n   {}\n\n   Or open both at once:\n\n   {complete}\n\n{indented}\n   Waiting for the decision …",
        codes.required("verification_uri")?,
        codes.required("user_code")?,
    ))
}

/// Asks until the person has decided, no faster than it is told to (RFC 8628 §3.5).
async fn decided(speaker: &Speaker, server: &Server, codes: &Reply) -> Result<Reply, Failure> {
    speaker.story.step("Ask whether the person has decided, as often as the server allows (RFC 8628 §3.4).")?;
    let (endpoint, device_code) = (server.endpoint("token_endpoint")?, codes.required("device_code")?);
    let form = [("grant_type", DEVICE_CODE), ("device_code", device_code.as_str()), ("client_id", CLIENT.client_id)];
    let mut pace = codes.number("interval").unwrap_or(PACE);
    let mut told = String::new();
    loop {
        tokio::time::sleep(Duration::from_secs(pace)).await;
        let reply = speaker.post_quietly(&endpoint, &form).await?;
        let said = reply.text("error").unwrap_or_default().to_owned();
        // The same answer again needs no words.
        if said != told || said.is_empty() {
            speaker.story.request("POST", &endpoint, &form)?;
            speaker.tell(&reply)?;
            told.clone_from(&said);
        }
        match said.as_str() {
            "authorization_pending" => {}
            "slow_down" => pace += PACE,
            _ => return reply.expect(200),
        }
    }
}
