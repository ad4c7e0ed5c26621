//! Many at once, over two processes: one is answered.

use futures_util::future::join_all;

use crate::{
    clients::{codes::token_at, wire::error},
    harness::{Answer, Browser, TestServer, device::DEVICE_CODE, page},
};

#[tokio::test]
async fn dev10_of_two_hundred_redemptions_at_two_processes_one_is_answered() {
    let server = TestServer::start().await;
    let processes = [server.address, server.second().await];
    let codes = server.device().begin().await;
    server.signed_in().await.let_in(&codes, &server.seeded.apollo).await;
    let request = [("grant_type", DEVICE_CODE), ("device_code", &*codes.device_code), ("client_id", "demo-device")];
    let answers = join_all((0..200).map(|at| token_at(processes[at % 2], &request))).await;
    let (good, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(good.len(), 1, "{:?}", answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>());
    assert!(refused.iter().all(|answer| error(answer) == "invalid_grant"), "{:?}", refused.first());
}

#[tokio::test]
async fn dev08_of_two_hundred_questions_at_once_each_is_told_to_wait() {
    let server = TestServer::start().await;
    let processes = [server.address, server.second().await];
    let codes = server.device().begin().await;
    let request = [("grant_type", DEVICE_CODE), ("device_code", &*codes.device_code), ("client_id", "demo-device")];
    let answers = join_all((0..200).map(|at| token_at(processes[at % 2], &request))).await;
    let pending = answers.iter().filter(|answer| error(answer) == "authorization_pending").count();
    let slower = answers.iter().filter(|answer| error(answer) == "slow_down").count();
    assert_eq!((pending, slower), (1, 199), "no question is forgotten, and none is a fault of ours");
}

#[tokio::test]
async fn dev11_of_two_browsers_that_enter_a_code_at_once_one_decides() {
    let server = TestServer::start().await;
    for _ in 0..20 {
        let codes = server.device().begin().await;
        let browsers: Vec<Browser> = (0..4).map(|_| server.browser()).collect();
        let entered = join_all(browsers.iter().map(|browser| browser.enter(&codes.user_code))).await;
        let statuses: Vec<u16> = entered.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        server.advance(std::time::Duration::from_secs(601));
    }
}

#[tokio::test]
async fn dev11_a_yes_and_a_no_at_once_are_one_answer_and_the_device_hears_the_same() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    for _ in 0..20 {
        let codes = server.device().begin().await;
        let asked = browser.asked_of_device(&codes).await;
        let yes = [("decision", "allow"), ("project", server.seeded.apollo.as_str()), ("own_device", "yes")];
        let no = [("decision", "deny")];
        let (first, second) = tokio::join!(browser.decide(&asked, &yes), browser.decide(&asked, &no));
        let allowed = |answer: &Answer| page::has_id(&answer.body, "device-allowed");
        assert_eq!(allowed(&first), allowed(&second), "both pages say what came of it");
        let told = server.device().poll(&codes).await;
        assert_eq!(told.status == 200, allowed(&first), "{}", told.body);
    }
}
