//! A browser or a program that speaks to the server over TLS. Every answer is entered in the ledger, its headers and its body
//! as two places; what an answer hands out by its nature is known as a secret from then on.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use reqwest::{Certificate, Client, Method, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::Value;

use super::{binary::Site, ledger::Ledger, page};

/// The members of a JSON answer that are secrets.
const SECRETS: [&str; 5] = ["access_token", "refresh_token", "id_token", "client_secret", "registration_access_token"];

pub struct Visitor {
    issuer: String,
    http: Client,
    ledger: Arc<Ledger>,
    cookies: RefCell<BTreeMap<String, String>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The body's number in the ledger.
    pub place: usize,
}

impl Visitor {
    pub fn of(site: &Site) -> Self {
        let root = Certificate::from_pem(site.certificate.as_bytes()).unwrap();
        let http = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .resolve("localhost", site.address)
            .tls_certs_only([root])
            .build()
            .unwrap();
        Self { issuer: site.issuer.clone(), http, ledger: Arc::clone(&site.ledger), cookies: RefCell::default() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.issuer));
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(path, self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(path, self.form(path, fields)).await
    }

    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    pub async fn json(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        self.send(path, request.body(body.to_string())).await
    }

    /// Sends the first form of a page that goes to `action`, as it stands there.
    pub async fn submit(&self, shown: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (to, hidden) = page::form(&shown.body, action).unwrap_or_else(|| panic!("no form to {action}: {shown:?}"));
        let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(fields);
        self.post(&to, &all).await
    }

    /// Opens an address and goes on for as long as the answers lead to this server.
    pub async fn open(&self, path: &str) -> Answer {
        self.follow(self.get(path).await).await
    }

    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location() {
                Some(location) if location.starts_with('/') => answer = self.get(&location).await,
                _ => return answer,
            }
        }
        panic!("redirected in a circle")
    }

    /// Sends it, and enters what came back.
    pub async fn send(&self, name: &str, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.unwrap();
        let name = format!("an answer of {} ({})", name.split('?').next().unwrap(), status.as_u16());
        let place = self.ledger.saw(format!("the body of {name}"), body.as_bytes());
        let answer = Answer { status, headers, body, place };
        self.learn_body(&answer);
        let lines: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
        let place = self.ledger.saw(format!("the headers of {name}"), lines);
        self.keep_cookies(&answer, place);
        if let Some(code) = answer.sent("code") {
            self.ledger.handed_out("a code", &code, place);
        }
        answer
    }

    fn keep_cookies(&self, answer: &Answer, place: usize) {
        for line in answer.headers.get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                // A theme is no secret.
                if value.len() > 12 {
                    self.ledger.handed_out(&format!("the cookie {name}"), value, place);
                }
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn learn_body(&self, answer: &Answer) {
        let hidden = page::form(&answer.body, "").map(|(_, hidden)| hidden);
        for (_, token) in hidden.into_iter().flatten().filter(|(name, _)| name == "csrf") {
            self.ledger.handed_out("a CSRF token", &token, answer.place);
        }
        let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        for name in SECRETS {
            if let Some(secret) = json[name].as_str() {
                self.ledger.handed_out(name, secret, answer.place);
            }
        }
    }
}

impl Answer {
    pub fn location(&self) -> Option<String> {
        self.headers.get("location").map(|location| location.to_str().unwrap().to_owned())
    }

    /// A parameter of the address that it leads to.
    pub fn sent(&self, name: &str) -> Option<String> {
        let location = self.location()?;
        let (_, query) = location.split_once('?')?;
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A member of its JSON.
    pub fn member(&self, name: &str) -> String {
        let json: Value = serde_json::from_str(&self.body).unwrap_or_default();
        json[name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}")).to_owned()
    }

    /// Panics unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
}
