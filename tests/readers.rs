//! The models of other programs' readers against the programs themselves, on files that nobody wrote: pieces that
//! are hard on a parser, in random order. What was recorded is compared in `src/dotenv/readers/recorded.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use envward::dotenv::readers::{self, Environment};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::support::{missing, tool};

const FILES: usize = 600;

const NAMES: &[&str] = &["A", "B", "C", "DB_X", "a", "A1", "_x", "HOME", "A.B", "A-B", "export", "é"];
const SEPARATORS: &[&str] = &["=", "=", "=", "=", "=", "= ", " = ", " =", "=\t", ": ", ":"];
const PREFIXES: &[&str] = &["", "", "", "", "", " ", "\t", "export ", "export\t", "export  "];
const QUOTES: &[&str] = &["", "", "", "\"", "\"", "'", "'", "`", "\"\"\""];
const TAILS: &[&str] =
    &["", "", "", "", " ", "\t", " # c", "# c", " ; c", " # it's", " # \"q\"", " x", "\"", "'"];
const LINE_ENDS: &[&str] = &["\n", "\n", "\n", "\n", "\r\n", "\r"];

const PIECES: &[&str] = &[
    "a",
    "x y",
    "1",
    "#",
    " # c",
    " ",
    "\t",
    "'",
    "\"",
    "`",
    "\\",
    "\\n",
    "\\r",
    "\\t",
    "\\\"",
    "\\'",
    "\\$",
    "\\\\",
    "\\x41",
    "$",
    "$A",
    "$B",
    "${A}",
    "${B:-d}",
    "${NO:-d e}",
    "${NO}",
    "$NO",
    "${HOME}",
    "$HOME/x",
    "${A",
    "}",
    "{",
    "${}",
    "$1",
    "$$",
    "$&",
    "$'",
    "${NO:+x}",
    "${A-b}",
    "${NO:=e}",
    "${B:-${A}}",
    "$()",
    "$(",
    "(",
    ")",
    "&",
    ";",
    "<",
    "=",
    ":",
    "~",
    "%",
    "é",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "日",
    "\u{b}",
    "\u{c}",
    "\n",
    "\r\n",
    "null",
    "$2b$12$abc",
    "\"x\"",
    "'y'",
    "don't",
    "\u{feff}",
];

const OTHER_LINES: &[&str] = &[
    "junk",
    "junk line",
    "# comment",
    "# don't",
    "  # indented",
    "; semicolon",
    "<<<<<<< HEAD",
    "=======",
    "=value",
    "export",
    "export A",
    "export A B",
    "A",
    "A ",
    "- A=1",
    "set A=1",
    "\"A\"=1",
    "'B'=2",
    "",
    "\t",
    "A:",
    "[s]",
    "#A=\"x",
    "# x = y \\",
    "${A}=1",
    "A+=b",
    "export=1",
];

fn line(rng: &mut StdRng) -> String {
    let mut pick = |from: &[&'static str]| *from.choose(rng).unwrap();
    let (prefix, name, separator) = (pick(PREFIXES), pick(NAMES), pick(SEPARATORS));
    let (quote, tail) = (pick(QUOTES), pick(TAILS));
    let other = pick(OTHER_LINES);
    if rng.random_ratio(1, 6) {
        return other.to_owned();
    }
    let value: String = (0..rng.random_range(0..5)).map(|_| *PIECES.choose(rng).unwrap()).collect();
    // Now and then a quote is not closed.
    let closing = if rng.random_ratio(1, 10) { "" } else { quote };
    [prefix, name, separator, quote, &value, closing, tail].concat()
}

fn files() -> Vec<String> {
    let rng = &mut StdRng::seed_from_u64(20_231_117);
    let file = |_| {
        let line_end = *LINE_ENDS.choose(rng).unwrap();
        let byte_order_mark = if rng.random_ratio(1, 30) { "\u{feff}" } else { "" };
        let lines: Vec<_> = (0..rng.random_range(1..6)).map(|_| line(rng)).collect();
        let last = if rng.random_ratio(1, 10) { "" } else { line_end };
        format!("{byte_order_mark}{}{last}", lines.join(line_end))
    };
    (0..FILES).map(file).collect()
}

type Reading = Option<BTreeMap<String, String>>;

fn environment() -> Environment {
    let pairs = [("HOME", "/home/u"), ("OUTER", "outer"), ("PATH", "/usr/bin:/bin")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Hands the files to a script, and compares what it says with the models of these readers.
fn compare(program: &str, script: &str, package: &str, ids: &[&str]) {
    let Some(program) = tool(program) else { return };
    let files = files();
    let input = files.iter().map(hex::encode).collect::<Vec<_>>().join("\n");
    let mut child = Command::new(program)
        .arg(format!("{}/tests/interop/{script}", env!("CARGO_MANIFEST_DIR")))
        .env_clear()
        .envs(environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    if output.status.code() == Some(3) {
        missing(package);
        return;
    }
    assert!(output.status.success() && written.is_ok(), "{script} failed");
    let results: Vec<BTreeMap<String, Reading>> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(results.len(), files.len());
    let mut read = BTreeSet::new();
    for (file, result) in files.iter().zip(results) {
        assert!(result.keys().eq(ids), "{script}: {:?}", result.keys());
        for (id, expected) in result {
            let reader = readers::by_id(&id).unwrap();
            let modelled: Reading = reader.read(file.as_bytes(), &environment()).ok().map(|values| {
                values.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect()
            });
            assert_eq!(modelled, expected, "{id}: {file:?}");
            read.extend(expected.filter(|values| !values.is_empty()).map(|_| id));
        }
    }
    assert!(read.iter().eq(ids), "a reader read no file at all: {read:?}");
}

#[test]
fn models_read_what_libraries_of_python_read() {
    let ids = ["django-environ", "environs", "honcho", "python-decouple", "python-dotenv", "starlette"];
    compare("python3", "read_env_files.py", "packages of tests/requirements.txt", &ids);
}

#[test]
fn models_read_what_libraries_of_php_read() {
    compare(
        "php",
        "read_env_files.php",
        "php-symfony-dotenv, php-vlucas-phpdotenv",
        &["phpdotenv", "symfony"],
    );
}

#[test]
fn the_model_reads_what_foreman_reads() {
    compare("ruby", "read_env_files.rb", "ruby-foreman", &["foreman"]);
}
