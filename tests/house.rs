//! The house keeps its shape: sizes, the order of the rooms, no forgotten test, no leftovers.

use std::fs;
use std::path::{Path, PathBuf};

/// The files below a directory of the repository, by their path from its root.
fn files(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open = vec![root.join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap_or_default();
                files.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

fn rust_files(directory: &str) -> Vec<(PathBuf, String)> {
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    files(directory).into_iter().filter(|(path, _)| is_rust(path)).collect()
}

/// Source without its unit tests, which stand at the end of a file or in files of their own.
fn without_tests(directory: &str) -> impl Iterator<Item = (PathBuf, String)> {
    let is_test = |path: &Path| path.ends_with("tests.rs") || path.ends_with("testing.rs");
    rust_files(directory).into_iter().filter(move |(path, _)| !is_test(path)).map(|(path, text)| {
        let source = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
        (path, source)
    })
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<_> =
        rust_files("src").into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    let longest = lengths.last().unwrap();
    assert!(longest.0 <= 600, "{longest:?}");
    let median = &lengths[lengths.len() / 2];
    assert!(median.0 < 150, "half of the files have {} lines or more", median.0);
}

#[test]
fn a_room_uses_only_those_above_it() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let (list, modules) = lib.split_once("The rooms").unwrap().1.split_once("\n\n").unwrap();
    let rooms: Vec<&str> = list.split("[`").skip(1).filter_map(|rest| rest.split('`').next()).collect();
    for line in modules.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        assert!(rooms.contains(&line.trim_end_matches(';')), "{line} is missing in the list of rooms");
    }
    let place = |room: &str| rooms.iter().position(|known| *known == room);
    for (path, text) in without_tests("src") {
        let own = path.components().nth(1).unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let Some(own) = place(own) else { continue };
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for used in code.join("\n").split("crate::").skip(1) {
            // `crate::{a, b}` or `crate::a::…`.
            let names = used.strip_prefix('{').map_or(used, |list| list.split('}').next().unwrap());
            let count = if used.starts_with('{') { usize::MAX } else { 1 };
            for name in names.split(',').take(count) {
                let name = name.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                assert!(place(name).is_none_or(|place| place <= own), "{} uses {name}", path.display());
            }
        }
    }
}

#[test]
fn every_test_file_is_part_of_the_test_binary() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main.rs")).unwrap();
    for (path, text) in rust_files("tests") {
        let module = path.file_stem().unwrap().to_str().unwrap();
        if path.parent() == Some(Path::new("tests")) && module != "main" {
            assert!(main.contains(&format!("mod {module};")), "{module} is not declared in tests/main.rs");
            assert!(!text.trim().is_empty(), "tests/{module}.rs is empty");
        }
    }
}

#[test]
fn nothing_unfinished_is_left_in_the_source() {
    for (path, text) in rust_files("src") {
        for (number, line) in text.lines().enumerate() {
            // A mark is what a comment begins with; elsewhere it is a word that placeholders are made of.
            let comment =
                line.split_once("//").map_or("", |(_, comment)| comment.trim_start_matches(['/', '!', ' ']));
            let mut marks =
                ["TODO", "FIXME", "XXX", "HACK"].iter().filter(|mark| comment.starts_with(**mark));
            let mut stubs = ["todo!", "unimplemented!"].iter().filter(|stub| line.contains(**stub));
            let found = marks.next().or_else(|| stubs.next());
            assert!(found.is_none(), "{found:?} in {}:{}", path.display(), number + 1);
        }
    }
}

#[test]
fn no_file_knows_the_machine_of_a_developer() {
    let homes = ["/home/", "/Users/", "/root/", "C:\\Users\\"];
    // Names that belong to no real machine, for tests.
    let made_up = [
        "/home/u",
        "/home/alice",
        "/home/.config",
        "/home/.local",
        "/home/.vault-token",
        "*/home/",
        "/home/a/",
        "../home/",
        "out/root/",
    ];
    for directory in ["src", "tests", "benches", "fuzz/fuzz_targets", "schemas", "scripts"] {
        let here = Path::new("tests/house.rs");
        let fixtures = Path::new("tests/fixtures");
        for (path, text) in files(directory) {
            if path == here || path.starts_with(fixtures) {
                continue;
            }
            for (number, line) in text.lines().enumerate() {
                let rest = made_up.iter().fold(line.to_owned(), |line, name| line.replace(name, ""));
                let found = homes.iter().any(|home| rest.contains(home));
                assert!(!found, "{}:{} names a directory of a machine", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn release_builds_do_not_know_the_test_hooks() {
    // The hooks are read only under `cfg!(debug_assertions)`.
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
