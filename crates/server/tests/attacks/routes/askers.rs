//! Who asks: the kinds of credential, and what the member owns that the others would like to have.

use std::{collections::BTreeMap, time::Duration};

use identity::admin::{Act, ClientKind, OwnClient, TypedPassword};
use model::{Id, Role};
use reqwest::{Method, RequestBuilder};

use super::{ROUTES, Route};
use crate::{
    browser::flow::{begin, csrf, is_pending},
    clients::wire::basic,
    harness::{
        Answer, Browser, PASSWORD, TestServer,
        app::Tokens,
        browser::encode,
        keys::{self, Key, reading},
        seed::{act, text},
    },
};

/// What somebody shows of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credential {
    /// Nothing.
    None,
    /// The session of the organisation's owner.
    Owner,
    /// Of one of its admins.
    Admin,
    /// Of another organisation's owner.
    Outsider,
    /// Of somebody who operates the server, and belongs to no organisation.
    Operator,
    /// An access token for reading one project.
    Bearer,
    /// That token in the address.
    Query,
    /// That token as the password of Basic.
    BearerBasic,
    /// That token as a cookie.
    BearerCookie,
    /// An API key over that project.
    Key,
    /// That key as the password of Basic.
    KeyBasic,
    /// That key in the address.
    KeyQuery,
    /// That key as a cookie.
    KeyCookie,
    /// An API token of the owner, of an admin, of the member, of the outsider; and one of the owner that only reads.
    TokenOwner,
    TokenAdmin,
    TokenMember,
    TokenOutsider,
    TokenReader,
    /// An API token of whoever operates the server, and one that only reads.
    TokenOperator,
    TokenOperatorReader,
    /// The owner's as the password of Basic.
    TokenBasic,
    /// That token in the address.
    TokenQuery,
    /// That token as a cookie.
    TokenCookie,
    /// A client's secret.
    Client,
    /// A resource server's secret.
    Resource,
    /// The session of the member, to whom everything here belongs. Last, since it may change things.
    Member,
}

impl Credential {
    pub const ALL: [Self; 26] = [
        Self::None,
        Self::Owner,
        Self::Admin,
        Self::Outsider,
        Self::Operator,
        Self::Bearer,
        Self::Query,
        Self::BearerBasic,
        Self::BearerCookie,
        Self::Key,
        Self::KeyBasic,
        Self::KeyQuery,
        Self::KeyCookie,
        Self::TokenOwner,
        Self::TokenAdmin,
        Self::TokenMember,
        Self::TokenOutsider,
        Self::TokenReader,
        Self::TokenOperator,
        Self::TokenOperatorReader,
        Self::TokenBasic,
        Self::TokenQuery,
        Self::TokenCookie,
        Self::Client,
        Self::Resource,
        Self::Member,
    ];
}

/// Everybody, and what belongs to the member.
pub struct Askers<'s> {
    server: &'s TestServer,
    browsers: [(Credential, Browser); 5],
    tokens: Tokens,
    /// A request that waits for the member.
    pub authorization: String,
    /// The member's grants; ended ones have gone.
    grant: String,
    notice: String,
    /// Another session of the member.
    session: String,
    /// A proof by mail that the member asked for.
    proof: String,
    /// A key over the member's project.
    key: Key,
    /// A webhook of the organisation.
    webhook: String,
    /// An app of the organisation's own, and a service.
    app: String,
    service: String,
    /// Somebody who is asked to become a member.
    invitation: String,
    /// API tokens, by the credential that shows them as Bearer.
    programs: BTreeMap<Credential, String>,
}

