//! The documents that are the same for everybody, the metadata and the keys, sent by a shorter way: a plain GET of one finds
//! it here, because what stands around a route costs more than the document. Whatever else is asked at these addresses goes
//! to the route table, where the same documents stand, and gets the same answer.

use std::rc::Rc;

use actix_web::{
    HttpMessage as _, HttpResponse,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    web::Data,
};

use super::forms;
use crate::{
    cors, endpoint::cached_briefly, forwarded::ClientAddress, metrics::Pattern, rate_limit::Class, state::AppState,
};

/// One worker's way to them; it stands in the application's data.
pub struct Documents(Vec<Document>);

struct Document {
    kind: Kind,
    pattern: Rc<Pattern>,
}

#[derive(Clone, Copy)]
enum Kind {
    Metadata,
    Keys,
}

impl Documents {
    /// For an issuer with this path.
    pub(super) fn new(base: &str) -> Self {
        let keys = std::iter::once((Kind::Keys, format!("{base}/jwks")));
        let metadata = forms(base).into_iter().map(|path| (Kind::Metadata, path));
        Self(
            metadata.chain(keys).map(|(kind, path)| Document { kind, pattern: Rc::new(Pattern::new(&path)) }).collect(),
        )
    }

    fn find(&self, request: &ServiceRequest) -> Option<&Document> {
        // What a script of another site asks is answered with more headers.
        let is_plain = request.method() == Method::GET && !request.headers().contains_key(header::ORIGIN);
        self.0.iter().find(|document| is_plain && document.pattern.text() == request.path())
    }
}

/// The document that is asked for, if nobody has to be asked for it; else the request as it came.
pub(super) fn answer(request: ServiceRequest) -> Result<ServiceResponse, ServiceRequest> {
    match found(&request) {
        Some((mut response, pattern)) => {
            cors::open(response.headers_mut());
            request.extensions_mut().insert(pattern);
            Ok(request.into_response(response))
        }
        None => Err(request),
    }
}

fn found(request: &ServiceRequest) -> Option<(HttpResponse, Rc<Pattern>)> {
    let document = request.app_data::<Rc<Documents>>()?.find(request)?;
    let state = request.app_data::<Data<AppState>>()?;
    let json = match document.kind {
        Kind::Metadata => state.authority.server_metadata_at_once(),
        Kind::Keys => state.authority.jwks_at_once(state.authority.now()),
    }?;
    // One that is refused is told so by the route, which counts it once more.
    state.edge.limiter.check(Class::Token, ClientAddress::of(request).0).ok()?;
    Some((cached_briefly(json), Rc::clone(&document.pattern)))
}
