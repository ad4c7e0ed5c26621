//! What is tried with the steps of a flow.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use identity::admin::{Act, TypedPassword};
use model::Email;
use protocol::Confidential;

use super::{Attempt, FLOWS, Flow, Known, Person, Step, Taken};
use crate::harness::{
    Answer, Browser, PASSWORD, TestServer, seed,
    upstream::{Speaks, Upstream, offering},
};

/// Many people come from one address here, and none of them is to be stopped by that.
const PATIENT: &[(&str, &str)] = &[("RATE_LIMITS__SIGN_IN", "100000/1m"), ("RATE_LIMITS__PAGE", "100000/1m")];

static PEOPLE: AtomicUsize = AtomicUsize::new(0);

/// Where a flow is tried.
struct Stage {
    server: TestServer,
    acme: Upstream,
}

/// One person on the way through a flow.
struct Run<'s> {
    server: &'s TestServer,
    acme: &'s Upstream,
    flow: &'static Flow,
    browser: Browser,
    email: String,
    known: Known,
}

impl<'s> Run<'s> {
    async fn begin(stage: &'s Stage, flow: &'static Flow) -> Self {
        let Stage { server, acme } = stage;
        let email = format!("p{}@flow.example", PEOPLE.fetch_add(1, Ordering::Relaxed));
        let browser = server.browser();
        if flow.person != Person::Stranger {
            seed::act(&server.authority, add(&email, flow.person != Person::Unproved)).await;
        }
        if matches!(flow.person, Person::Member | Person::Unproved) {
            browser.sign_in(&email, PASSWORD).await;
        }
        let mut known = Known::new();
        if flow.person == Person::Guarded {
            let owner = server.browser();
            owner.sign_in(&email, PASSWORD).await;
            known.insert("seed", owner.sets_up_app(server).await.0.seed().to_owned());
            // The code of this step is used.
            server.advance(Duration::from_secs(30));
        }
        Self { server, acme, flow, browser, email, known }
    }

    /// So many steps, as they are meant.
    async fn up_to(mut self, steps: usize) -> Self {
        for step in self.flow.steps.iter().take(steps) {
            let before = state(self.server).await;
            let Taken { answer, learned } = (step.take)(self.attempt(&self.browser)).await;
            let what = format!("{}, {}: {} {}", self.flow.name, step.name, answer.status, answer.body);
            assert!(answer.status.is_success() || answer.status.is_redirection(), "{what}");
            assert_eq!(state(self.server).await != before, step.changes, "{what}");
            self.known.extend(learned);
        }
        self
    }

    fn attempt<'a>(&'a self, browser: &'a Browser) -> Attempt<'a> {
        Attempt { server: self.server, acme: self.acme, browser, email: &self.email, known: &self.known }
    }

    /// Takes a step at a wrong moment: whatever is answered, no account is another one than before.
    async fn in_vain(&self, step: &Step, browser: &Browser, moment: &str) {
        let before = state(self.server).await;
        // Nobody waits for a mail that does not come: a first step may be taken again, and then has its usual answer.
        let answer = (step.take)(self.attempt(browser)).await.answer;
        let what = format!("{}, {} {moment}: {} {}", self.flow.name, step.name, answer.status, answer.body);
        assert!(!answer.status.is_server_error(), "{what}");
        assert_eq!(state(self.server).await, before, "{what}");
        if step.changes {
            refused(&answer, &what);
        }
    }

    /// What is told of this person's account.
    fn own(&self, state: &[String]) -> Vec<String> {
        let names = [format!(" {} ", self.email), format!(" new-{} ", self.email)];
        state.iter().filter(|line| names.iter().any(|name| line.contains(name))).cloned().collect()
    }

    /// What opens the account changes.
    async fn change(&self) {
        let act = match self.flow.person {
            Person::Stranger => add(&self.email, true),
            _ => Act::UserSetPassword {
                user: self.account().await,
                password: Some(TypedPassword(Confidential::new("another one by the operator"))),
                end_connections: false,
            },
        };
        seed::act(&self.server.authority, act).await;
    }

    /// The account's id, whatever its address is by now.
    async fn account(&self) -> String {
        let mut read = self.server.authority.store().read().await.unwrap();
        for email in [self.email.clone(), format!("new-{}", self.email)] {
            if let Some(user) = read.user_by_email(&Email::parse(&email).unwrap()).await.unwrap() {
                return user.id.to_string();
            }
        }
        panic!("no account of {}", self.email)
    }
}

fn add(email: &str, email_verified: bool) -> Act {
    let password = Some(TypedPassword(Confidential::new(PASSWORD)));
    Act::UserAdd { email: email.into(), name: None, password, email_verified }
}

