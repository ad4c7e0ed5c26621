//! The schema as the migrations say it, for tests that ask something of every table.

use std::{collections::BTreeMap, fs, path::Path};

/// Each table with its lines in the migrations.
pub(crate) fn schema() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut within = None;
    for line in files.iter().flat_map(|path| {
        fs::read_to_string(path).unwrap().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    }) {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            let name = rest.split_whitespace().next().unwrap().to_owned();
            tables.insert(name.clone(), Vec::new());
            within = Some(name);
        } else if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
            let (name, column) = rest.split_once(" ADD COLUMN ").expect("a column is added");
            tables.get_mut(name).unwrap().push(column.to_owned());
        } else if line.starts_with(')') {
            within = None;
        } else if let Some(table) = &within
            && line.starts_with(|first: char| first.is_ascii_lowercase())
        {
            tables.get_mut(table).unwrap().push(line);
        }
    }
    tables
}
