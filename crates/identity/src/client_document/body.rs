//! Reading an answer without trusting it: status, type, encoding and length, while it arrives.

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

use super::{fetch::FetchError, freshness};

/// A good answer.
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// How long its headers allow it to be kept.
    pub(crate) cache: std::time::Duration,
}

impl Body {
    /// Reads at most `most` bytes of a JSON document.
    pub(super) async fn read(response: Response, most: usize) -> Result<Self, FetchError> {
        check_head(&response, ("JSON", is_json))?;
        let cache = freshness::of(response.headers());
        Ok(Self { bytes: read(response, most).await?, cache })
    }

    /// Reads at most `most` bytes of plain text.
    pub(super) async fn read_text(response: Response, most: usize) -> Result<Vec<u8>, FetchError> {
        check_head(&response, ("plain text", |essence| essence == "text/plain"))?;
        read(response, most).await
    }
}

async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, FetchError> {
    if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
        return Err(too_long(most));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(too_long(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn check_head(response: &Response, (name, is_type): (&str, fn(&str) -> bool)) -> Result<(), FetchError> {
    // Redirects are not followed, so they end here too.
    if response.status() != StatusCode::OK {
        return Err(FetchError::Failed(format!("status {} instead of 200", response.status())));
    }
    if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(FetchError::Failed("an encoded answer, which was not asked for".to_owned()));
    }
    let said = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_type(&essence) {
        Ok(())
    } else {
        Err(FetchError::Failed(format!("the answer does not say that it is {name}")))
    }
}

/// `application/json`, or any type that says `+json` (RFC 6839 §3.1).
fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn too_long(most: usize) -> FetchError {
    FetchError::Failed(format!("longer than {most} bytes"))
}
