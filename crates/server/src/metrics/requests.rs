//! Requests: how many, how they ended, how long they took. Every worker counts in places of its own, which are added up when
//! somebody reads, so a request costs three additions that nobody else waits for.

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    fmt,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use actix_web::{HttpMessage as _, HttpRequest, dev::ServiceResponse, http::StatusCode};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet},
    metrics::MetricType,
};
use protocol::ErrorCode;

use super::{
    Metrics,
    latency::{Latency, Sum},
};
use crate::rate_limit::Class;

/// The first digit of a status, from 1.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Every code of the protocol, and none.
const CODES: usize = ErrorCode::ALL.len() + 1;

type Outcomes<T> = [[T; CODES]; STATUSES.len()];

/// What one worker of the server counts: it stands in the application's data as `Rc<Worker>`.
#[derive(Debug)]
pub struct Worker {
    metrics: Arc<Metrics>,
    base: String,
    unmatched: Arc<Route>,
}

impl Worker {
    /// For an issuer with this path, which is left out of the routes' names.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, base: &str) -> Self {
        let unmatched = metrics.route("none");
        Self { metrics, base: base.to_owned(), unmatched }
    }

    /// Counts one answer of the address with this pattern.
    pub fn answered<B>(&self, pattern: Option<&Pattern>, response: &ServiceResponse<B>, took: Duration) {
        let route = match pattern {
            Some(Pattern { text, route }) => {
                route.get_or_init(|| self.metrics.route(text.strip_prefix(&self.base).unwrap_or(text)))
            }
            None => &self.unmatched,
        };
        let extensions = response.response().extensions();
        route.count(response.status(), extensions.get::<ErrorCode>().copied(), took);
        if let Some(class) = extensions.get::<Class>() {
            self.metrics.limited.count(*class);
        }
    }

    /// Counts one request that came to nothing but an error of ours.
    pub fn failed(&self, status: StatusCode, took: Duration) {
        self.unmatched.count(status, None, took);
    }
}

/// How an address stands in the route table, and where one worker counts its requests: found with the first of them, and
/// kept. It stands in the data of its resource.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    route: OnceCell<Arc<Route>>,
}

impl Pattern {
    /// With placeholders, never a path that somebody sent.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), route: OnceCell::new() }
    }

    /// That of a request: of the document that it found by the shorter way, or of its route.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        request.extensions().get::<Rc<Self>>().or_else(|| request.app_data::<Rc<Self>>()).cloned()
    }

    /// As it stands in the route table.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The measures of one address in one worker.
#[derive(Debug)]
pub(super) struct Route {
    pattern: String,
    outcomes: Outcomes<AtomicU64>,
    latency: Latency,
}

impl Route {
    fn count(&self, status: StatusCode, code: Option<ErrorCode>, took: Duration) {
        let row = usize::from(status.as_u16() / 100).checked_sub(1);
        let place = code.map_or(0, |code| code as usize + 1);
        if let Some(count) = row.and_then(|row| self.outcomes.get(row)).and_then(|row| row.get(place)) {
            count.fetch_add(1, Relaxed);
        }
        self.latency.observe(took);
    }
}

/// Nothing has happened yet.
fn none<T: Default>() -> Outcomes<T> {
    std::array::from_fn(|_| std::array::from_fn(|_| T::default()))
}

/// Every worker's measures.
#[derive(Debug, Default)]
pub(super) struct Requests(Mutex<Vec<Arc<Route>>>);

impl Requests {
    pub(super) fn route(&self, pattern: &str) -> Arc<Route> {
        let route = Route { pattern: pattern.to_owned(), outcomes: none(), latency: Latency::default() };
        let route = Arc::new(route);
        if let Ok(mut routes) = self.0.lock() {
            routes.push(Arc::clone(&route));
        }
        route
    }

    fn totals(&self) -> BTreeMap<String, Total> {
        let mut totals = BTreeMap::<_, Total>::new();
        for route in self.0.lock().iter().flat_map(|routes| routes.iter()) {
            totals.entry(route.pattern.clone()).or_default().add(route);
        }
        totals
    }
}

/// One address in all workers.
struct Total {
    outcomes: Outcomes<u64>,
    latency: Sum,
}

impl Default for Total {
    fn default() -> Self {
        Self { outcomes: none(), latency: Sum::default() }
    }
}

impl Total {
    fn add(&mut self, route: &Route) {
        for (total, count) in self.outcomes.iter_mut().flatten().zip(route.outcomes.iter().flatten()) {
            *total += count.load(Relaxed);
        }
        self.latency.add(&route.latency);
    }

    /// Status, code and number of what has happened.
    fn happened(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let codes = || std::iter::once("none").chain(ErrorCode::ALL.map(ErrorCode::as_str));
        let rows = STATUSES.into_iter().zip(&self.outcomes);
        rows.flat_map(move |(status, row)| codes().zip(row).map(move |(code, count)| (status, code, *count)))
            .filter(|(.., count)| *count > 0)
    }
}

impl Collector for Requests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let totals = self.totals();
        let mut requests = encoder.encode_descriptor(
            "lanyard_http_requests",
            "Answers, by the route's pattern, the status's class and the code of the OAuth error.",
            None,
            MetricType::Counter,
        )?;
        for (route, total) in &totals {
            for (status, error, count) in total.happened() {
                let labels = [("route", route.as_str()), ("status", status), ("error", error)];
                requests.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        let mut latency = encoder.encode_descriptor(
            "lanyard_http_request_seconds",
            "Time from a request's head to its answer's, by the route's pattern.",
            None,
            MetricType::Histogram,
        )?;
        for (route, Total { latency: sum, .. }) in totals.iter().filter(|(_, total)| total.latency.count() > 0) {
            let labels = [("route", route.as_str())];
            latency.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                sum.seconds(),
                sum.count(),
                &sum.buckets(),
                None,
            )?;
        }
        Ok(())
    }
}
