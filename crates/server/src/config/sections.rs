//! Every setting there is, by rooms. The reference in the documentation is generated from these declarations; their order there
//! is the order here.

mod handing_out;
mod people;
mod running;
mod shown;

pub use handing_out::{ApiKeys, Device, Documents, Events, Registration, Tokens};
pub use people::{Accounts, Organizations, Password, RateLimits, Sessions, SignUp};
pub(super) use people::{MailSection, ProviderSection};
pub use running::{Backup, Log, Metrics, Retention};
pub(super) use running::{DatabaseSection, Keys, Tls, Top};
pub use shown::{Brand, Connect, Cors, Metadata};

use super::section::{Key, Section};

/// Name and subject of each table, with its keys, in the order of the reference.
pub(super) fn all() -> Vec<(&'static str, String, Vec<Key>)> {
    fn of<S: Section>() -> (&'static str, String, Vec<Key>) {
        (S::NAME, S::about(), S::keys())
    }
    vec![
        of::<Top>(),
        of::<Tls>(),
        of::<DatabaseSection>(),
        of::<Keys>(),
        of::<Tokens>(),
        of::<ApiKeys>(),
        of::<Sessions>(),
        of::<Registration>(),
        of::<Device>(),
        of::<Documents>(),
        of::<SignUp>(),
        of::<Organizations>(),
        of::<Accounts>(),
        of::<Events>(),
        of::<Backup>(),
        of::<Retention>(),
        of::<MailSection>(),
        of::<ProviderSection>(),
        of::<Password>(),
        of::<RateLimits>(),
        of::<Log>(),
        of::<Metrics>(),
        of::<Brand>(),
        of::<Cors>(),
        of::<Connect>(),
        of::<Metadata>(),
    ]
}
