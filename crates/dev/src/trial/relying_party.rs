//! `lanyard try rp`: an app signs a person in by OpenID Connect, verifies what it is told, and asks for more.

use clap::Args;
use model::Secret;
use serde_json::Value;
use server::command::Failure;

use super::{
    Where,
    callback::Callback,
    discovery::{Server, discover},
    exchange::{Identity, redeem},
    id_token,
    request::{Asked, approval},
    speaker::Speaker,
};

const CLIENT_ID: &str = "demo-app";
/// Of the client's one registered redirect URI, which is exact.
const PORT: u16 = 3000;

/// Which server, and where this program is the app.
#[derive(Clone, Debug, Args)]
pub struct App {
    /// Which server.
    #[command(flatten)]
    pub place: Where,
    /// Where to listen for the browser, if something brings what it sends to localhost:3000 to another port
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    pub callback_port: u16,
}

pub(super) async fn perform(App { place, callback_port }: &App) -> Result<(), Failure> {
    let secret = place.kept_secret(CLIENT_ID).ok_or_else(|| {
        let directory = place.data.display();
        Failure::failed(format!(
            "The secret of {CLIENT_ID} is not in {directory}. Start `lanyard dev`, or name its directory with --data."
        ))
    })?;
    let speaker = Speaker::begin("An app signs a person in by OpenID Connect")?;
    let server = discover(&speaker, &place.issuer, "openid-configuration").await?;
    let nonce = Secret::generate().expose();
    let asked = Asked { client_id: CLIENT_ID, scope: "openid profile email", resource: None, nonce: Some(&nonce) };
    let approved = approval(&speaker, place, &server, Callback::localhost(PORT, *callback_port).await?, &asked).await?;
    let client = Identity { client_id: CLIENT_ID, secret: Some(&secret) };
    let tokens = redeem(&speaker, &server, &client, &approved, None).await?;

    let claims = verified(&speaker, &server, &tokens.required("id_token")?, &nonce).await?;
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    let email = userinfo(&speaker, &server, &tokens.required("access_token")?, subject).await?;
    speaker.story.end(&format!("Signed in as {email}."))
}

async fn verified(speaker: &Speaker, server: &Server, token: &str, nonce: &str) -> Result<Value, Failure> {
    speaker.story.step(
        "Fetch the server's public keys, and verify the ID token with one of them (OpenID Connect Core §3.1.3.7).",
    )?;
    let keys = speaker.fetch(&server.endpoint("jwks_uri")?, None).await?.expect(200)?;
    let count = keys.body.get("keys").and_then(Value::as_array).map_or(0, Vec::len);
    speaker.story.answer(keys.status, &serde_json::json!({ "keys": count }))?;
    let expected = id_token::Expected { issuer: &server.issuer, client_id: CLIENT_ID, nonce };
    let claims = id_token::verify(token, &keys.body, &expected)
        .map_err(|why| Failure::failed(format!("The ID token is not good: {why}.")))?;
    speaker.story.found(&claims)?;
    speaker.story.note(
        "Signature, issuer, audience, time and nonce are right: these claims are about the person who just signed in.",
    )?;
    Ok(claims)
}

async fn userinfo(speaker: &Speaker, server: &Server, token: &str, subject: &str) -> Result<String, Failure> {
    speaker.story.step("Ask who that is (OpenID Connect Core §5.3).")?;
    let reply = speaker.fetch(&server.endpoint("userinfo_endpoint")?, Some(token)).await?;
    speaker.tell(&reply)?;
    let reply = reply.expect(200)?;
    // OpenID Connect Core §5.3.2: else the answer may be about somebody else.
    if reply.text("sub") != Some(subject) {
        return Err(Failure::failed("Userinfo is about somebody else than the ID token."));
    }
    Ok(reply.text("email").unwrap_or(subject).to_owned())
}
