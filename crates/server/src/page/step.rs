//! From what the dispatcher decided to what the browser gets.

use actix_web::HttpResponse;
use identity::authorize::Step;
use model::{Authorization, Id};

use super::{Visit, consent, errors, words};
use crate::{
    error_response::PageError,
    request_id::RequestId,
    view::{App, Leave, TrustedLink},
};

impl Visit {
    /// What the dispatcher says comes next for a running request.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn next_step(&self, id: Id<Authorization>) -> Result<Step, PageError> {
        let step =
            self.state.authority.next_step(id, &self.browser.secret, self.signed_in.as_ref(), &self.caller, self.now);
        Ok(step.await?)
    }

    /// Answers with this step; `id` is the running request, where there is one already.
    ///
    /// # Errors
    /// The step is a refusal.
    pub fn show(&self, id: Option<Id<Authorization>>, step: Step) -> Result<HttpResponse, PageError> {
        match (step, id) {
            (Step::SignIn { .. }, Some(id)) => Ok(self.go(&format!("/sign-in?authorization={id}"))),
            (Step::SignIn { .. }, None) => Ok(self.go("/sign-in")),
            (Step::Verify, Some(id)) => Ok(self.go(&format!("/account/verify?authorization={id}"))),
            (Step::Verify, None) => Ok(self.go("/account/verify")),
            (Step::Consent(request), Some(id)) => consent::page(self, id, &request, None, None),
            (Step::Consent(_) | Step::Demanded(_), None) => Err(PageError::unexpected()),
            (Step::Told { allowed, client_name }, _) => self.told(allowed, client_name),
            (Step::Demanded(demanded), Some(id)) => self.unmet_by(id, &demanded),
            (Step::Redirect { location }, _) => Ok(self.send_to(location)),
            (Step::Leave { location, host, client_name, provenance, error }, _) => {
                tracing::info!(code = error.code.as_str(), detail = &*error.detail, "{}", error.description);
                let back = TrustedLink::new(location, host).ok_or_else(PageError::unexpected)?;
                let mut answer = self.page(&Leave {
                    layout: self.layout(),
                    app: App { name: client_name, provenance: consent::provenance(&provenance) },
                    happened: self.say(words::why(&error)).into(),
                    back,
                    reference: RequestId::current().map(|id| id.to_string()).unwrap_or_default(),
                })?;
                answer.extensions_mut().insert(error.code);
                Ok(answer)
            }
            (Step::Refused(refusal), _) => Err(errors::refused(refusal)),
        }
    }
}
