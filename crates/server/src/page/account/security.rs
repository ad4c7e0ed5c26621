//! `/account/security`: what opens the account, and what happened to it lately. A list of sections: whatever else opens an
//! account makes one of its own in a file below, and stands in the list.

mod address;
mod administration;
mod events;
mod factors;
mod password;
mod providers;
mod sessions;

use actix_web::HttpResponse;

use crate::{error_response::PageError, page::Visit, view};

/// Shows the page.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let mut sections = vec![address::section(&visit, person), password::section(&visit, person)];
    sections.extend(factors::sections(&visit, person).await?);
    sections.extend(providers::section(&visit, person).await?);
    sections.push(sessions::section(&visit, person).await?);
    sections.push(super::tokens::link(&visit));
    sections.extend(super::webhooks::link(&visit, person).await?);
    sections.extend(administration::section(&visit, person).await?);
    sections.push(events::section(&visit, person).await?);
    let mut answer = visit.page(&view::AccountPage::new(visit.layout(), &visit.say("account-security"), sections))?;
    answer.extensions_mut().insert(visit.provider_origins(None));
    Ok(answer)
}
