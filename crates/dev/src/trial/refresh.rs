//! `lanyard try refresh`: a refresh, and the same refresh again, as when its answer is lost on the way.

use server::command::Failure;

use super::{
    Where,
    code::{CLIENT, connect},
    exchange::{self, introspect},
    speaker::Speaker,
};

pub(super) async fn perform(place: &Where) -> Result<(), Failure> {
    let speaker = Speaker::begin("A refresh, and the same refresh again")?;
    let (server, tokens) = connect(&speaker, place).await?;
    let old = tokens.required("refresh_token")?;

    speaker
        .story
        .step("Refresh: a new access token, and a new refresh token in the old one's place (OAuth 2.1 §4.3).")?;
    let first = exchange::refresh(&speaker, &server, &CLIENT, &old).await?;
    let new = first.required("refresh_token")?;
    if new == old {
        return Err(Failure::failed(
            "The refresh token was not replaced, and a public client's must be (OAuth 2.1 §4.3.1).",
        ));
    }

    speaker.story.step("The same refresh again, as if the answer had been lost on the way.")?;
    let second = exchange::refresh(&speaker, &server, &CLIENT, &old).await?;
    if second.required("refresh_token")? != new || second.required("access_token")? != first.required("access_token")? {
        return Err(Failure::failed("The retry got other tokens than the first attempt."));
    }
    speaker.story.note("The same tokens came back: a retry within the retry window signs nobody out.")?;

    introspect(&speaker, place, &server, &second.required("access_token")?).await?;
    speaker.story.end(&format!("Refreshed. Take it back at {}/connections", server.issuer))
}