impl<'s> Askers<'s> {
    pub async fn gather(server: &'s TestServer) -> Self {
        admin(server).await;
        operator(server).await;
        let signed_in = async |email: &str| {
            let browser = server.browser();
            browser.sign_in(email, PASSWORD).await;
            browser
        };
        let (owner, outsider) = (signed_in("owner@example.com").await, signed_in("outsider@example.com").await);
        let (admin, member) = (signed_in("admin@example.com").await, server.signed_in().await);
        let operator = signed_in("operator@example.com").await;
        let client = server.cli();
        let notice = notice(server, &member).await;
        let tokens = client.connect(&member).await;
        let authorization = begin(&member, &client.authorize(&[])).await;
        let grant = live_grants(server).await.pop().unwrap();
        let elsewhere = server.signed_in().await;
        let session = sessions(server).await.pop().unwrap();
        assert_eq!(elsewhere.get("/connections").await.status, 200);
        let proof = proof(&member).await;
        let browsers = [
            (Credential::Owner, owner),
            (Credential::Admin, admin),
            (Credential::Outsider, outsider),
            (Credential::Operator, operator),
            (Credential::Member, member),
        ];
        let key = Key::of(&act(&server.authority, Act::KeyAdd(Box::new(reading("askers")))).await);
        let webhook = Act::WebhookAdd {
            organization: "acme".into(),
            url: "https://hooks.example.com/lanyard".into(),
            kinds: Vec::new(),
        };
        let webhook = text(&act(&server.authority, webhook).await, "id");
        let (app, service) = own(server).await;
        let invitation = asked(server).await;
        let mut programs = BTreeMap::new();
        for (by, email, writes) in [
            (Credential::TokenOwner, "owner@example.com", true),
            (Credential::TokenAdmin, "admin@example.com", true),
            (Credential::TokenMember, "member@example.com", true),
            (Credential::TokenOutsider, "outsider@example.com", true),
            (Credential::TokenReader, "owner@example.com", false),
            (Credential::TokenOperator, "operator@example.com", true),
            (Credential::TokenOperatorReader, "operator@example.com", false),
        ] {
            programs.insert(by, server.program(email, writes).await.token);
        }
        Self {
            server,
            browsers,
            tokens,
            authorization,
            grant,
            notice,
            session,
            proof,
            key,
            webhook,
            app,
            service,
            invitation,
            programs,
        }
    }

    /// Sends what this route wants, with this credential.
    pub async fn ask(&self, route: Route, by: Credential) -> Answer {
        let path = self.path(route);
        let mut fields: Vec<(&str, String)> =
            route.fields.iter().map(|(name, value)| (*name, self.filled(value, by))).collect();
        if let Some((_, browser)) = self.browsers.iter().find(|(credential, _)| *credential == by) {
            if route.method == "GET" {
                return browser.get(&path).await;
            }
            if path.starts_with("/api/") {
                let method = Method::from_bytes(route.method.as_bytes()).unwrap();
                let request = self.server.http().request(method, self.server.url(&path));
                return Answer::of(with_body(request.header("cookie", browser.cookies()), route, &fields)).await;
            }
            fields.push(("csrf", csrf(browser).await));
            return browser.post(&path, &borrowed(&fields)).await;
        }
        let query = match by {
            Credential::Query | Credential::KeyQuery | Credential::TokenQuery => {
                format!("?access_token={}", self.text(by))
            }
            _ => String::new(),
        };
        let request = self
            .server
            .http()
            .request(Method::from_bytes(route.method.as_bytes()).unwrap(), self.server.url(&format!("{path}{query}")));
        let request = match by {
            Credential::Bearer
            | Credential::Key
            | Credential::TokenOwner
            | Credential::TokenAdmin
            | Credential::TokenMember
            | Credential::TokenOutsider
            | Credential::TokenReader
            | Credential::TokenOperator
            | Credential::TokenOperatorReader => request.bearer_auth(self.text(by)),
            Credential::BearerBasic | Credential::KeyBasic | Credential::TokenBasic => {
                request.header("authorization", basic("token", self.text(by)))
            }
            Credential::BearerCookie | Credential::KeyCookie | Credential::TokenCookie => {
                request.header("cookie", format!("lanyard_session={0}; token={0}", self.text(by)))
            }
            Credential::Client => request.header("authorization", basic("demo-app", &self.server.seeded.app_secret)),
            Credential::Resource => request.header("authorization", basic("demo-api", &self.server.seeded.api_secret)),
            _ => request,
        };
        Answer::of(with_body(request, route, &fields)).await
    }

    /// The text of what is shown, in whatever way.
    fn text(&self, by: Credential) -> &str {
        match by {
            Credential::Key | Credential::KeyBasic | Credential::KeyQuery | Credential::KeyCookie => &self.key.text,
            Credential::TokenBasic | Credential::TokenQuery | Credential::TokenCookie => {
                &self.programs[&Credential::TokenOwner]
            }
            _ => self.programs.get(&by).unwrap_or(&self.tokens.access),
        }
    }