/// Every account: whose it is, what opens it, what of that was used, what has access to it, and whether it goes.
async fn state(server: &TestServer) -> Vec<String> {
    let mut read = server.authority.store().read().await.unwrap();
    let mut told = Vec::new();
    for user in read.users().await.unwrap() {
        let hash = user.password_hash.as_ref().map(|hash| hash.expose().to_owned());
        let factors = read.second_factors(user.id).await.unwrap();
        let step = read.totp(user.id).await.unwrap().and_then(|totp| Some((totp.confirmed?, totp.last_step)));
        let allowed: Vec<String> =
            read.live_grants_of(user.id).await.unwrap().iter().map(|grant| grant.client_id.to_string()).collect();
        let connected = read.upstream_identities_of(user.id).await.unwrap();
        let connected: Vec<_> = connected.into_iter().map(|identity| (identity.provider, identity.who)).collect();
        told.push(format!(
            "{} {} {:?} {:?} {:?} {:?} {factors:?} {step:?} {allowed:?} {connected:?}",
            user.id, user.email, user.email_verified_at, hash, user.disabled_at, user.erase_at
        ));
    }
    told
}

/// A refusal, a question, or on to a page of ours; never a new session.
fn refused(answer: &Answer, what: &str) {
    let begun = answer.headers.get_all("set-cookie").iter().any(|line| {
        let line = line.to_str().unwrap();
        line.contains("session=") && !line.contains("Max-Age=0")
    });
    assert!(!begun, "a session began: {what}");
}

/// The server for one flow, with the number of steps that it has.
async fn each(check: impl AsyncFn(&Stage, &'static Flow, usize)) {
    for flow in FLOWS {
        let acme = Upstream::start(Speaks::OpenId).await;
        let stage = Stage { server: offering(&acme, "openid", PATIENT).await, acme };
        for step in 0..flow.steps.len() {
            check(&stage, flow, step).await;
        }
    }
}

#[tokio::test]
async fn v45_no_step_of_any_flow_works_first() {
    each(async |stage, flow, step| {
        if step > 0 {
            let run = Run::begin(stage, flow).await;
            run.in_vain(&flow.steps[step], &run.browser, "first").await;
        }
    })
    .await;
}

#[tokio::test]
async fn v45_no_step_of_any_flow_works_twice_or_after_the_end() {
    each(async |stage, flow, step| {
        let run = Run::begin(stage, flow).await.up_to(step + 1).await;
        if step > 0 || flow.steps[step].changes {
            run.in_vain(&flow.steps[step], &run.browser, "twice").await;
        }
        // The first step begins anew.
        if step > 0 {
            let run = Run::begin(stage, flow).await.up_to(flow.steps.len()).await;
            run.in_vain(&flow.steps[step], &run.browser, "after the end").await;
        }
    })
    .await;
}

#[tokio::test]
async fn v45_no_step_of_any_flow_is_skipped() {
    each(async |stage, flow, step| {
        // Pages that only show something need not be looked at.
        let rest_on = |earlier: &usize| flow.steps[*earlier].changes || flow.steps[*earlier].needed;
        for skipped in (0..step).filter(rest_on) {
            let run = Run::begin(stage, flow).await.up_to(skipped).await;
            run.in_vain(&flow.steps[step], &run.browser, &format!("without {}", flow.steps[skipped].name)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn v45_no_bound_step_of_any_flow_works_in_another_browser() {
    each(async |stage, flow, step| {
        let run = Run::begin(stage, flow).await.up_to(step).await;
        let elsewhere = stage.server.browser();
        if flow.steps[step].bound && step > 0 {
            run.in_vain(&flow.steps[step], &elsewhere, "in another browser").await;
        }
    })
    .await;
}

#[tokio::test]
async fn v45_no_bound_step_of_any_flow_works_with_anothers_handle() {
    each(async |stage, flow, step| {
        if flow.steps[step].bound && (step > 0 || flow.steps[step].changes) {
            let victim = Run::begin(stage, flow).await.up_to(step).await;
            let attacker = Run::begin(stage, flow).await.up_to(step).await;
            // What the attacker may do to their own account with it is their own affair.
            let before = victim.own(&state(&stage.server).await);
            let answer = (flow.steps[step].take)(victim.attempt(&attacker.browser)).await.answer;
            let what = format!("{}, {}: {} {}", flow.name, flow.steps[step].name, answer.status, answer.body);
            assert!(!answer.status.is_server_error(), "{what}");
            assert_eq!(victim.own(&state(&stage.server).await), before, "with another's handle: {what}");
        }
    })
    .await;
}

#[tokio::test]
async fn v45_no_step_of_any_flow_outlasts_a_change_of_what_opens_the_account() {
    each(async |stage, flow, step| {
        if !flow.steps[step].outlasts && (step > 0 || flow.steps[step].changes) {
            let run = Run::begin(stage, flow).await.up_to(step).await;
            run.change().await;
            run.in_vain(&flow.steps[step], &run.browser, "after the account changed").await;
        }
    })
    .await;
}
