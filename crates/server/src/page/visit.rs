//! A visit: one request of one browser, with who it is, who is signed in there, and how an answer goes back to it.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder,
    cookie::Cookie,
    dev::Payload,
    http::{Method, StatusCode, header},
    web::Data,
};
use askama::Template;
use identity::{Caller, account::SignedIn};
use model::{Authorization, Id, Invitation, Language, Timestamp};
use protocol::Confidential;

use super::language;
use crate::{
    cookie::Browser,
    endpoint::Sender,
    error_response::{PageError, Unexpected},
    state::AppState,
    view,
};

/// Whether an address answers GET too; stands in the data of its resource.
#[derive(Clone, Copy, Debug)]
pub struct Readable(pub bool);

/// What every page needs.
pub struct Visit {
    /// The server.
    pub state: Data<AppState>,
    /// The browser, known by its anonymous cookie.
    pub browser: Browser,
    /// Its person, if there is a session.
    pub signed_in: Option<SignedIn>,
    /// What it shows of its session.
    session_cookie: Option<Confidential>,
    /// The token of an invitation that its person follows.
    pub invited: Option<Confidential>,
    /// Address and program.
    pub caller: Caller,
    /// When it arrived.
    pub now: Timestamp,
    theme: view::Theme,
    here: Here,
}

/// Where a page stands.
#[derive(Clone, Debug)]
struct Here {
    /// Path and query below the issuer's path.
    path: String,
    /// Whether it can be opened again: what only answers a form cannot.
    comes_back: bool,
}

impl Visit {
    /// A visit of whom it is not known yet who they are: [`Visit::recognized`] looks.
    ///
    /// # Errors
    /// Faults of ours.
    pub async fn arriving(request: HttpRequest) -> Result<Self, PageError> {
        let state = AppState::of(&request)?;
        let browser = Browser::of(&request)?;
        let now = state.authority.now();
        let (cookie, signed_in) = (state.edge.cookies.session(&request), None);
        let language = language::chosen(&state, &browser, &request).await;
        let Sender(caller) = Sender::of(&request);
        let caller = Caller { language, ..caller };
        let (theme, here) = (theme(&state, &request), here(&state, &request));
        let invited = state.edge.cookies.invitation(&request);
        Ok(Self { state, browser, signed_in, session_cookie: cookie, invited, caller, now, theme, here })
    }

