//! The demo provider's one page: as whom?

use super::{PATH, PEOPLE};

/// The page, for a request that was checked; it comes back with the press.
pub(super) fn choose(query: &str) -> String {
    // A query of ours has been parsed already; here it is an attribute.
    let query = query.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let people: String = PEOPLE
        .iter()
        .map(|person| {
            format!(
                "<p><button name=\"person\" value=\"{}\" id=\"person-{}\">{} &lt;{}&gt;</button></p>",
                person.subject, person.subject, person.name, person.email
            )
        })
        .collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Demo provider</title><link rel=\"icon\" href=\"data:,\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <h1>Demo provider</h1><p>A stand-in for Google, Microsoft and the like, on your own machine. It asks nobody for a \
         password. Sign in as:</p><form method=\"post\" action=\"{PATH}/authorize?{query}\">{people}</form></html>"
    )
}
