//! Webhooks of organisations on the command line.

use clap::Subcommand;
use identity::admin::Act;

use crate::{command::Failure, config::HumanDuration};

/// What can be done with webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhookAct {
    /// Tell an organisation of its events at an address; the secret that deliveries are signed with is shown this once
    Add {
        /// The organisation's short name
        organization: String,
        /// Where: https://app.example.com/lanyard
        url: String,
        /// A kind of event, such as grant.revoked; may be given several times. All of them if it is left out
        #[arg(long = "kind")]
        kinds: Vec<String>,
    },
    /// The webhooks of an organisation
    List {
        /// The organisation's short name
        organization: String,
    },
    /// One webhook
    Show {
        /// Its id
        webhook: String,
    },
    /// Send nothing there any more
    Disable {
        /// Its id
        webhook: String,
    },
    /// Send what waits, and what comes
    Enable {
        /// Its id
        webhook: String,
    },
    /// Give it a new secret, shown this once; deliveries are signed with the old one too, for a while
    NewSecret {
        /// Its id
        webhook: String,
        /// For how long (24h)
        #[arg(long, value_name = "TIME")]
        overlap: Option<HumanDuration>,
    },
    /// Delete it with its deliveries
    Remove {
        /// Its id
        webhook: String,
    },
    /// What was sent there lately, and what waits
    Deliveries {
        /// Its id
        webhook: String,
    },
    /// Send a delivery again, under the same id
    Resend {
        /// The delivery's id
        delivery: String,
    },
}

impl TryFrom<WebhookAct> for Act {
    type Error = Failure;

    fn try_from(act: WebhookAct) -> Result<Self, Failure> {
        use WebhookAct as W;
        Ok(match act {
            W::Add { organization, url, kinds } => Self::WebhookAdd { organization, url, kinds },
            W::List { organization } => Self::WebhookList { organization },
            W::Show { webhook } => Self::WebhookShow { webhook },
            W::Disable { webhook } => Self::WebhookSetDisabled { webhook, disabled: true },
            W::Enable { webhook } => Self::WebhookSetDisabled { webhook, disabled: false },
            W::NewSecret { webhook, overlap } => {
                Self::WebhookNewSecret { webhook, overlap: overlap.map(|overlap| overlap.duration().as_secs()) }
            }
            W::Remove { webhook } => Self::WebhookRemove { webhook },
            W::Deliveries { webhook } => Self::WebhookDeliveries { webhook },
            W::Resend { delivery } => Self::WebhookResend { delivery },
        })
    }
}
