//! What people see: one plain struct per page, each with the template it fills.
//!
//! Owns the words and the shape of pages, the static files and the operator's accent. Knows nothing of requests,
//! storage or rules: whoever fills these structs has already decided what is true.

pub mod accent;
pub mod account;
pub mod account_page;
pub mod admin_menu;
mod admin_samples;
pub mod api_reference;
pub mod app;
pub mod asset;
pub mod check_mail;
pub mod confirm;
pub mod connections;
pub mod consent;
pub mod contrast;
pub mod dev_mail;
pub mod device;
pub mod error;
pub mod factors;
pub mod form;
pub mod home;
pub mod invitation;
pub mod layout;
pub mod leave;
pub mod leaving;
pub mod link;
pub mod mail;
pub mod menu;
pub mod moment;
pub mod notice;
pub mod organization_page;
mod organization_samples;
pub mod phrase;
pub mod program;
pub mod provider;
pub mod qr_code;
pub mod reset;
mod sample;
pub mod section;
pub mod security;
pub mod sign_in;
pub mod sign_up;
pub mod signed_out;

use askama::Template;
use model::Language;

pub use accent::{Accent, AccentRefused};
pub use account::{ChangeAddress, ChangePassword, PasswordChanged, Prove, SessionRow, Sessions};
pub use account_page::AccountPage;
pub use admin_menu::{Desk, in_administration};
pub use api_reference::{ApiAnswer, ApiGroup, ApiOperation, ApiParameter, ApiReference};
pub use app::{App, Destination, ProjectName, Provenance, Waiting};
pub use asset::{Asset, asset};
pub use check_mail::{CheckMail, OpenedLink};
pub use confirm::Confirm;
pub use connections::{ConnectedDevice, Connection, Connections, EndReason, EndedConnection, LastUse};
pub use consent::{AboutYou, Consent, ProjectChoice, Until};
pub use dev_mail::{DevMail, ShownMail};
pub use device::{AskingDevice, Device, DeviceTold};
pub use error::{Details, ErrorPage};
pub use factors::{
    NamePasskey, Onward, PasskeyRow, Passkeys, Recovery, RecoveryCodes, RecoveryCodesLeft, SecondFactor, Totp,
    TotpEnrolment,
};
pub use form::{Choice, Form, Input, InputKind};
pub use home::{Door, Home};
pub use invitation::{Invitation, Joining, Step};
pub use layout::{Brand, Layout, SignedIn, Theme};
pub use leave::Leave;
pub use leaving::{Leaving, Left, TypedConfirmation};
pub use link::TrustedLink;
pub use menu::{Menu, MenuItem};
pub use moment::{Moment, length};
pub use notice::{Notice, Tone};
pub use organization_page::{AccessList, OrganizationPage, Place, in_organization};
pub use phrase::{Phrase, say};
pub use provider::{ConnectProvider, ProviderButton, ProviderRefused};
pub use qr_code::QrCode;
pub use reset::{Forgotten, Reset, ResetDone};
pub use section::{Act, ActKind, Copyable, Fact, Row, Section};
pub use security::Security;
pub use sign_in::SignIn;
pub use sign_up::{Field, SignUp};
pub use signed_out::SignedOut;

/// One page in one state, as a browser would get it.
#[derive(Debug)]
pub struct Specimen {
    /// The page, as a file name would say it: `consent`.
    pub page: &'static str,
    /// The state it is shown in: `several-projects`.
    pub state: &'static str,
    /// The whole document.
    pub html: String,
}

/// Every page in every sample state, in this language, for tests and for looking at.
///
/// # Errors
/// When a template cannot be rendered.
pub fn gallery(language: Language) -> Result<Vec<Specimen>, askama::Error> {
    let mut all = Vec::new();
    show(&mut all, "home", Home::sample(language))?;
    show(&mut all, "sign-up", SignUp::sample(language))?;
    show(&mut all, "sign-in", SignIn::sample(language))?;
    show(&mut all, "consent", Consent::sample(language))?;
    show(&mut all, "device", Device::sample(language))?;
    show(&mut all, "let-in", DeviceTold::sample(language))?;
    show(&mut all, "connections", Connections::sample(language))?;
    show(&mut all, "invitation", Invitation::sample(language))?;
    show(&mut all, "confirm", Confirm::sample(language))?;
    show(&mut all, "error", ErrorPage::sample(language))?;
    show(&mut all, "leave", Leave::sample(language))?;
    show(&mut all, "signed-out", SignedOut::sample(language))?;
    show(&mut all, "security", Security::sample(language))?;
    show(&mut all, "reference", ApiReference::sample(language))?;
    show(&mut all, "check-mail", CheckMail::sample(language))?;
    show(&mut all, "opened-link", OpenedLink::sample(language))?;
    show(&mut all, "forgotten", Forgotten::sample(language))?;
    show(&mut all, "reset", Reset::sample(language))?;
    show(&mut all, "reset-done", ResetDone::sample(language))?;
    show(&mut all, "sessions", Sessions::sample(language))?;
    show(&mut all, "account", AccountPage::sample(language))?;
    show(&mut all, "organization", OrganizationPage::sample(language))?;
    show(&mut all, "administration", admin_samples::all(language))?;
    show(&mut all, "change-password", ChangePassword::sample(language))?;
    show(&mut all, "password-changed", PasswordChanged::sample(language))?;
    show(&mut all, "change-address", ChangeAddress::sample(language))?;
    show(&mut all, "prove", Prove::sample(language))?;
    show(&mut all, "typed-confirmation", TypedConfirmation::sample(language))?;
    show(&mut all, "leaving", Leaving::sample(language))?;
    show(&mut all, "left", Left::sample(language))?;
    show(&mut all, "provider-refused", ProviderRefused::sample(language))?;
    show(&mut all, "connect-provider", ConnectProvider::sample(language))?;
    show(&mut all, "second-factor", SecondFactor::sample(language))?;
    show(&mut all, "recovery", Recovery::sample(language))?;
    show(&mut all, "totp", Totp::sample(language))?;
    show(&mut all, "recovery-codes", RecoveryCodes::sample(language))?;
    show(&mut all, "recovery-codes-left", RecoveryCodesLeft::sample(language))?;
    show(&mut all, "passkeys", Passkeys::sample(language))?;
    show(&mut all, "name-passkey", NamePasskey::sample(language))?;
    show(&mut all, "dev-mail", DevMail::sample(language))?;
    Ok(all)
}

fn show<T: Template>(
    all: &mut Vec<Specimen>,
    page: &'static str,
    samples: Vec<(&'static str, T)>,
) -> Result<(), askama::Error> {
    for (state, filled) in samples {
        let html = filled.render()?;
        all.push(Specimen { page, state, html });
    }
    Ok(())
}
