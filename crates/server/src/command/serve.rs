//! `lanyard serve`: from a configuration to a server that listens, and down again in good order.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{ConfigFile, Failure, Instance, Listeners, listen, listen_for_metrics, say};
use crate::{config::Mail, telemetry};

pub(super) async fn serve(config: &ConfigFile) -> Result<(), Failure> {
    let settings = config.load()?;
    let problems = settings.check_files();
    if !problems.is_empty() {
        return Err(problems.into());
    }
    telemetry::init(&settings.log).map_err(|error| Failure::failed(error.to_string()))?;
    #[cfg(feature = "fault-points")]
    tracing::warn!("this build has fault points: it is for tests alone");
    let stop = stop_signal()?;
    // It has the certificate read again; where there is none, it must not end the server.
    let _hangups = heard(SignalKind::hangup())?;
    // Before anything else is begun: an address in use is the commonest reason not to start.
    let public = settings.listen.iter().map(|address| listen(*address)).collect::<Result<Vec<_>, _>>()?;
    let listeners = Listeners { public, metrics: listen_for_metrics(&settings)? };
    let addresses: Vec<String> = settings.listen.iter().map(ToString::to_string).collect();
    let ready = format!(
        "Lanyard {} is ready at {} (listening on {}).",
        env!("CARGO_PKG_VERSION"),
        settings.public_url,
        addresses.join(", ")
    );
    let without = without_mail(&settings.mail);
    let instance = Instance::open(settings).await?;
    say(&ready)?;
    if let Some(without) = without {
        say(without)?;
    }
    instance.run(listeners, stop).await?;
    say("Lanyard has stopped.")
}

/// What a server without a way to send mail does not do; nothing if it has one.
pub(super) fn without_mail(mail: &Mail) -> Option<&'static str> {
    matches!(mail, Mail::None).then_some(
        "No mail server is configured in [mail]: nobody is told by mail when a connection of theirs was ended to protect \
         them. They read it under Connections.",
    )
}

/// Ready when the process is told to stop: SIGTERM, or SIGINT from a terminal.
///
/// # Errors
/// Signals cannot be had.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut terminate = heard(SignalKind::terminate())?;
    let mut interrupt = heard(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn heard(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::failed(format!("Signals cannot be received: {error}.")))
}