    fn path(&self, route: Route) -> String {
        let id = match route.path {
            path if path.starts_with("/consent") => &self.authorization,
            path if path.starts_with("/connections") => &self.grant,
            path if path.starts_with("/confirm") => &self.proof,
            path if path.starts_with("/account/sessions") => &self.session,
            path if path.starts_with("/account/organizations") => &self.server.seeded.acme,
            path if path.starts_with("/admin/people") => &self.server.seeded.member,
            path if path.starts_with("/admin/organizations") => &self.server.seeded.acme,
            path if is_look(route) && path.starts_with("/organizations/{organization}/apps") => &self.app,
            path if is_look(route) && path.starts_with("/organizations/{organization}/resources") => &self.service,
            _ => &self.notice,
        };
        let is_own = route.path.starts_with("/api/v1/organizations");
        [
            ("{id}", id.as_str()),
            ("{name}", "nothing.css"),
            ("{user}", &self.server.seeded.member),
            ("{organization}", "acme"),
            ("{project}", "gemini"),
            ("{verb}", "remove"),
            ("{key}", &self.key.id),
            ("{webhook}", &self.webhook),
            ("{grant}", "0000000000000000000000"),
            ("{delivery}", "0000000000000000000000"),
            ("{role}", "support"),
            ("{invitation}", &self.invitation),
            ("{client}", if is_own { &self.app } else { "demo-cli" }),
            ("{resource}", if is_own { &self.service } else { "demo-api" }),
        ]
        .iter()
        .fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value))
    }

    fn filled(&self, value: &str, by: Credential) -> String {
        match value {
            "{access}" => self.tokens.access.clone(),
            "{refresh}" => self.tokens.refresh.clone().unwrap(),
            "{project}" => self.server.seeded.apollo.clone(),
            "{password}" => PASSWORD.to_owned(),
            "{fresh}" => format!("{by:?}@new.example").to_lowercase(),
            plain => plain.to_owned(),
        }
    }

    /// What must still be there when only others have asked for this route, the member having gone through those before it.
    pub async fn what_is_the_members_is_there(&self, route: Route) {
        let comes =
            |path: &str| ROUTES.iter().position(|one| one.method == "POST" && one.path.starts_with(path)).unwrap();
        let at = ROUTES.iter().position(|one| (one.method, one.path) == (route.method, route.path)).unwrap();
        if at <= comes("/notices") {
            assert_eq!(
                unread(self.server).await,
                std::slice::from_ref(&self.notice),
                "somebody put the member's notice away"
            );
        }
        if at <= comes("/consent") {
            assert!(is_pending(self.server, &self.authorization).await, "somebody decided");
        }
        if at <= comes("/connections") {
            assert!(live_grants(self.server).await.contains(&self.grant), "somebody ended the member's connection");
            assert!(self.server.api().accepts(&self.tokens.access).await, "somebody revoked the member's token");
        }
        if at <= comes("/account/sessions") {
            assert!(sessions(self.server).await.contains(&self.session), "somebody ended the member's session");
        }
    }
}

/// Whether nothing goes by it: it looks, or changes what nobody has seen in that version.
fn is_look(route: Route) -> bool {
    route.method == "GET" || route.path.ends_with("{id}")
}

/// An app and a service of Acme's own.
async fn own(server: &TestServer) -> (String, String) {
    let client = OwnClient {
        name: "Own".into(),
        kind: ClientKind::Confidential {},
        redirect_uris: vec!["https://own.example.com/callback".into()],
        project: None,
        scope: None,
        client_uri: None,
    };
    let app = Act::OwnClientAdd { organization: "acme".into(), client: Box::new(client) };
    let service = Act::OwnResourceAdd {
        organization: "acme".into(),
        name: "Own".into(),
        identifier: "https://own.example.com".into(),
        scopes: vec!["own:read=read:read".into()],
    };
    let made = async |one: Act| text(&act(&server.authority, one).await, "client_id");
    (made(app).await, made(service).await)
}

