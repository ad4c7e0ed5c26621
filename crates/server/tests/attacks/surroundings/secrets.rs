//! V-30: secrets are compared as hashes of a fixed length, in a time that does not depend on them, in one place.

use std::{fs, path::Path};

fn code_below(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            found.push((path.display().to_string(), code));
        }
    }
}

#[test]
fn v30_only_hashes_are_compared_and_in_constant_time() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = Vec::new();
    for name in ["protocol", "model", "storage", "identity", "server", "guard"] {
        code_below(&crates.join(name).join("src"), &mut all);
    }
    assert!(all.len() > 150, "the sources are not where they were");
    let mut compared = 0;
    // What an operator typed twice at a terminal is compared by the operator's own process.
    for (path, code) in all.iter().filter(|(path, _)| !path.contains("/server/src/command/")) {
        for (number, line) in code.lines().enumerate() {
            let line = line.trim();
            compared += usize::from(line.contains("ct_eq("));
            // What is exposed is sent or hashed, never compared; nor is a secret's own text.
            let compares = line.contains(" == ") || line.contains(" != ");
            let secret = [".expose()", "password ==", "secret =="].iter().any(|word| line.contains(word));
            assert!(!(compares && secret), "{path}:{}: {line}", number + 1);
        }
        for kind in ["struct Secret(", "struct Confidential(", "struct PasswordHash("] {
            if let Some((before, _)) = code.split_once(kind) {
                let derives =
                    before.rsplit("#[derive(").next().unwrap_or_default().split(')').next().unwrap_or_default();
                assert!(!derives.contains("PartialEq"), "{path}: {kind}…) can be compared with ==");
            }
        }
    }
    assert!(compared > 0, "nothing compares in constant time any more");
}
