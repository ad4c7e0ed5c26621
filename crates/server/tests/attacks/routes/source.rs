//! What the route table mounts, read from its source, and that nothing is mounted anywhere else.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use reqwest::Method;

use super::ROUTES;
use crate::{
    browser::flow::csrf,
    harness::{Answer, TestServer},
};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The Rust files below, without what stands in their tests.
fn files(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            found.push((
                path,
                code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"),
            ));
        }
    }
    found
}

/// The route table, and the parts of it that stand in files of their own.
const TABLE: &str = "app.rs";
const PARTS: [&str; 3] = ["app/administration.rs", "app/api.rs", "app/organizations.rs"];

fn is_route_table(path: &Path) -> bool {
    std::iter::once(TABLE).chain(PARTS).any(|file| path == sources().join(file))
}

fn are_methods(literal: &str) -> bool {
    literal.split(", ").all(|word| matches!(word, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"))
}

/// Every path of the route table with the methods that it answers. A path is followed by its methods there.
fn mounted() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, code) in files(&sources()).iter().filter(|(path, _)| is_route_table(path)) {
        if *path == sources().join(TABLE) {
            // The well-known documents are named in one place and mounted in another.
            let (_, names) = code.split_once("let names = [").expect("the names of the well-known documents");
            let (_, mounting) = code.split_once("in forms(base)").expect("where they are mounted");
            let methods = mounting.split('"').skip(1).step_by(2).find(|literal| are_methods(literal)).unwrap();
            let names = names.split(']').next().unwrap().split('"').skip(1).step_by(2);
            found.extend(names.map(|name| (format!("/.well-known/{name}"), methods.to_owned())));
        }
        let mut waiting: Vec<String> = Vec::new();
        for literal in code.split('"').skip(1).step_by(2) {
            let path = literal.trim_start_matches("{base}").trim_end_matches("{base}");
            if path.starts_with('/') {
                // What only a development server has asks nobody who they are: it serves its own machine alone.
                let is_elsewhere = path == "/.well-known/{name}" || path.starts_with("/dev/");
                waiting.extend((!is_elsewhere).then(|| path.to_owned()));
            } else if are_methods(literal) {
                found.extend(waiting.drain(..).map(|path| (path, literal.to_owned())));
            }
        }
        assert!(waiting.is_empty(), "no methods stand behind {waiting:?}");
    }
    found
}

#[test]
fn v57_every_route_that_is_mounted_is_asked_with_every_credential() {
    let mounted: BTreeSet<(String, String)> = mounted()
        .into_iter()
        .flat_map(|(path, methods)| {
            methods.split(", ").map(|method| (path.clone(), method.to_owned())).collect::<Vec<_>>()
        })
        // HEAD is what GET is, which is asked below.
        .filter(|(_, method)| method != "HEAD")
        .collect();
    assert!(mounted.len() > 25, "the route table cannot be read any more: {mounted:?}");
    let asked = ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_owned())).collect();
    let unknown: Vec<_> = mounted.difference(&asked).collect();
    assert!(unknown.is_empty(), "give these routes a line in ROUTES and in expected.txt: {unknown:?}");
    let gone: Vec<_> = asked.difference(&mounted).collect();
    assert!(gone.is_empty(), "these routes are mounted no more: {gone:?}");
}

#[test]
fn v57_nothing_is_mounted_outside_of_the_route_table() {
    // Measures have a listener of their own, which is not this server's.
    let apart = sources().join("metrics/listener.rs");
    for (path, code) in files(&sources()).iter().filter(|(path, _)| !is_route_table(path) && *path != apart) {
        for mounting in ["web::resource(", "web::scope(", "web::route(", ".service(", "#[get(", "#[post("] {
            assert!(!code.contains(mounting), "{} mounts something by {mounting}", path.display());
        }
    }
}

#[tokio::test]
async fn v57_measures_are_not_among_the_routes() {
    let server = TestServer::start().await;
    for path in ["/metrics", "/metrics/", "/health/metrics"] {
        assert_eq!(Answer::of(server.http().get(server.url(path))).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn v57_a_path_answers_the_methods_that_its_table_names_and_no_other() {
    let server = TestServer::start().await;
    for (path, methods) in mounted() {
        let url = server.url(&path.replace("{id}", "x").replace("{name}", "brand.css"));
        let offered: Vec<&str> = methods.split(", ").collect();
        for method in ["PATCH", "PUT", "DELETE", "LINK"].into_iter().filter(|method| !offered.contains(method)) {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let refused = Answer::of(server.http().request(method, &url)).await;
            assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, methods.as_str()), "{path}");
        }
        if methods.contains("HEAD") {
            let (head, get) = (Answer::of(server.http().head(&url)).await, Answer::of(server.http().get(&url)).await);
            assert_eq!(head.status, get.status, "{path}");
            assert!(head.body.is_empty(), "{path}");
        }
    }
}

/// The pages of the route table that take a form, but for /authorize: what arrives there, another site's page may send.
fn forms() -> Vec<String> {
    let all = files(&sources());
    let code: String = all.iter().filter(|(path, _)| is_route_table(path)).map(|(_, code)| code.as_str()).collect();
    let pages = code.split("seen(").skip(1).filter_map(|rest| {
        let mut literals = rest.split('"').skip(1).step_by(2);
        let (path, methods) = (literals.next()?, literals.next()?);
        (path.starts_with('/') && methods.contains("POST") && path != "/authorize").then(|| path.to_owned())
    });
    pages.collect()
}

#[tokio::test]
async fn c13_every_page_that_takes_a_form_wants_the_proof_of_its_own_browser() {
    let forms = forms();
    assert!(forms.len() > 45, "the route table cannot be read any more: {forms:?}");
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN", "1000/1m"), ("RATE_LIMITS__PAGE", "1000/1m")]).await;
    let (browser, other) = (server.signed_in().await, server.signed_in().await);
    let (own, foreign) = (csrf(&browser).await, csrf(&other).await);
    for path in forms {
        let path = path.replace("{id}", &server.seeded.member).replace("{user}", &server.seeded.member);
        let path = path.replace("{organization}", "acme");
        for proof in [None, Some(""), Some(foreign.as_str())] {
            let fields: Vec<(&str, &str)> = proof.map(|proof| ("csrf", proof)).into_iter().collect();
            let refused = browser.post(&path, &fields).await;
            assert_eq!(refused.status, 403, "{path} with {proof:?}: {}", refused.body);
        }
    }
    // And with its own it is taken.
    assert_eq!(browser.post("/theme", &[("csrf", &own), ("theme", "dark")]).await.status, 303);
}
