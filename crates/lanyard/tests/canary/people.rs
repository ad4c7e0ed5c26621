//! What people do in a browser: sign up, sign in, allow, look at their connections, sign out; and what goes wrong on the way.

use reqwest::Method;

use super::{
    binary::Site,
    visitor::{Answer, Visitor},
};

pub const MEMBER: &str = "member@example.com";
/// With characters that every format escapes in its own way.
pub const PASSWORD: &str = "kept: \"Schloß\" & <lock>\\100%";
const NEW_PASSWORD: &str = "kept when signing up 4711";

/// Every way to be refused, and then in.
pub async fn sign_up_and_in(site: &Site) -> Visitor {
    let ledger = &site.ledger;
    ledger.typed("the password of who signed up", NEW_PASSWORD);
    let stranger = Visitor::of(site);
    let form = stranger.open("/sign-up").await.expect(200);
    for (email, password) in [
        ("nia@example.com", "much too long: ".repeat(30).as_str()),
        (MEMBER, "for an address that is taken"),
        ("no address", "for no address at all"),
    ] {
        ledger.typed("a password that was refused when signing up", password);
        stranger.submit(&form, "/sign-up", &fields(email, password, "Nia")).await.expect(422);
    }
    let signed_up =
        stranger.submit(&form, "/sign-up", &fields("nia@example.com", NEW_PASSWORD, "Nia")).await.expect(303);
    stranger.follow(signed_up).await.expect(200);

    let visitor = Visitor::of(site);
    let form = visitor.open("/sign-in").await.expect(200);
    for (email, password) in [
        (MEMBER, "a wrong password of a member"),
        ("nobody@example.com", "a password of nobody at all"),
        // It happens to everybody once.
        ("typed into the wrong field", "typed-into-the-wrong-field"),
        ("typed@into.the.wrong.field.example", "and something beside it"),
    ] {
        ledger.typed("a password that was wrong", password);
        let refused = visitor.submit(&form, "/sign-in", &[("email", email), ("password", password)]).await;
        assert!(refused.status.is_client_error() || refused.status.is_success(), "{refused:?}");
    }
    typed_as_an_address(&visitor, site, &form).await;
    without_the_proof(&visitor, site).await;
    visitor.submit(&form, "/sign-in", &[("email", MEMBER), ("password", PASSWORD)]).await.expect(303);
    visitor.open("/connections").await.expect(200);
    visitor
}

fn fields<'a>(email: &'a str, password: &'a str, name: &'a str) -> [(&'a str, &'a str); 3] {
    [("email", email), ("password", password), ("name", name)]
}

/// The page shows it again beside the field, to the one who typed it; nothing else may keep it.
async fn typed_as_an_address(visitor: &Visitor, site: &Site, form: &Answer) {
    for text in ["a password typed as the address 1", "a.password@typed.as.the.address2"] {
        site.ledger.typed("a password that was typed as the address", text);
        let answer = visitor.submit(form, "/sign-in", &[("email", text), ("password", "whatever it was")]).await;
        site.ledger.may_stand_in(text, answer.place);
    }
}

/// A form of another browser, of none, and one whose proof was changed.
async fn without_the_proof(visitor: &Visitor, site: &Site) {
    let password = "sent without the proof of a form";
    site.ledger.typed("the password of a form without its proof", password);
    let thief = Visitor::of(site);
    let stolen = thief.open("/sign-in").await;
    for fields in [vec![], vec![("csrf", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]] {
        let all: Vec<_> = fields.into_iter().chain([("email", MEMBER), ("password", password)]).collect();
        visitor.post("/sign-in", &all).await.expect(403);
    }
    visitor.submit(&stolen, "/sign-in", &[("email", MEMBER), ("password", password)]).await.expect(403);
    let elsewhere = visitor.form("/sign-in", &[("email", MEMBER), ("password", password)]);
    visitor.send("/sign-in", elsewhere.header("origin", "https://evil.example")).await.expect(403);
    let too_long = format!("{password}{}", "x".repeat(80 * 1024));
    visitor.post("/sign-in", &[("email", MEMBER), ("password", &too_long)]).await;
    let json = visitor.request(Method::POST, "/sign-in").header("content-type", "application/json");
    visitor.send("/sign-in", json.body(format!("{{\"password\":\"{password}\"}}"))).await;
}

/// Allows what an app asks at this address; gives the answer that leads back to the app.
pub async fn allow(visitor: &Visitor, address: &str) -> Answer {
    let asked = visitor.open(address).await.expect(200);
    let (_, rest) = asked.body.split_once("/consent/").unwrap_or_else(|| panic!("not asked: {asked:?}"));
    let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    let choice = asked.body.split("name=\"project\"").nth(1).and_then(|rest| rest.split("value=\"").nth(1));
    let project = choice.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
    let form = format!("/consent/{id}");
    let yes = [("decision", "allow"), ("project", project.as_str())];
    let answer = visitor.submit(&asked, &form, &yes).await.expect(303);
    // A doubled click, and a page that is loaded again, get the same redirect.
    visitor.submit(&asked, &form, &yes).await.expect(303);
    visitor.get(&form).await;
    answer
}

/// Takes a connection back, looks around, and leaves.
pub async fn leave(visitor: &Visitor) {
    let shown = visitor.open("/connections").await.expect(200);
    if let Some((_, rest)) = shown.body.split_once("/connections/") {
        let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        visitor.submit(&shown, &format!("/connections/{id}/disconnect"), &[]).await;
    }
    for path in ["/", "/security", "/no/such/page", "/consent/0000000000000000000000", "/sign-in"] {
        visitor.get(path).await;
    }
    let form = visitor.open("/sign-out").await;
    visitor.submit(&form, "/sign-out", &[]).await;
    visitor.open("/connections").await;
}
