use super::*;

const SERVER: &str = "http://localhost:8080";
const VERIFIER: &str = "0123456789012345678901234567890123456789012";

fn provider() -> DemoProvider {
    DemoProvider::new(8081, SERVER).unwrap()
}

fn query(changes: &[(&str, &str)]) -> String {
    let challenge = signing::challenge(VERIFIER);
    let redirect_uri = format!("{SERVER}/upstream/demo/callback");
    let mut sent: HashMap<&str, &str> = HashMap::from([
        ("client_id", CLIENT),
        ("redirect_uri", redirect_uri.as_str()),
        ("response_type", "code"),
        ("code_challenge_method", "S256"),
        ("code_challenge", challenge.as_str()),
        ("nonce", "n"),
        ("state", "s"),
    ]);
    sent.extend(changes.iter().copied());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish()
}

#[test]
fn only_the_servers_own_request_is_answered() {
    let provider = provider();
    assert!(provider.request(&query(&[])).is_some());
    for wrong in [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.example.com/cb"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
    ] {
        assert!(provider.request(&query(&[wrong])).is_none(), "{wrong:?}");
    }
}

#[test]
fn a_code_is_good_once_and_for_its_verifier() {
    let provider = provider();
    let sent = provider.request(&query(&[])).unwrap();
    let code = || {
        let back = url::Url::parse(&provider.code(&sent, &PEOPLE[0]).unwrap()).unwrap();
        back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    let body = |code: &str, verifier: &str| {
        let redirect_uri = format!("{SERVER}/upstream/demo/callback");
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", CLIENT), ("code", code), ("redirect_uri", &redirect_uri)])
            .append_pair("code_verifier", verifier)
            .finish()
    };
    assert_eq!(provider.redeem(&body(&code(), "another")), Err("invalid_grant"));
    let one = code();
    assert_eq!(provider.redeem(&body(&one, VERIFIER)).unwrap().split('.').count(), 3);
    assert_eq!(provider.redeem(&body(&one, VERIFIER)), Err("invalid_grant"));
}

#[test]
fn what_comes_in_the_address_stays_an_attribute() {
    let page = page::choose("state=\"><script>");
    assert!(page.contains("state=&quot;&gt;&lt;script&gt;") && !page.contains("<script>"));
}
