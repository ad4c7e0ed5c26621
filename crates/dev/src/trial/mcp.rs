//! `lanyard try mcp`: an assistant that knows nothing but the MCP app's address finds the server, registers itself, is allowed
//! to read one project, and reads it.

mod session;

use serde_json::{Value, json};
use server::command::Failure;

use super::{
    Where,
    callback::Callback,
    discovery::{Server, discover},
    exchange::{Identity, redeem},
    request::{Asked, approval},
    speaker::Speaker,
};
use session::Session;

pub(super) async fn perform(place: &Where) -> Result<(), Failure> {
    let speaker = Speaker::begin("An assistant connects to an MCP app")?;
    let app = place.mcp_url()?;
    let found = find_server(&speaker, &app).await?;
    let server = discover(&speaker, &found.issuer, "oauth-authorization-server").await?;
    let callback = Callback::any_port().await?;
    let client_id = register(&speaker, &server, callback.redirect_uri()).await?;

    let resource = Some(found.resource.as_str());
    let asked = Asked { client_id: &client_id, scope: &found.scope, resource, nonce: None };
    let approved = approval(&speaker, place, &server, callback, &asked).await?;
    let client = Identity { client_id: &client_id, secret: None };
    let tokens = redeem(&speaker, &server, &client, &approved, resource).await?;

    let mut session = Session::new(&speaker, &app, tokens.required("access_token")?);
    session.initialize().await?;
    session.list_tools().await?;
    session.read_issues().await?;
    session.be_refused_a_change().await?;
    speaker.story.end(&format!("Connected to read one project. Take it back at {}/connections", server.issuer))
}

/// What the app says about who protects it.
struct Found {
    issuer: String,
    resource: String,
    scope: String,
}

async fn find_server(speaker: &Speaker, app: &str) -> Result<Found, Failure> {
    speaker.story.step("Ask the app for something, with no token: it says where to learn more (RFC 9728 §5.1).")?;
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "ping"});
    speaker.story.request("POST", app, &[("method", "ping")])?;
    let refused = speaker.post_json(app, &hello, &[], None).await?;
    let challenge = refused.challenge.clone();
    speaker.story.answer(refused.status, &json!({"www-authenticate": challenge}))?;
    refused.expect(401)?;
    let metadata = quoted(&challenge, "resource_metadata")
        .ok_or_else(|| Failure::failed("The app's 401 names no resource_metadata (RFC 9728 §5.1)."))?;

    speaker.story.step("Read what the app says about itself (RFC 9728).")?;
    let reply = speaker.fetch(&metadata, None).await?;
    speaker.tell(&reply)?;
    let reply = reply.expect(200)?;
    let resource = reply.required("resource")?;
    // RFC 9728 §3.3: else one app could have tokens made out to another.
    if resource.trim_end_matches('/') != app.trim_end_matches('/') {
        return Err(Failure::failed(format!(
            "The metadata is another resource's ({resource}); RFC 9728 §3.3 forbids to use it."
        )));
    }
    let first = reply.body.get("authorization_servers").and_then(|servers| servers.get(0)).and_then(Value::as_str);
    let issuer = first.ok_or_else(|| Failure::failed("The app names no authorization server."))?.to_owned();
    let scopes = reply.body.get("scopes_supported").and_then(Value::as_array).cloned().unwrap_or_default();
    let scope = scopes.iter().filter_map(Value::as_str).chain(["offline_access"]).collect::<Vec<_>>().join(" ");
    Ok(Found { issuer, resource, scope })
}

async fn register(speaker: &Speaker, server: &Server, redirect_uri: &str) -> Result<String, Failure> {
    speaker.story.step("Register, since the server does not know this program yet (RFC 7591).")?;
    let url = server.endpoint("registration_endpoint")?;
    let about = json!({
        "client_name": "lanyard try",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    speaker.story.request(
        "POST",
        &url,
        &[("client_name", "lanyard try"), ("redirect_uris", redirect_uri), ("token_endpoint_auth_method", "none")],
    )?;
    let reply = speaker.post_json(&url, &about, &[], None).await?;
    speaker.tell_of(&reply, &["client_id", "client_name", "scope", "grant_types"])?;
    reply.expect(201)?.required("client_id")
}

/// A quoted parameter of a challenge (RFC 9110 §11.2).
fn quoted(challenge: &str, name: &str) -> Option<String> {
    let (_, after) = challenge.split_once(&format!("{name}=\""))?;
    Some(after.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_challenge_names_the_metadata() {
        let challenge = r#"Bearer error="invalid_token", resource_metadata="http://localhost:8081/.well-known/x""#;
        assert_eq!(quoted(challenge, "resource_metadata").as_deref(), Some("http://localhost:8081/.well-known/x"));
        assert_eq!(quoted(challenge, "scope"), None);
    }
}
