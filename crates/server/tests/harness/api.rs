//! Programs that ask the management API with a personal API token.

use identity::{
    Caller,
    account::SignedIn,
    api_token::{Lifetime, NewApiToken},
};
use model::{Email, Id, Secret, Session, User};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, TestServer};

/// A program with a token.
pub struct Program<'s> {
    server: &'s TestServer,
    /// The token's text.
    pub token: String,
}

impl TestServer {
    /// A program of this person, that writes or only reads.
    pub async fn program(&self, email: &str, writes: bool) -> Program<'_> {
        let new = NewApiToken { name: "a program".to_owned(), writes, lifetime: Lifetime::Month };
        let person = self.person(email).await;
        let now = self.authority.now();
        let made = self.authority.make_api_token(&person, new, &Caller::default(), now).await.unwrap().unwrap();
        Program { server: self, token: made.text.expose().to_owned() }
    }

    /// A person as a page knows them who has just signed in.
    pub async fn person(&self, email: &str) -> SignedIn {
        let user = self.user(email).await;
        let now = self.authority.now();
        let session = Session {
            id: Id::new(now),
            hash: Secret::generate().hash(),
            user_id: user.id,
            amr: "pwd".to_owned(),
            ways: model::Ways::of_amr("pwd"),
            authenticated_at: now,
            created_at: now,
            seen_at: now,
            expires_at: now,
            address: String::new(),
            user_agent: String::new(),
        };
        SignedIn { session, user }
    }

    /// An account.
    pub async fn user(&self, email: &str) -> User {
        let email = Email::parse(email).unwrap();
        self.authority.store().read().await.unwrap().user_by_email(&email).await.unwrap().unwrap()
    }
}

impl Program<'_> {
    /// A request with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = if path.contains("://") { path.to_owned() } else { self.server.url(path) };
        self.server.http().request(method, address).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Makes something under a key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// Changes something in this version.
    pub async fn patch(&self, path: &str, tag: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).header("if-match", tag).json(body)).await
    }

    /// Takes something away in this version.
    pub async fn delete(&self, path: &str, tag: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).header("if-match", tag)).await
    }
}
