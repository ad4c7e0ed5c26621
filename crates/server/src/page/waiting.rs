//! The app that waits while its person signs in or up: what its form carries, what the page says, and where the answer may
//! lead when the form is sent.

use identity::authorize::Step;
use model::{Authorization, ClientId, Id, UpstreamLogin};
use protocol::{ClientIdUrl, OAuthError, Params, RegisteredRedirectUri};

use super::Visit;
use crate::{error_response::PageError, headers::FormAction, view::Waiting};

/// An app that waits.
pub(super) struct Waiter {
    /// For the page.
    pub(super) shown: Waiting,
    /// Whom it expects.
    pub(super) login_hint: Option<String>,
    /// Where the browser may be sent once the form is answered.
    pub(super) form_action: FormAction,
}

/// What a running request leads to at the sign-in page.
pub(super) enum Arrival {
    /// The person signs in.
    Sign(Waiter),
    /// Something else comes next.
    Other(Step),
}

impl Visit {
    /// Asks the dispatcher whether the person should sign in for this request. Whoever wants another account is asked as if
    /// nobody were signed in.
    pub(super) async fn arrival(&self, id: Id<Authorization>, another: bool) -> Result<Arrival, PageError> {
        let signed_in = self.signed_in.as_ref().filter(|_| !another);
        let authority = &self.state.authority;
        let step = authority.next_step(id, &self.browser.secret, signed_in, &self.caller, self.now).await?;
        let Step::SignIn { client_name, login_hint } = step else { return Ok(Arrival::Other(step)) };
        let stored = authority
            .store()
            .read()
            .await
            .map_err(identity::Error::from)?
            .authorization(id)
            .await
            .map_err(identity::Error::from)?;
        let redirect_uri = stored.as_ref().and_then(|stored| stored.redirect_uri.as_ref());
        let app = client_name.or_else(|| stored.as_ref().and_then(|stored| host(&stored.client_id)));
        Ok(Arrival::Sign(Waiter {
            shown: Waiting {
                authorization: id.to_string(),
                app: app.unwrap_or_else(|| self.say("sign-in-an-app").into()),
            },
            login_hint,
            form_action: FormAction(redirect_uri.map(RegisteredRedirectUri::origin).into_iter().collect()),
        }))
    }
}

/// The name of an app whose document was not read yet: its address is all there is.
fn host(client_id: &ClientId) -> Option<String> {
    ClientIdUrl::parse(client_id.as_str()).ok().map(|url| url.host())
}

/// The query of the sign-in and sign-up pages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) authorization: Option<Id<Authorization>>,
    pub(super) another_account: bool,
    /// The arrival from a provider that is to be connected afterwards.
    pub(super) connect: Option<Id<UpstreamLogin>>,
}

impl Asked {
    pub(super) fn parse(query: &str) -> Result<Self, OAuthError> {
        let params = Params::parse(query)?;
        Ok(Self {
            authorization: authorization(&params)?,
            another_account: params.get("account") == Some("another"),
            connect: params.get("connect").and_then(Id::parse),
        })
    }
}

/// The running request that a form or a query names.
pub(super) fn authorization(params: &Params) -> Result<Option<Id<Authorization>>, OAuthError> {
    let parse = |text: &str| Id::parse(text).ok_or_else(|| OAuthError::invalid_request("authorization is not an id"));
    params.get("authorization").map(parse).transpose()
}
