//! The house keeps its shape: sizes, no forgotten test, no leftovers.

use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(directory: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn no_source_file_has_over_600_lines() {
    let long: Vec<_> = rust_files("src")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_test_file_is_part_of_the_test_binary() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main.rs")).unwrap();
    for (path, text) in rust_files("tests") {
        let relative =
            path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).unwrap().to_owned();
        let depth = relative.components().count();
        let module = relative.file_stem().unwrap().to_str().unwrap();
        if depth == 1 && module != "main" {
            assert!(main.contains(&format!("mod {module};")), "{module} is not declared in tests/main.rs");
            assert!(!text.trim().is_empty(), "tests/{module}.rs is empty");
        }
    }
}

#[test]
fn nothing_unfinished_is_left_in_the_source() {
    for (path, text) in rust_files("src") {
        for word in ["todo!", "unimplemented!", "FIXME", "XXX"] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}

#[test]
fn release_builds_do_not_know_the_test_hooks() {
    // The two hooks are read only under `cfg!(debug_assertions)`.
    for (path, text) in rust_files("src") {
        for (number, line) in text.lines().enumerate() {
            if line.contains("env_vars::TEST_ONLY") && !line.trim_start().starts_with("//") {
                let before: Vec<&str> = text.lines().take(number).collect();
                let guarded = before.iter().rev().take(3).any(|line| line.contains("cfg!(debug_assertions)"));
                assert!(guarded, "{}:{} reads a test hook in release builds", path.display(), number + 1);
            }
        }
    }
}
