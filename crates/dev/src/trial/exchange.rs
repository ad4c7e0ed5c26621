//! From a code to tokens, and what can be asked about them.

use server::command::Failure;

use super::{
    Where,
    discovery::Server,
    request::Approved,
    speaker::{Reply, Speaker},
};

/// The client at the token endpoint: without a secret it only names itself.
pub(super) struct Identity<'a> {
    pub(super) client_id: &'a str,
    pub(super) secret: Option<&'a str>,
}

impl Identity<'_> {
    fn basic(&self) -> Option<(&str, &str)> {
        self.secret.map(|secret| (self.client_id, secret))
    }

    async fn ask(&self, speaker: &Speaker, server: &Server, form: &[(&str, &str)]) -> Result<Reply, Failure> {
        let mut form = form.to_vec();
        if self.secret.is_none() {
            form.push(("client_id", self.client_id));
        }
        let reply = speaker.post(&server.endpoint("token_endpoint")?, &form, self.basic()).await?;
        speaker.tell(&reply)?;
        Ok(reply)
    }
}

/// Redeems the code (OAuth 2.1 §4.1.3).
pub(super) async fn redeem(
    speaker: &Speaker,
    server: &Server,
    client: &Identity<'_>,
    approved: &Approved,
    resource: Option<&str>,
) -> Result<Reply, Failure> {
    speaker.story.step("Redeem the code; the verifier proves that the same program asks (RFC 7636).")?;
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", approved.code.as_str()),
        ("code_verifier", approved.verifier.as_str()),
        ("redirect_uri", approved.redirect_uri.as_str()),
    ];
    form.extend(resource.map(|resource| ("resource", resource)));
    client.ask(speaker, server, &form).await?.expect(200)
}

/// Uses a refresh token (OAuth 2.1 §4.3).
pub(super) async fn refresh(
    speaker: &Speaker,
    server: &Server,
    client: &Identity<'_>,
    token: &str,
) -> Result<Reply, Failure> {
    client.ask(speaker, server, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await?.expect(200)
}

/// Asks about a token as the demo app's resource server does (RFC 7662), if its secret can be read here.
pub(super) async fn introspect(
    speaker: &Speaker,
    place: &Where,
    server: &Server,
    token: &str,
) -> Result<Option<Reply>, Failure> {
    const RESOURCE_SERVER: &str = "demo-api";
    let Some(secret) = place.kept_secret(RESOURCE_SERVER) else {
        speaker.story.note("(How the app sees this token is not shown: its secret is not in --data.)")?;
        return Ok(None);
    };
    speaker.story.step("See the token as the app sees it that receives it (RFC 7662).")?;
    let endpoint = server.endpoint("introspection_endpoint")?;
    let reply = speaker.post(&endpoint, &[("token", token)], Some((RESOURCE_SERVER, &secret))).await?;
    speaker.tell(&reply)?;
    reply.expect(200).map(Some)
}