    /// The same, with the person who is signed in.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn recognized(mut self) -> Result<Self, PageError> {
        self.signed_in = self.state.authority.signed_in(self.session_cookie(), self.now).await?;
        Ok(self)
    }

    /// What the browser shows of its session.
    #[must_use]
    pub fn session_cookie(&self) -> Option<&str> {
        self.session_cookie.as_ref().map(Confidential::expose)
    }

    /// Where somebody goes who was on their way to no app: to the invitation that they follow, or to the front page.
    #[must_use]
    pub fn front(&self) -> String {
        self.invitation_page().unwrap_or_else(|| "/".to_owned())
    }

    /// The page of the invitation that they follow.
    #[must_use]
    pub fn invitation_page(&self) -> Option<String> {
        let (id, _) = self.invited.as_ref()?.expose().split_at_checked(model::id::LENGTH)?;
        Id::<Invitation>::parse(id).map(|id| format!("/invitations/{id}"))
    }

    /// On to the app's request that waits, or home.
    #[must_use]
    pub fn onward(&self, waiting: Option<Id<Authorization>>) -> String {
        waiting.map_or_else(|| self.front(), |id| format!("/consent/{id}"))
    }

    /// The frame of the page that answers.
    #[must_use]
    pub fn layout(&self) -> view::Layout {
        let person = self.signed_in.as_ref().map(|signed_in| &signed_in.user);
        let signed_in = person
            .map(|user| view::SignedIn { email: user.email.to_string(), name: user.name.clone().unwrap_or_default() });
        frame(&self.state, &self.browser, signed_in, self.theme, self.here.clone(), self.language())
    }

    /// The language in which it is answered.
    #[must_use]
    pub fn language(&self) -> Language {
        self.caller.language
    }

    /// The message of this key, in that language.
    #[must_use]
    pub fn say<'a>(&self, key: &'a str) -> view::Phrase<'a> {
        view::say(self.language(), key)
    }

    /// A page.
    ///
    /// # Errors
    /// The template cannot be rendered, a fault of ours.
    pub fn page(&self, page: &impl Template) -> Result<HttpResponse, PageError> {
        self.page_with(StatusCode::OK, page)
    }

    /// A page with another status than 200.
    ///
    /// # Errors
    /// The template cannot be rendered, a fault of ours.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, PageError> {
        let html = page.render().map_err(Unexpected::new)?;
        let mut answer = self.answer(status).content_type("text/html; charset=utf-8").body(html);
        language::declare(answer.headers_mut(), self.language());
        Ok(answer)
    }

    /// JSON for a script of ours.
    #[must_use]
    pub fn json(&self, status: StatusCode, json: String) -> HttpResponse {
        self.answer(status).content_type("application/json").body(json)
    }

    /// On to another address of ours, below the issuer's path.
    #[must_use]
    pub fn go(&self, path: &str) -> HttpResponse {
        self.go_with(path, [])
    }

    /// On, with these cookies.
    #[must_use]
    pub fn go_with(&self, path: &str, cookies: impl IntoIterator<Item = Cookie<'static>>) -> HttpResponse {
        let mut answer = HttpResponse::SeeOther();
        let mut cookies: Vec<Cookie<'static>> = cookies.into_iter().collect();
        if let Some(fresh) = self.browser.cookie.clone()
            && !cookies.iter().any(|cookie| cookie.name() == fresh.name())
        {
            cookies.push(fresh);
        }
        for cookie in cookies {
            answer.cookie(cookie);
        }
        answer.insert_header((header::LOCATION, format!("{}{path}", self.state.base()))).finish()
    }

    /// On, without a cookie: the browser has some that it did not send with this request.
    #[must_use]
    pub fn come_again(&self, path: &str) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((header::LOCATION, format!("{}{path}", self.state.base()))).finish()
    }

    /// Away to an app, at an address that it registered.
    #[must_use]
    pub fn send_to(&self, location: String) -> HttpResponse {
        self.answer(StatusCode::SEE_OTHER).insert_header((header::LOCATION, location)).finish()
    }

    fn answer(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(status);
        if let Some(cookie) = self.browser.cookie.clone() {
            answer.cookie(cookie);
        }
        answer
    }
}

impl FromRequest for Visit {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let arriving = Self::arriving(request.clone());
        Box::pin(async { arriving.await?.recognized().await })
    }
}

/// The frame of a page that knows no person, such as an error.
pub(super) fn bare_layout(state: &AppState, browser: &Browser, request: &HttpRequest) -> view::Layout {
    frame(state, browser, None, theme(state, request), here(state, request), language::of(request))
}

fn frame(
    state: &AppState,
    browser: &Browser,
    signed_in: Option<view::SignedIn>,
    theme: view::Theme,
    here: Here,
    language: Language,
) -> view::Layout {
    view::Layout {
        brand: state.brand.clone(),
        development: state.settings.development,
        csrf: browser.csrf.clone(),
        signed_in,
        theme,
        base: state.base().to_owned(),
        here: here.path,
        comes_back: here.comes_back,
        language,
        menu: None,
    }
}

fn theme(state: &AppState, request: &HttpRequest) -> view::Theme {
    state.edge.cookies.theme(request).map(view::Theme::from_word).unwrap_or_default()
}

fn here(state: &AppState, request: &HttpRequest) -> Here {
    let whole = request.uri().path_and_query().map_or("/", |here| here.as_str());
    let path = whole.strip_prefix(state.base()).filter(|here| here.starts_with('/')).unwrap_or("/").to_owned();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    Here { path, comes_back: is_read || request.app_data::<Readable>().is_some_and(|readable| readable.0) }
}
