//! `lanyard dev`: a seeded server and the demo app in one process, for this machine alone. Everything lies in one directory.
//!
//! Owns what a developer is given; the server itself is `server`'s, with the settings that it calls development.

mod directory;
mod kept;
mod report;
mod screen;
mod seed;
#[cfg(test)]
mod tests;

use std::{
    io::{self, IsTerminal as _},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

use clap::Args;
use server::{
    command::{Failure, Instance, Listeners, listen, listen_for_metrics, say, stop_signal},
    config::Settings,
    telemetry,
};
use tokio::sync::watch;

use crate::{
    mcp::{self, DemoApp, DemoProject},
    provider::{self, DemoProvider},
};
use directory::Directory;
pub(crate) use kept::Kept;
use report::Report;

/// Where it listens and what it keeps.
#[derive(Clone, Debug, Args)]
pub struct Development {
    /// The server's port on 127.0.0.1 and ::1; the demo app takes the next one
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65534))]
    pub port: u16,
    /// The directory for the database, the keys and the seeded passwords
    #[arg(long, value_name = "DIR", default_value = ".lanyard-dev")]
    pub data: PathBuf,
    /// Forget what the directory holds and start anew
    #[arg(long)]
    pub fresh: bool,
    /// When ready, print one line of JSON with everything that a script needs
    #[arg(long)]
    pub json: bool,
}

impl Development {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// A port is in use, the directory belongs to another server, or the settings in the environment are not right.
    pub async fn run(&self) -> Result<(), Failure> {
        // What the HTTP library says of its workers would push the screen away; the environment may ask for it.
        let quiet = ("LANYARD__LOG__LEVEL".to_owned(), "info,actix_server=warn".to_owned());
        let demo_port = self.port.saturating_add(1);
        let environment = std::iter::once(quiet).chain(demo_provider(demo_port)).chain(Settings::environment());
        let settings = Settings::development(self.port, &self.data, environment)?;
        telemetry::init(&settings.log).map_err(|error| Failure::failed(error.to_string()))?;
        let stop = stop_signal()?;
        Directory::refuse_if_served(&self.data, &settings).await?;
        let public = both(settings.listen.iter().copied())?;
        let listeners = Listeners { public, metrics: listen_for_metrics(&settings)? };
        let metrics_url = listeners.metrics_url();
        let demo_listeners = both(loopback(demo_port))?;
        let mcp_url = format!("http://localhost:{demo_port}/mcp");

        // Not before the ports are ours: a start that fails forgets nothing.
        let directory = Directory::open(&self.data, &settings, self.fresh)?;
        let instance = Instance::open(settings).await?;
        let mut kept = directory.kept()?;
        let report = match seed::seed(instance.authority(), &mut kept, &directory, &mcp_url).await {
            Ok(report) => Report { metrics_url, ..report },
            Err(failure) => {
                instance.close().await;
                return Err(failure);
            }
        };
        let (stopping, stopped) = watch::channel(());
        let beside = DemoProvider::new(demo_port, &report.issuer)?.router();
        let demo = tokio::spawn(mcp::serve(demo_listeners, demo_app(&report)?, beside, ended(stopped)));
        self.announce(&report)?;
        let served = instance.run(listeners, stop).await;
        drop(stopping);
        match demo.await {
            Ok(Ok(())) => served,
            Ok(Err(error)) => served.and(Err(Failure::failed(format!("The demo app stopped: {error}.")))),
            Err(error) => served.and(Err(Failure::failed(format!("The demo app stopped: {error}.")))),
        }
    }

    /// The listeners are bound, so that whoever reads this may connect.
    fn announce(&self, report: &Report) -> Result<(), Failure> {
        if self.json {
            return say(&report.line()?);
        }
        say(&screen::text(report, self, io::stdout().is_terminal()))
    }
}

/// The settings by which the server offers the demo provider; the environment may change them.
fn demo_provider(demo_port: u16) -> impl Iterator<Item = (String, String)> {
    let settings = [
        ("NAME", "Demo provider".to_owned()),
        ("BASE_URL", provider::issuer(demo_port)),
        ("CLIENT_ID", provider::CLIENT.to_owned()),
    ];
    settings
        .into_iter()
        .map(|(key, value)| (format!("LANYARD__PROVIDERS__{}__{key}", provider::NAME.to_uppercase()), value))
}

fn loopback(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from(([127, 0, 0, 1], port)), SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], port))]
}

/// A machine without IPv6 has no ::1 to listen on.
fn both(addresses: impl IntoIterator<Item = SocketAddr>) -> Result<Vec<TcpListener>, Failure> {
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    addresses.into_iter().filter(|address| address.is_ipv4() || has_ipv6).map(listen).collect()
}

fn demo_app(report: &Report) -> Result<DemoApp, Failure> {
    let resource =
        report.resource_servers.first().ok_or_else(|| Failure::failed("The demo app has no resource server."))?;
    let project = |project: &report::Project| DemoProject {
        id: project.id.clone(),
        slug: project.slug.clone(),
        name: project.name.clone(),
    };
    Ok(DemoApp {
        issuer: report.issuer.clone(),
        resource_url: resource.resource.clone(),
        client_id: resource.client_id.clone(),
        client_secret: resource.client_secret.clone(),
        projects: report.projects.iter().map(project).collect(),
    })
}

async fn ended(mut stopped: watch::Receiver<()>) {
    // An error says that the sender is gone, which is the signal.
    while stopped.changed().await.is_ok() {}
}
