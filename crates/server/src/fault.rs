//! The fault point in the middle of an answer; the others are storage's. In builds with the feature `fault-points` alone.

use std::{io, time::Duration};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody, SizedStream, to_bytes},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use futures_util::{
    StreamExt as _,
    stream::{iter, once},
};
use storage::fault::{Faults, Point};

/// So long the first half gets to leave the process.
const SENT_WITHIN: Duration = Duration::from_millis(100);

/// Sends half of the answer before the fault that is armed there happens, and the rest after it.
///
/// # Errors
/// The body could not be read.
pub(crate) async fn torn(
    faults: Faults,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?;
    let Some(fault) = faults.take(Point::Response) else { return Ok(answer.map_into_boxed_body()) };
    let (request, answer) = answer.into_parts();
    let (answer, body) = answer.into_parts();
    let whole = to_bytes(body).await.map_err(|_| io::Error::other("the body could not be read"))?;
    let (first, rest) = (whole.slice(..whole.len() / 2), whole.slice(whole.len() / 2..));
    let length = whole.len() as u64;
    let rest = once(async move {
        tokio::time::sleep(SENT_WITHIN).await;
        fault.happen(Point::Response).await.map_err(io::Error::other)?;
        Ok::<_, io::Error>(rest)
    });
    let halves = SizedStream::new(length, iter([Ok(first)]).chain(rest).boxed_local());
    Ok(ServiceResponse::new(request, answer.set_body(halves).map_into_boxed_body()))
}
