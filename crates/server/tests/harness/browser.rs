//! A browser: it keeps cookies, does not follow redirects by itself, and sends forms as they stand on the page.

use std::{collections::BTreeMap, net::SocketAddr, sync::Mutex, time::Duration};

use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, LOCATION, SET_COOKIE},
    redirect::Policy,
};

use super::page;

/// However slow the machine is, whoever waits longer than this waits for nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A browser of one person.
pub struct Browser {
    issuer: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Browser {
    pub fn new(issuer: &str, address: SocketAddr) -> Self {
        Self { issuer: issuer.to_owned(), http: http(address), cookies: Mutex::default() }
    }

    /// Opens an address: whole, or below the issuer.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::GET, address, &[], None).await
    }

    /// Opens an address with further headers.
    pub async fn get_with(&self, address: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, address, headers, None).await
    }

    /// Sends a body as a form.
    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, address, &[], Some(encode(fields))).await
    }

    /// Sends a body as a form, with further headers.
    pub async fn post_with(&self, address: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, address, headers, Some(encode(fields))).await
    }

    /// Fills the first form of a page that goes to `action`, and sends it.
    pub async fn submit(&self, shown: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (to, hidden) =
            page::form(&shown.body, action).unwrap_or_else(|| panic!("no form to {action} on:\n{}", shown.body));
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(fields);
        self.post(&self.below_origin(&to), &all).await
    }

    /// Goes on for as long as the answer leads to an address of this server.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location() {
                Some(location) if location.starts_with('/') => answer = self.get(&self.below_origin(&location)).await,
                _ => return answer,
            }
        }
        panic!("redirected in a circle")
    }

    /// Opens an address and goes on.
    pub async fn open(&self, address: &str) -> Answer {
        self.follow(self.get(address).await).await
    }

    /// Signs in by the form.
    pub async fn sign_in(&self, email: &str, password: &str) {
        let answer = self.try_sign_in(email, password).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }

    /// Sends the sign-in form.
    pub async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let form = self.get("/sign-in").await;
        self.submit(&form, "/sign-in", &[("email", email), ("password", password)]).await
    }

    /// The value of a cookie, by the end of its name's first part: `browser`, `session`, `theme`.
    pub fn cookie(&self, what: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().find(|(name, _)| name.contains(what)).map(|(_, value)| value.clone())
    }

    /// All cookies, as they are sent.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Forgets a cookie.
    pub fn forget(&self, what: &str) {
        self.cookies.lock().unwrap().retain(|name, _| !name.contains(what));
    }

    /// Takes over all cookies of another browser, as a thief would.
    pub fn steal(&self, other: &Self) {
        self.cookies.lock().unwrap().extend(other.cookies.lock().unwrap().clone());
    }

    fn below_origin(&self, path: &str) -> String {
        let origin = url::Url::parse(&self.issuer).unwrap().origin().ascii_serialization();
        format!("{origin}{path}")
    }

    async fn send(&self, method: Method, address: &str, headers: &[(&str, &str)], form: Option<String>) -> Answer {
        let address = if address.contains("://") { address.to_owned() } else { format!("{}{address}", self.issuer) };
        let mut request = self.http.request(method, address);
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(form) = form {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        let answer = Answer::of(request).await;
        self.keep(&answer.headers);
        answer
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// Sends a request and reads all of what comes back; of a stream of events, how it begins.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let mut response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let is_stream = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = match is_stream {
            true => String::from_utf8(response.chunk().await.unwrap().unwrap_or_default().to_vec()).unwrap(),
            false => response.text().await.unwrap(),
        };
        Self { status, headers, body }
    }

    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub fn location(&self) -> Option<String> {
        self.headers.get(LOCATION).map(|location| location.to_str().unwrap().to_owned())
    }

    /// A parameter of the address that it leads to.
    pub fn sent(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.location()?).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// An HTTP client that finds `localhost` at this address and follows nothing.
pub fn http(address: SocketAddr) -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .no_proxy()
        .resolve("localhost", address)
        .build()
        .unwrap()
}

/// `application/x-www-form-urlencoded`.
pub fn encode(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
