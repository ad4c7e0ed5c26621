//! What a delivery says: `type`, `timestamp` and `data`, as Standard Webhooks has it. Ids and words, never a secret.

use model::{Event, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'e> {
    r#type: &'e str,
    timestamp: String,
    data: Data<'e>,
}

#[derive(Serialize)]
struct Data<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<&'e str>,
}

/// The body, byte for byte as it is signed.
pub(super) fn body(event: &Event) -> String {
    let body = Body {
        r#type: &event.kind,
        timestamp: iso(event.at),
        data: Data {
            grant_id: event.grant_id.as_ref().map(model::Id::as_str),
            key_id: event.key_id.as_ref().map(model::Id::as_str),
            subject: event.subject.as_deref(),
            client_id: event.client_id.as_ref().map(model::ClientId::as_str),
            organization_id: event.organization_id.as_ref().map(model::Id::as_str),
            project_id: event.project_id.as_ref().map(model::Id::as_str),
        },
    };
    serde_json::to_string(&body).unwrap_or_default()
}

/// ISO 8601, to the second, in UTC.
fn iso(time: Timestamp) -> String {
    let seconds = time.as_seconds();
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// Year, month and day of this day since 1970, counted in eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_iso_8601_has_it() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_800_000_000, "2027-01-15T08:00:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso(Timestamp::from_seconds(seconds)), text);
        }
    }
}
