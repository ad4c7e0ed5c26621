//! What was probably meant by a setting that does not exist.

use super::sections;

/// The setting that was probably meant.
pub(super) fn suggestion(path: &str) -> String {
    let keys = sections::all().into_iter().flat_map(|(_, _, keys)| keys).map(|key| key.path());
    let nearest = keys.map(|known| (distance(path, &known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!("Write {known} if that is meant, or remove it."),
        _ => "Remove it; docs/configuration.md lists every setting.".to_owned(),
    }
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (at, one) in left.chars().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(right.chars()) {
            let changed = diagonal + usize::from(one != other);
            diagonal = *cell;
            before = changed.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
