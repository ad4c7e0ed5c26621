//! What a client learns of a server before it asks for anything (RFC 8414, OpenID Connect Discovery).

use serde_json::Value;
use server::command::Failure;
use url::Url;

use super::speaker::{Reply, Speaker};

/// A server's metadata, of which the issuer is the one that was asked for.
pub(super) struct Server {
    pub(super) issuer: String,
    reply: Reply,
}

impl Server {
    /// An endpoint that the flow needs.
    pub(super) fn endpoint(&self, name: &str) -> Result<String, Failure> {
        self.reply
            .text(name)
            .map(str::to_owned)
            .ok_or_else(|| Failure::failed(format!("The server's metadata has no {name}.")))
    }

    fn offers(&self, list: &str, value: &str) -> bool {
        self.reply.body.get(list).and_then(Value::as_array).is_some_and(|values| values.iter().any(|one| one == value))
    }
}

/// Reads the metadata and checks what makes the flow safe.
pub(super) async fn discover(speaker: &Speaker, issuer: &str, document: &str) -> Result<Server, Failure> {
    speaker.story.step("Ask the authorization server what it offers (RFC 8414).")?;
    let url = inserted(issuer, document)?;
    let reply = speaker.fetch(&url, None).await?;
    let of_interest = [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
        "code_challenge_methods_supported",
    ];
    speaker.tell_of(&reply, &of_interest)?;
    let server = Server { issuer: issuer.to_owned(), reply: reply.expect(200)? };
    // RFC 8414 §3.3: else somebody else's server could pose as this one.
    if server.reply.text("issuer") != Some(issuer) {
        return Err(Failure::failed(format!(
            "The metadata at {url} is another issuer's; RFC 8414 §3.3 forbids to use it."
        )));
    }
    if !server.offers("code_challenge_methods_supported", "S256") {
        return Err(Failure::failed(
            "The server does not offer PKCE with S256, and an MCP client must then refuse it.",
        ));
    }
    speaker.story.note("The issuer is the one that was asked for, and it offers PKCE with S256.")?;
    Ok(server)
}

/// RFC 8414 §3.1: the well-known part stands between host and path.
fn inserted(issuer: &str, document: &str) -> Result<String, Failure> {
    let mut url = Url::parse(issuer).map_err(|_| Failure::misused(format!("--issuer {issuer} is not a URL.")))?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("/.well-known/{document}{path}"));
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::inserted;

    #[test]
    fn the_well_known_part_stands_before_the_path() {
        let at = |issuer| inserted(issuer, "oauth-authorization-server").unwrap();
        assert_eq!(at("http://localhost:8080"), "http://localhost:8080/.well-known/oauth-authorization-server");
        assert_eq!(at("https://a.example/t1"), "https://a.example/.well-known/oauth-authorization-server/t1");
        assert_eq!(inserted("nonsense", "x").unwrap_err().code(), 2);
    }
}
