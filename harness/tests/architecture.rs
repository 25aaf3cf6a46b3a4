//! Holds the room table of ARCHITECTURE.md against the code.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Table = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Rows of the table under `## Rooms`: room -> rooms it may use.
fn documented() -> Table {
    let text = fs::read_to_string(root().join("../ARCHITECTURE.md")).unwrap();
    let section = text.split("## Rooms").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut table = Table::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let room = cells[1].trim_matches('`').to_owned();
        let allowed = cells[3].split_whitespace().map(str::to_owned).collect();
        table.insert(room, allowed);
    }
    table
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Rooms named after `crate::` in a file.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let after = text.split("crate::").skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            // use crate::{a::b, c}
            Some(group) => {
                let group = group.split('}').next().unwrap_or("");
                group.split(',').map(|item| first_word(item.trim())).collect::<Vec<_>>()
            }
            None => vec![first_word(rest)],
        })
        .collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn rooms_use_only_what_the_table_allows() {
    let table = documented();
    let source = root().join("src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (room, allowed) in &table {
        let mut files = Vec::new();
        rust_files(&source.join(room), &mut files);
        assert!(!files.is_empty(), "room `{room}` has no files");
        seen.insert(room.clone());
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for used in rooms_used(&text) {
                if used != *room && table.contains_key(&used) && !allowed.contains(&used) {
                    wrong.push(format!("{} uses `{used}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for entry in fs::read_dir(&source).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!(seen.contains(&name), "room `{name}` is not in the table of ARCHITECTURE.md");
        }
    }
}

#[test]
fn the_table_has_no_sideways_pair() {
    let table = documented();
    for (room, allowed) in &table {
        for other in allowed {
            assert!(!table[other].contains(room), "`{room}` and `{other}` use each other");
        }
    }
}

#[test]
fn only_the_command_line_prints() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    for file in files {
        let inside_cli = file.starts_with(root().join("src/cli"));
        let text = fs::read_to_string(&file).unwrap();
        let prints = ["println!", "print!(", "eprintln!", "io::stdout()", "io::stderr()"];
        let found = prints.iter().find(|word| text.contains(**word));
        assert!(inside_cli || found.is_none(), "{} uses {found:?}", file.display());
    }
}

#[test]
fn crates_depend_in_one_direction() {
    let manifest =
        |crate_| fs::read_to_string(root().join("..").join(crate_).join("Cargo.toml")).unwrap();
    for (crate_, forbidden) in [
        ("scenarios", ["mtls-reports", "mtls-harness"].as_slice()),
        ("reports", ["mtls-harness", "rustls"].as_slice()),
    ] {
        let text = manifest(crate_);
        for name in forbidden {
            let dependency = format!("\n{name}");
            assert!(!text.contains(&dependency), "{crate_} depends on {name}");
        }
    }
}
