//! FT-21: a client resets its connection wherever the server may be waiting: for its request, for the database, for the COMMIT, for
//! the rest of the answer to be taken. A reset (SO_LINGER 0) and not an orderly end, of which the server would learn later.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use storage::fault::{Fault, Gate, Point};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::RwLock,
};

use crate::harness::{ApiApp, Client, TestServer, app::Tokens};

const HEALTHY: usize = 16;
/// So long a server may need to learn of a reset.
const NOTICED_WITHIN: Duration = Duration::from_millis(50);

/// How far a request gets before its client is gone.
#[derive(Clone, Copy, Debug)]
enum Reach {
    /// So many bytes of the request were sent.
    Sent(usize),
    /// The whole request was sent, and the server stands at this point with it.
    Point(Point),
    /// The whole request was sent, and nobody waited for anything.
    Whole,
    /// The answer has begun to arrive.
    Answered,
}

/// A request's text.
fn request(server: &TestServer, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        server.address,
        form.len()
    )
}

async fn send(server: &TestServer, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.set_zero_linger().unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Sends the request and is gone. While the server is brought to a point, nobody else asks, so that it is this request that stands
/// there; then the others go on beside it.
async fn reset_at(server: &TestServer, quiet: &RwLock<()>, text: &str, reach: Reach) {
    match reach {
        Reach::Sent(bytes) => {
            let stream = send(server, &text[..bytes.min(text.len())]).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop(stream);
        }
        Reach::Whole => drop(send(server, text).await),
        Reach::Answered => {
            let mut stream = send(server, text).await;
            stream.read_exact(&mut [0; 16]).await.unwrap();
            drop(stream);
        }
        Reach::Point(point) => {
            let gate = Gate::default();
            let alone = quiet.write().await;
            server.authority.store().faults().arm(point, Fault::Wait(gate.clone()));
            let stream = send(server, text).await;
            gate.reached().await;
            drop(alone);
            drop(stream);
            tokio::time::sleep(NOTICED_WITHIN).await;
            gate.open();
        }
    }
}

/// Asks again and again, and must always be told the same: the pair of its family, and that its token is good.
async fn healthy(
    client: &Client<'_>,
    api: &ApiApp<'_>,
    first: &Tokens,
    quiet: &RwLock<()>,
    over: &AtomicBool,
) -> usize {
    let (mut pair, mut rounds) = (None, 0);
    while !over.load(Ordering::Relaxed) || rounds == 0 {
        let _asking = quiet.read().await;
        let next = client.refresh(first).await;
        assert_eq!(pair.get_or_insert(next.clone()), &next, "somebody else's reset changed an answer");
        assert!(api.accepts(&next.access).await);
        rounds += 1;
    }
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn ft21_a_client_that_resets_its_connection_at_each_await_changes_nobody_elses_answer() {
    let server = TestServer::start_with(&[("RATE_LIMITS__EXEMPT", "[\"127.0.0.1\"]")]).await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let mut families = Vec::new();
    for _ in 0..HEALTHY {
        families.push(client.connect(&browser).await);
    }
    let mut restless = Vec::new();
    let mut reaches: Vec<Reach> = [0, 1, 40, 120, 200].map(Reach::Sent).into();
    reaches.extend([Point::Begin, Point::Commit, Point::Committed, Point::Response].map(Reach::Point));
    reaches.extend([Reach::Whole, Reach::Answered]);
    // A hot command on PostgreSQL is its own COMMIT; the ordinary transaction, which a scope makes it take, has one.
    for (reach, narrowed) in reaches.iter().flat_map(|reach| [(*reach, false), (*reach, true)]) {
        if !(matches!(reach, Reach::Point(Point::Commit)) && !narrowed && server.authority.store().is_shared()) {
            restless.push((client.connect(&browser).await, reach, narrowed));
        }
    }

    let (quiet, over) = (RwLock::new(()), AtomicBool::new(false));
    let beside =
        futures_util::future::join_all(families.iter().map(|first| healthy(&client, &api, first, &quiet, &over)));
    let (asked, ()) = tokio::join!(beside, async {
        for (pair, reach, narrowed) in &restless {
            let scope = if *narrowed { "&scope=issues:read" } else { "" };
            let form = format!(
                "grant_type=refresh_token&client_id=demo-cli&refresh_token={}{scope}",
                pair.refresh.as_deref().unwrap()
            );
            reset_at(&server, &quiet, &request(&server, "/token", &form), *reach).await;
        }
        let form =
            format!("client_id=demo-api&client_secret={}&token={}", server.seeded.api_secret, families[0].access);
        for reach in [Reach::Point(Point::Read), Reach::Whole, Reach::Answered] {
            reset_at(&server, &quiet, &request(&server, "/introspect", &form), reach).await;
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(asked.iter().all(|rounds| *rounds > 0));

    for (pair, reach, narrowed) in &restless {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", pair.refresh.as_deref().unwrap())];
        let scoped: Vec<_> = fields.into_iter().chain(narrowed.then_some(("scope", "issues:read"))).collect();
        let next = Tokens::of(&client.token(&scoped).await);
        assert!(api.accepts(&next.access).await, "{reach:?}");
        assert_eq!(Tokens::of(&client.token(&scoped).await), next, "one head lives: {reach:?}");
    }
}
