//! What the API says of itself: OpenAPI 3.1, made from the handlers, at `/api/v1/openapi.json`.
//!
//! Each handler says what is its own. What all have in common is added here once: the token, the refusals, the headers of
//! conditions, keys and lists.

use std::sync::OnceLock;

use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{Problem, problem::ProblemDetails};
use super::{
    access, audit, clients, invitations, keys, me, members, organization_clients, organization_resources,
    organizations, project_members, projects, resources, roles, signing_keys, users, webhooks,
};
use crate::{endpoint::cached_briefly, state::AppState};

/// The handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lanyard management API",
        version = "1",
        description = "What the pages and the command line do, as JSON. Times are whole seconds since 1970."
    ),
    paths(
        me::get,
        audit::own,
        audit::list,
        audit::export,
        audit::server,
        roles::list,
        roles::post,
        roles::get,
        roles::patch,
        roles::delete,
        invitations::list,
        invitations::post,
        invitations::get,
        invitations::resend,
        invitations::delete,
        project_members::list,
        project_members::post,
        project_members::delete,
        organizations::list,
        organizations::post,
        organizations::get,
        organizations::patch,
        organizations::delete,
        projects::list,
        projects::post,
        projects::get,
        projects::patch,
        projects::delete,
        members::list,
        members::post,
        members::get,
        members::patch,
        members::delete,
        access::list,
        access::delete,
        keys::list,
        keys::post,
        keys::get,
        keys::rotate,
        keys::delete,
        webhooks::list,
        webhooks::post,
        webhooks::get,
        webhooks::patch,
        webhooks::renew,
        webhooks::delete,
        webhooks::deliveries,
        webhooks::resend,
        organization_clients::list,
        organization_clients::post,
        organization_clients::get,
        organization_clients::patch,
        organization_clients::renew,
        organization_clients::delete,
        organization_resources::list,
        organization_resources::post,
        organization_resources::get,
        organization_resources::patch,
        organization_resources::renew,
        organization_resources::delete,
        clients::list,
        clients::post,
        clients::get,
        clients::patch,
        clients::renew,
        clients::delete,
        resources::list,
        resources::post,
        resources::get,
        resources::patch,
        resources::renew,
        resources::delete,
        users::list,
        users::post,
        users::get,
        users::patch,
        users::delete,
        signing_keys::list,
        signing_keys::rotate,
    ),
    components(schemas(ProblemDetails))
)]
struct Handlers;

/// Methods that are answered.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// What changes a thing in a version that is said, though it is a POST.
const CONDITIONAL: [&str; 7] = [
    "resendInvitation",
    "rotateKey",
    "renewWebhookSecret",
    "renewClientSecret",
    "renewResourceSecret",
    "renewOrganizationClientSecret",
    "renewOrganizationResourceSecret",
];
/// What ends something that has no version.
const UNCONDITIONAL: [&str; 2] = ["endAccess", "removeProjectMember"];
/// Every operation may be refused so.
const ALWAYS: [(&str, &str); 7] = [
    ("400", "The request cannot be read."),
    ("401", "There is no token, or not a good one."),
    ("403", "The token, or its person, may not do this."),
    ("404", "It is not there, or not theirs to see."),
    ("429", "Too many requests from this address."),
    ("500", "A fault of this server."),
    ("503", "The server is in trouble; nothing was changed."),
];
/// And what changes something, so.
const CHANGING: [(&str, &str); 4] = [
    ("409", "As things are now it cannot be done."),
    ("413", "The body is too long."),
    ("415", "The body is of a kind that is not read here."),
    ("422", "What was said cannot be."),
];

/// The description of the API of the server with this address.
#[must_use]
pub fn document(public_url: &str) -> Value {
    let mut document = serde_json::to_value(Handlers::openapi()).unwrap_or_default();
    put(&mut document, "servers", json!([{ "url": public_url }]));
    put(&mut document, "security", json!([{ "token": [] }]));
    let token = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "A personal API token (lyd_pat_…), or an access token for the resource that stands for this API.",
    });
    if let Some(components) = document.get_mut("components") {
        put(components, "securitySchemes", json!({ "token": token }));
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for operation in paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut).flat_map(operations) {
        complete(operation);
    }
    document
}

/// Says something in an object; anything else stays as it is.
fn put(object: &mut Value, name: &str, said: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), said);
    }
}

