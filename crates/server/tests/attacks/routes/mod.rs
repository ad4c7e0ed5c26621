//! V-57: every route with every kind of credential. What is asked stands here, what comes of it in `expected.txt`, and what
//! there is to be asked is read from the route table itself, so that a new route without a line fails.

mod askers;
mod expected;
mod source;

/// One thing that can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// How.
    pub method: &'static str,
    /// Where, as the route table writes it.
    pub path: &'static str,
    /// The form, as somebody would send it who may. In braces: what the member of the tests owns.
    pub fields: &'static [(&'static str, &'static str)],
}

const fn get(path: &'static str) -> Route {
    Route { method: "GET", path, fields: &[] }
}

const fn post(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Route {
    Route { method: "POST", path, fields }
}

/// Everything, in an order in which nothing takes away what a later one needs.
pub const ROUTES: &[Route] = &[
    get("/.well-known/oauth-authorization-server"),
    get("/.well-known/openid-configuration"),
    get("/.well-known/security.txt"),
    get("/jwks"),
    get("/health/live"),
    get("/health/ready"),
    get("/assets/brand.css"),
    get("/assets/{name}"),
    get("/favicon.ico"),
    post("/token", &[("grant_type", "refresh_token"), ("refresh_token", "{refresh}"), ("scope", "issues:read")]),
    post("/device_authorization", &[("scope", "issues:read")]),
    get("/device"),
    post("/device", &[("user_code", "BCDF-GHJK")]),
    post("/introspect", &[("token", "{access}"), ("token_type_hint", "access_token")]),
    get("/check"),
    get("/events"),
    post("/introspect/batch", &[("tokens", "{access}")]),
    post("/revoke", &[("token", "{access}"), ("token_type_hint", "access_token")]),
    get("/userinfo"),
    post("/userinfo", &[]),
    post("/register", &[]),
    get("/authorize"),
    post("/authorize", &[("response_type", "code"), ("client_id", "demo-cli"), ("state", "x")]),
    get("/"),
    get("/security"),
    get("/connections"),
    post("/theme", &[("theme", "dark"), ("back", "/connections")]),
    post("/language", &[("language", "de"), ("back", "/connections")]),
    post("/notices/{id}/read", &[]),
    get("/consent/{id}"),
    post("/consent/{id}", &[("decision", "allow"), ("project", "{project}")]),
    post("/connections/{id}/disconnect", &[]),
    get("/confirm"),
    post("/confirm", &[("token", "x")]),
    get("/confirm/{id}"),
    post("/confirm/{id}/again", &[]),
    post("/confirm/{id}", &[("code", "wrong")]),
    get("/undo-address"),
    post("/undo-address", &[("token", "x")]),
    get("/forgotten"),
    post("/forgotten", &[("email", "owner@example.com")]),
    get("/reset"),
    post("/reset", &[("token", "x"), ("password", "{password}")]),
    get("/prove"),
    post("/prove", &[("for", "address"), ("password", "{password}")]),
    post("/prove/challenge", &[]),
    post("/prove/passkey", &[("for", "passkeys"), ("ceremony", "0000000000000000000000"), ("credential", "{}")]),
    get("/second-factor"),
    post("/second-factor", &[("code", "000000")]),
    post("/second-factor/challenge", &[]),
    post("/second-factor/passkey", &[("ceremony", "0000000000000000000000"), ("credential", "{}")]),
    get("/second-factor/recovery"),
    post("/second-factor/recovery", &[("code", "0000-0000-0000-0000")]),
    get("/account/totp"),
    post("/account/totp/begin", &[]),
    post("/account/totp", &[("code", "000000")]),
    get("/account/totp/remove"),
    post("/account/totp/remove", &[]),
    get("/account/recovery-codes"),
    post("/account/recovery-codes", &[]),
    get("/account/passkeys"),
    post("/account/passkeys/challenge", &[]),
    post("/account/passkeys", &[("ceremony", "0000000000000000000000"), ("credential", "{}")]),
    get("/account/passkeys/{id}/name"),
    post("/account/passkeys/{id}/name", &[("name", "mine")]),
    get("/account/passkeys/{id}/remove"),
    post("/account/passkeys/{id}/remove", &[]),
    get("/account/security"),
    get("/upstream/{id}/callback"),
    get("/connect/{id}"),
    post("/connect/{id}", &[]),
    post("/sign-in/with/{id}", &[]),
    post("/prove/with/{id}", &[("for", "providers")]),
    post("/account/providers/{id}/connect", &[]),
    post("/account/providers/{id}/disconnect", &[]),
    get("/account/sessions"),
    post("/account/sessions/{id}/end", &[]),
    post("/account/sessions/end-others", &[]),
    get("/account/verify"),
    post("/account/verify", &[]),
    get("/account/address"),
    post("/account/address", &[("email", "{fresh}")]),
    get("/account/password"),
    post("/account/password", &[("present", "{password}"), ("password", "short")]),
    post("/account/connections/end", &[]),
    get("/account/webhooks"),
    post("/account/webhooks/deliveries/{id}/resend", &[]),
    get("/account/privacy"),
    post("/account/export", &[]),
    get("/account/delete"),
    post("/account/delete", &[("confirmation", "nothing")]),
    get("/account/organizations/{id}/delete"),
    post("/account/organizations/{id}/delete", &[("confirmation", "nothing")]),
    post("/account/organizations/{id}/owners/{user}", &[]),
    get("/leaving"),
    post("/leaving", &[("decision", "keep")]),
    get("/sign-in"),
    post("/sign-in/challenge", &[]),
    post("/sign-in/passkey", &[("ceremony", "0000000000000000000000"), ("credential", "{}")]),
    get("/sign-up"),
    get("/sign-out"),
    post("/sign-in", &[("email", "owner@example.com"), ("password", "{password}")]),
    post("/sign-up", &[("name", "Nia"), ("email", "{fresh}"), ("password", "{password}")]),
    post("/sign-out", &[]),
];
