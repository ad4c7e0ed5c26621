//! A guard with two grants, taken the only way there is: by showing it tokens. An introspection endpoint on this computer
//! answers for both; after that nothing is asked any more.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::OnceLock,
};

use guard::{Grant, Guard, McpRule, Rule};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

const RESOURCE: &str = "https://api.example.com/mcp";

pub(super) struct Stand {
    pub(super) guard: Guard,
    pub(super) reader: Grant,
    pub(super) writer: Grant,
}

impl Stand {
    /// One for the whole process.
    pub(super) fn shared() -> &'static Self {
        static STAND: OnceLock<Stand> = OnceLock::new();
        STAND.get_or_init(Self::build)
    }

    fn build() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = issuer.clone();
        std::thread::spawn(move || {
            // A connection for each of the two tokens, or one for both.
            for stream in listener.incoming().flatten() {
                let issuer = said.clone();
                std::thread::spawn(move || answer(&stream, &issuer));
            }
        });
        let rule = McpRule::reading_tools(["list_issues", "read_issue"])
            .tool_needs("create_issue", "issues:write".parse().unwrap());
        let guard = Guard::builder(&issuer, RESOURCE)
            .introspection("demo-api", "secret")
            .introspection_endpoint(format!("{issuer}/introspect"))
            .required_scopes("issues:read".parse().unwrap())
            .rule(Rule::Mcp(rule))
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let grant = |token: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
            runtime.block_on(guard.admit(&Method::POST, &headers)).unwrap()
        };
        let (reader, writer) = (grant("reader"), grant("writer"));
        Self { guard, reader, writer }
    }
}

fn answer(stream: &TcpStream, issuer: &str) {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    loop {
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some((_, value)) =
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            {
                length = value.trim().parse().unwrap();
            }
        }
        let mut form = vec![0; length];
        reader.read_exact(&mut form).unwrap();
        let access = if form.starts_with(b"token=writer") { "write" } else { "read" };
        let body = json!({
            "active": true, "iss": issuer, "aud": RESOURCE, "client_id": "c1", "sub": "p1", "exp": 9_999_999_999_u64, "iat": 1,
            "token_type": "Bearer", "scope": format!("issues:read issues:{access}"), "project": "apollo", "access": access,
        })
        .to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        writer.write_all((head + &body).as_bytes()).unwrap();
    }
}