fn operations(item: &mut Map<String, Value>) -> impl Iterator<Item = (&String, &mut Map<String, Value>)> {
    let is_one = |name: &str| METHODS.contains(&name);
    item.iter_mut()
        .filter(move |(name, _)| is_one(name))
        .filter_map(|(name, value)| Some((name, value.as_object_mut()?)))
}

/// Adds to an operation what all of its kind have in common.
fn complete((method, operation): (&String, &mut Map<String, Value>)) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let conditional = matches!(method.as_str(), "patch" | "put" | "delete") && !UNCONDITIONAL.contains(&id.as_str())
        || CONDITIONAL.contains(&id.as_str());
    let changing = method != "get";
    // What a handler's own documentation says of its errors is for who reads its code.
    if let Some(said) = operation.get("description").and_then(Value::as_str) {
        let said = said.split("# Errors").next().unwrap_or_default().trim().to_owned();
        operation.insert("description".to_owned(), said.into());
    }
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.extend(conditional.then(if_match));
        parameters.extend((method == "post" && !conditional).then(idempotency_key));
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, response) in responses.iter_mut() {
        let tagged = conditional || id.starts_with("show") || id.starts_with("make");
        put(response, "headers", headers(status, &id, tagged));
        if response.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
            let done = if status == "204" { "It is done." } else { "As it is then." };
            put(response, "description", done.into());
        }
    }
    let refusals = ALWAYS.iter().chain(CHANGING.iter().filter(|_| changing));
    for (status, why) in refusals.copied().chain(conditions().filter(|_| conditional)) {
        responses.insert(status.to_owned(), refusal(why));
    }
}

fn conditions() -> impl Iterator<Item = (&'static str, &'static str)> {
    [("412", "It was changed meanwhile: what it is now, and its version."), ("428", "If-Match is missing.")].into_iter()
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" }, "example": "\"3\"",
        "description": "The ETag of what was seen; * for whatever there is.",
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        "description": "A text of your own, a random UUID say: sent again within a day, the same answer is given, and nothing is made twice.",
    })
}

fn headers(status: &str, id: &str, tagged: bool) -> Value {
    let text = |said: &str| json!({ "description": said, "schema": { "type": "string" } });
    let mut headers = json!({});
    if tagged && status != "204" {
        put(&mut headers, "ETag", text("The version, for If-Match."));
    }
    if id.starts_with("list") && id != "listSigningKeys" {
        put(&mut headers, "Link", text("The next part, as rel=\"next\"; not behind the last."));
    }
    headers
}

fn refusal(why: &str) -> Value {
    json!({
        "description": why,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

/// The description of this server, made once for each worker.
#[derive(Default)]
pub struct Described(OnceLock<(Value, Bytes)>);

impl Described {
    /// The document.
    pub fn of(&self, state: &AppState) -> &Value {
        &self.made(state).0
    }

    fn made(&self, state: &AppState) -> &(Value, Bytes) {
        self.0.get_or_init(|| {
            let document = document(state.settings.public_url.as_str());
            let text = Bytes::from(document.to_string());
            (document, text)
        })
    }
}

/// `GET /api/v1/openapi.json`.
///
/// # Errors
/// The application was built without its state.
pub async fn get(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = AppState::of(&request)?;
    let described = request.app_data::<std::rc::Rc<Described>>();
    let described = described.ok_or_else(|| Problem::fault("the application was built without its description"))?;
    Ok(cached_briefly(described.made(&state).1.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_what_it_does_and_how_it_is_refused() {
        let document = document("https://auth.example.com");
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let at = format!("{method} {path}");
                assert!(operation["summary"].as_str().is_some_and(|said| said.ends_with('.')), "{at}: {operation}");
                assert!(!operation["description"].as_str().unwrap_or_default().contains("# Errors"), "{at}");
                for status in ["400", "401", "403", "404", "429", "503"] {
                    assert!(operation["responses"][status].is_object(), "{at} {status}");
                }
                let named = |name: &str| {
                    let parameters = operation["parameters"].as_array().unwrap();
                    parameters.iter().any(|parameter| parameter["name"] == name)
                };
                assert_eq!(named("If-Match"), operation["responses"]["412"].is_object(), "{at}");
                assert!(!(named("If-Match") && named("Idempotency-Key")), "{at}");
                for parameter in path.split(['{', '}']).skip(1).step_by(2) {
                    assert!(named(parameter), "{at} does not say what {parameter} is");
                }
                ids.push(operation["operationId"].as_str().unwrap().to_owned());
            }
        }
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(ids.len(), once.len(), "two operations have one name: {ids:?}");
    }
}
