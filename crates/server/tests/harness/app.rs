//! Apps: a client that asks for access, and a resource server that is shown tokens.

use protocol::CodeVerifier;
use serde_json::Value;

use super::{
    TestServer,
    browser::{Answer, Browser, encode, http},
    page,
    seed::RESOURCE,
};

/// What a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token, if it got one.
    pub refresh: Option<String>,
    /// The ID token, if it got one.
    pub id: Option<String>,
}

impl Tokens {
    /// Reads a token response.
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            access: text("access_token").expect("an access token"),
            refresh: text("refresh_token"),
            id: text("id_token"),
        }
    }
}

/// A client, with or without a secret.
#[derive(Clone)]
pub struct Client<'s> {
    /// Whom it asks.
    pub server: &'s TestServer,
    /// What it asks with.
    pub http: reqwest::Client,
    /// Its identifier.
    pub id: String,
    /// Its secret, sent by Basic.
    pub secret: Option<String>,
    /// Where answers go.
    pub redirect_uri: String,
    /// What it proves the code with.
    pub verifier: String,
}

impl<'s> Client<'s> {
    pub fn public(server: &'s TestServer, id: &str, redirect_uri: &str) -> Self {
        Self {
            server,
            http: http(server.address),
            id: id.to_owned(),
            secret: None,
            redirect_uri: redirect_uri.to_owned(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
        }
    }

    pub fn confidential(server: &'s TestServer, id: &str, secret: &str, redirect_uri: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..Self::public(server, id, redirect_uri) }
    }

    /// The address at which a person begins; `changes` replace parameters, and an empty value leaves one out.
    pub fn authorize(&self, changes: &[(&str, &str)]) -> String {
        format!(
            "/authorize?{}",
            encode(&self.ask(changes).iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
        )
    }

    /// The parameters of a request for reading.
    pub fn ask(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let challenge = CodeVerifier::parse(&self.verifier).unwrap().challenge();
        let mut params: Vec<(String, String)> = [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "issues:read offline_access"),
            ("state", "st-4711"),
            ("resource", RESOURCE),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            params.retain(|(known, _)| known != name);
            if !value.is_empty() {
                params.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        params
    }

    /// What signs a person in and asks for nothing else.
    pub fn authorize_identity(&self, scope: &str, changes: &[(&str, &str)]) -> String {
        let mut all = vec![("scope", scope), ("resource", "")];
        all.extend(changes);
        self.authorize(&all)
    }

    /// A person allows it to read this project; the answer leads back to the client.
    pub async fn approve(&self, browser: &Browser, project: &str) -> Answer {
        self.approve_at(browser, &self.authorize(&[]), Some(project)).await
    }

    /// A person allows what this address asks.
    pub async fn approve_at(&self, browser: &Browser, address: &str, project: Option<&str>) -> Answer {
        let asked = browser.open(address).await;
        assert!(
            page::has_id(&asked.body, "allow"),
            "no consent page: {} {:?} {}",
            asked.status,
            asked.location(),
            asked.body
        );
        let mut fields = vec![("decision", "allow")];
        fields.extend(project.map(|project| ("project", project)));
        let id = asked.consent_id();
        browser.submit(&asked, &format!("/consent/{id}"), &fields).await
    }

    /// The code that an answer carries.
    pub async fn redeem(&self, answer: &Answer) -> Tokens {
        Tokens::of(&self.try_redeem(&answer.sent("code").unwrap_or_else(|| panic!("no code: {answer:?}"))).await)
    }

    pub async fn try_redeem(&self, code: &str) -> Answer {
        let (verifier, redirect_uri) = (self.verifier.clone(), self.redirect_uri.clone());
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &verifier),
        ])
        .await
    }

    /// The whole way, for reading Apollo.
    pub async fn connect(&self, browser: &Browser) -> Tokens {
        let project = self.server.seeded.apollo.clone();
        self.redeem(&self.approve(browser, &project).await).await
    }

    pub async fn refresh(&self, tokens: &Tokens) -> Tokens {
        Tokens::of(&self.try_refresh(tokens.refresh.as_deref().expect("a refresh token")).await)
    }

    pub async fn try_refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("/token", fields).await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/revoke", &[("token", token)]).await
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        Answer::of(self.http.get(self.server.url("/userinfo")).bearer_auth(access_token)).await
    }

    /// Sends a form as this client.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let mut request =
            self.http.post(self.server.url(path)).header("content-type", "application/x-www-form-urlencoded");
        match &self.secret {
            Some(secret) => request = request.basic_auth(&self.id, Some(secret)),
            None => fields.push(("client_id", &self.id)),
        }
        Answer::of(request.body(encode(&fields))).await
    }
}

/// The resource server, which is shown tokens.
pub struct ApiApp<'s> {
    server: &'s TestServer,
    http: reqwest::Client,
}

impl<'s> ApiApp<'s> {
    pub fn new(server: &'s TestServer) -> Self {
        Self { server, http: http(server.address) }
    }

    /// What the server says about a token.
    pub async fn introspect(&self, token: &str) -> Value {
        let answer = self.try_introspect(&self.server.seeded.api_secret, token).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub async fn try_introspect(&self, secret: &str, token: &str) -> Answer {
        let request = self.http.post(self.server.url("/introspect")).basic_auth("demo-api", Some(secret));
        Answer::of(
            request.header("content-type", "application/x-www-form-urlencoded").body(encode(&[("token", token)])),
        )
        .await
    }

    /// Whether a token is good.
    pub async fn accepts(&self, token: &str) -> bool {
        self.introspect(token).await["active"].as_bool().unwrap()
    }
}

impl Answer {
    /// The running request that a consent page asks about.
    pub fn consent_id(&self) -> String {
        let (_, rest) = self.body.split_once("/consent/").unwrap_or_else(|| panic!("no consent form: {}", self.body));
        rest.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}
