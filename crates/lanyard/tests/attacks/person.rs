//! Somebody with a browser, who comes through the proxy from an address of their choice.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use reqwest::{Client, RequestBuilder, Response, redirect::Policy};

/// A browser's cookies and the proof for its forms.
#[derive(Clone, Default)]
pub struct Person {
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// An HTTP client that finds the server under its public name.
pub fn http(port: u16) -> Client {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    Client::builder()
        .timeout(Duration::from_secs(60))
        .redirect(Policy::none())
        .no_proxy()
        .resolve("localhost", address)
        .build()
        .unwrap()
}

/// A network address for each number.
pub fn address(number: u32) -> String {
    let [_, a, b, c] = number.to_be_bytes();
    format!("100.{a}.{b}.{c}")
}

impl Person {
    /// The request with this browser's cookies.
    pub fn with(&self, request: RequestBuilder, from: &str) -> RequestBuilder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.header("cookie", cookies.join("; ")).header("x-forwarded-for", from)
    }

    /// Fields of a form of ours, with the proof.
    pub fn form(&self, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = [("csrf", self.csrf.as_str())];
        own.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Opens a page and remembers its cookies and its proof.
    pub async fn open(&mut self, http: &Client, url: &str) -> (u16, String) {
        let answer = self.with(http.get(url), "192.0.2.1").send().await.unwrap();
        self.keep(&answer);
        let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        if let Some((_, rest)) = body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        (status, location.unwrap_or(body))
    }

    /// Sends a form, and gives where it leads.
    pub async fn send(&mut self, http: &Client, url: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.with(http.post(url).form(&self.form(fields)), "192.0.2.1").send().await.unwrap();
        self.keep(&answer);
        let status = answer.status();
        let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
        location.unwrap_or_else(|| panic!("{url} answered {status}"))
    }

    fn keep(&mut self, answer: &Response) {
        for line in answer.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