/// A role of Acme's own, and somebody who is asked to have it.
async fn asked(server: &TestServer) -> String {
    let (organization, slug) = ("acme".to_owned(), "support".to_owned());
    let role = Act::RoleAdd {
        organization: organization.clone(),
        slug: slug.clone(),
        name: slug.clone(),
        permissions: Vec::new(),
    };
    act(&server.authority, role).await;
    let (email, role, language) = ("asked@example.com".to_owned(), Role::Member, None);
    let ask = Act::InvitationAdd { organization, email, role, named: Some(slug), language };
    text(&act(&server.authority, ask).await, "id")
}

fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn with_body(request: RequestBuilder, route: Route, fields: &[(&str, String)]) -> RequestBuilder {
    match (route.method, route.path) {
        ("GET", _) => request,
        (_, path) if path.starts_with("/api/") => {
            let request = request.header("if-match", "\"0\"");
            match route.json {
                "" => request,
                json => request.header("content-type", "application/json").body(json),
            }
        }
        (_, "/register") => request
            .header("content-type", "application/json")
            .body(r#"{"redirect_uris":["https://tool.example.com/callback"],"token_endpoint_auth_method":"none"}"#),
        (_, "/introspect/batch") => {
            let tokens: Vec<&str> =
                fields.iter().filter(|(name, _)| *name == "tokens").map(|(_, token)| &**token).collect();
            request.header("content-type", "application/json").body(keys::tokens(&tokens).to_string())
        }
        _ => request.header("content-type", "application/x-www-form-urlencoded").body(encode(&borrowed(fields))),
    }
}

async fn person(server: &TestServer, email: &str) {
    let password = Some(TypedPassword(protocol::Confidential::new(PASSWORD)));
    let user = Act::UserAdd { email: email.into(), name: None, password, email_verified: true };
    act(&server.authority, user).await;
}

async fn operator(server: &TestServer) {
    let email = "operator@example.com";
    person(server, email).await;
    act(&server.authority, Act::UserSetOperator { user: email.into(), operator: true }).await;
}

async fn admin(server: &TestServer) {
    let email = "admin@example.com";
    person(server, email).await;
    let member = Act::MemberAdd { organization: "acme".into(), user: email.into(), role: Role::Admin, named: None };
    text(&act(&server.authority, member).await, "role");
}

/// A refresh token that is used again, when its successor is in use, leaves one.
async fn notice(server: &TestServer, member: &Browser) -> String {
    let client = server.cli();
    let tokens = client.connect(member).await;
    let next = client.refresh(&tokens).await;
    assert!(server.api().accepts(&next.access).await);
    server.advance(Duration::from_secs(60));
    client.try_refresh(tokens.refresh.as_deref().unwrap()).await;
    unread(server).await.pop().expect("a notice")
}

/// The member's sessions, the newest last.
async fn sessions(server: &TestServer) -> Vec<String> {
    let member = Id::parse(&server.seeded.member).unwrap();
    let mut read = server.authority.store().read().await.unwrap();
    let sessions = read.sessions_of(member, server.authority.now()).await.unwrap();
    let mut ids: Vec<String> = sessions.iter().map(|session| session.id.to_string()).collect();
    ids.sort();
    ids
}

/// Another address is asked for, and not yet proved.
async fn proof(member: &Browser) -> String {
    let form = member.get("/account/address").await;
    let asked = member.submit(&form, "/account/address", &[("email", "elsewhere@new.example")]).await;
    asked.location().unwrap().trim_start_matches("/confirm/").to_owned()
}

async fn unread(server: &TestServer) -> Vec<String> {
    let member = Id::parse(&server.seeded.member).unwrap();
    let notices = server.authority.store().read().await.unwrap().unread_notices(member).await.unwrap();
    notices.iter().map(|notice| notice.id.to_string()).collect()
}

async fn live_grants(server: &TestServer) -> Vec<String> {
    let member = Id::parse(&server.seeded.member).unwrap();
    let client = model::ClientId::new("demo-cli");
    let grants = server.authority.store().read().await.unwrap().live_grants_to(member, &client).await.unwrap();
    grants.iter().map(|grant| grant.id.to_string()).collect()
}
