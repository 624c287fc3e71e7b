//! A value is never shown by accident: every command, every class of error, every verbosity.
//!
//! Each case runs under strace, so that the arguments of every process it starts are seen too, however short
//! they live. What is searched for are canaries: values, and keys, in every form that a program might make of
//! them.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

use crate::support::{Sandbox, missing, tool};

/// The password of the project's database.
const PASSWORD: &str = "xK7vQ2mW9rT4bN8hZ3jF5gL6";

/// Eight bytes in a row of a secret, in any form, are a leak.
const WINDOW: usize = 8;

/// What must not be seen: every run of [`WINDOW`] bytes of a secret in each of its forms.
struct Canaries(HashSet<Vec<u8>>);

impl Canaries {
    fn of(secrets: &[&str]) -> Self {
        let forms = secrets.iter().flat_map(|secret| forms(secret));
        Self(forms.flat_map(|form| form.windows(WINDOW).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect())
    }

    fn first_in(&self, bytes: &[u8]) -> Option<String> {
        let found = bytes.windows(WINDOW).find(|window| self.0.contains(*window));
        found.map(|window| String::from_utf8_lossy(window).into_owned())
    }
}

/// The secret as it is, backwards, and in the encodings that programs write.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![bytes.to_vec(), bytes.iter().rev().copied().collect()];
    for encoding in [HEXLOWER, HEXUPPER] {
        forms.push(encoding.encode(bytes).into_bytes());
    }
    // Encoded as part of a longer text, the secret may begin at any of three places; the ends depend on what
    // stands beside it.
    for encoding in [BASE64, BASE64URL] {
        for skipped in 0..3 {
            let encoded = encoding.encode(&bytes[skipped..]);
            forms.push(encoded.trim_end_matches('=').as_bytes()[..encoded.len() - 4].to_vec());
        }
    }
    forms.push(url::form_urlencoded::byte_serialize(bytes).collect::<String>().into_bytes());
    forms
}

/// One command in one situation.
struct Case {
    arguments: &'static str,
    input: &'static str,
    code: i32,
    /// Whether it is asked for values by name, so that stdout may have them.
    prints: bool,
    /// Files of the project that are meant to hold values, besides those that held some before.
    keeps: &'static [&'static str],
}

/// A command that neither prints nor writes a value.
fn case(arguments: &'static str, code: i32) -> Case {
    Case { arguments, input: "", code, prints: false, keeps: &[] }
}

impl Case {
    fn input(self, input: &'static str) -> Self {
        Self { input, ..self }
    }

    fn prints(self) -> Self {
        Self { prints: true, ..self }
    }

    /// Runs it in fresh copies of the sandbox that `prepare` makes, at each verbosity, and looks everywhere.
    fn check(&self, prepare: impl Fn() -> Sandbox, canaries: &Canaries) {
        for verbosity in ["", "-vv"] {
            let sandbox = prepare().with("RUST_BACKTRACE", "full").with("RUST_LOG", "trace");
            let before = holders(&sandbox, canaries);
            let arguments = format!("{} {verbosity}", self.arguments);
            let run = traced(&sandbox, arguments.trim(), self.input);
            assert_eq!(run.code, Some(self.code), "envward {arguments}\n{}", run.stderr);
            let clean = |place: &str, bytes: &[u8]| {
                if let Some(found) = canaries.first_in(bytes) {
                    panic!("envward {arguments}: {found:?} in {place}:\n{}", String::from_utf8_lossy(bytes));
                }
            };
            clean("stderr", run.stderr.as_bytes());
            clean("the arguments of a process", &run.arguments);
            if !self.prints {
                clean("stdout", run.stdout.as_bytes());
            }
            for holder in holders(&sandbox, canaries) {
                let meant = before.contains(&holder) || self.keeps.contains(&holder.as_str());
                assert!(meant, "envward {arguments}: a value is in {holder}");
            }
        }
    }
}

/// Files of the sandbox that hold a canary, relative to it (`project/…` without the first part).
fn holders(sandbox: &Sandbox, canaries: &Canaries) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = vec![sandbox.directory_path().to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() && canaries.first_in(&fs::read(&path).unwrap()).is_some() {
                let shown = path.strip_prefix(sandbox.project()).unwrap_or(&path);
                found.push(shown.display().to_string());
            }
        }
    }
    found
}

/// What a traced run showed.
struct Traced {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// Every `execve` of the process tree with its arguments.
    arguments: Vec<u8>,
}

fn traced(sandbox: &Sandbox, arguments: &str, input: &str) -> Traced {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("execve");
    let mut child = sandbox
        .command("strace")
        .args(["-f", "-s", "100000", "-e", "trace=execve", "-e", "signal=none", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_envward"))
        .args(arguments.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends without reading closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Traced {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        arguments: fs::read(&log).unwrap(),
    }
}

const SCHEMA: &str = r#"
[schema]
name = "app"

[vars.DB_PASSWORD]
min_length = 20
generate = { kind = "alphanumeric", length = 24 }

[vars.DATABASE_URL]
type = "postgres-url"
template = "postgresql://app:${DB_PASSWORD|url}@db:5432/app"

[vars.LOG_LEVEL]
type = "enum"
values = ["DEBUG", "INFO"]
secret = false
default = "INFO"
"#;

/// A project with an env file, not sealed.
fn project() -> Sandbox {
    let sandbox = Sandbox::git();
    sandbox.write("app.toml", SCHEMA);
    sandbox.write(".gitignore", ".env\n.env.*\n.envward/\n");
    let url = format!("postgresql://app:{PASSWORD}@db:5432/app");
    sandbox.write(".env", format!("DB_PASSWORD={PASSWORD}\nDATABASE_URL={url}\nLOG_LEVEL=INFO\n"));
    sandbox
}

#[test]
fn the_search_finds_every_form_of_a_value() {
    let canaries = Canaries::of(&[PASSWORD]);
    let url = format!("postgresql://app:{PASSWORD}@db");
    for form in [
        format!("DB_PASSWORD={PASSWORD}"),
        PASSWORD[7..16].to_owned(),
        PASSWORD.chars().rev().collect(),
        BASE64.encode(url.as_bytes()),
        BASE64.encode(&url.as_bytes()[1..]),
        BASE64.encode(&url.as_bytes()[2..]),
        HEXLOWER.encode(PASSWORD.as_bytes()),
    ] {
        assert!(canaries.first_in(form.as_bytes()).is_some(), "{form}");
    }
    assert_eq!(canaries.first_in(SCHEMA.as_bytes()), None);
}

#[test]
fn check_shows_no_value_whatever_is_wrong_with_it() {
    if tool("strace").is_none() {
        return;
    }
    let canaries = Canaries::of(&[PASSWORD]);
    case("check .env --schema app.toml", 0).check(project, &canaries);
    for format in ["json", "sarif", "github", "gitlab", "junit"] {
        let arguments = format!("check .env --schema app.toml --format {format}");
        case(arguments.leak(), 0).check(project, &canaries);
    }
    let lines = [
        "DB_PASSWORD {}",
        "DB_PASSWORD=\"{}",
        "DB_PASSWORD='{}",
        "DB_PASSWORD=\"{}\\q\"",
        "DB_PASSWORD=\"{}\" x",
        "DB_PASSWORD = {}",
        "{}",
        "DB_PASSWORD={}\nDB_PASSWORD={}",
        "DB_PASSWORD={}\u{1b}[2J",
        "DB_PASSWORD={}\0",
        "LOG_LEVEL={}",
        "DATABASE_URL={}",
        "DATABASE_URL=mysql://app:{}@db/app",
        "DATABASE_URL=postgresql://app:{}@db:99999/app",
        "UNKNOWN={}",
        "DB_PASSWORD={}\nDB_PASSWROD={}",
    ];
    for line in lines {
        for format in ["human", "json"] {
            let arguments = format!("check .env --schema app.toml --format {format}");
            let malformed = || {
                let sandbox = project();
                sandbox.write(".env", line.replace("{}", PASSWORD) + "\n");
                sandbox
            };
            case(arguments.leak(), 1).check(malformed, &canaries);
        }
    }
}

#[test]
fn generate_shows_the_value_on_stdout_only() {
    if tool("strace").is_none() {
        return;
    }
    let seeded = project();
    let made = seeded.envward("generate --for DB_PASSWORD --schema app.toml").success().stdout;
    let canaries = Canaries::of(&[PASSWORD, made.trim_end()]);
    case("generate --for DB_PASSWORD --schema app.toml", 0).prints().check(project, &canaries);
    case("generate bcrypt --cost 10", 0).input(PASSWORD).check(project, &canaries);
    case("generate argon2", 0).input(PASSWORD).check(project, &canaries);
    case("generate bcrypt", 2)
        .input("xK7vQ2mW9rT4bN8hZ3jF5gL6xK7vQ2mW9rT4bN8hZ3jF5gL6xK7vQ2mW9rT4bN8hZ3jF5gL6x")
        .check(project, &canaries);
}

#[test]
fn a_value_that_was_given_as_an_argument_is_not_repeated() {
    let canaries = Canaries::of(&[PASSWORD]);
    for arguments in [
        "generate bcrypt {}",
        "generate hex --bytes {}",
        "generate {}",
        "{}",
        "check --color {}",
        "--format {}",
        "generate hex --bytes={}",
        "check --strict={}",
        "generate api-key --prefix {}/",
        "generate password --symbols {}",
        "generate tls --names {}_{}",
        "generate uuid {}",
    ] {
        let run = project().envward(&arguments.replace("{}", PASSWORD)).code(2).stdout("");
        assert_eq!(canaries.first_in(run.stderr.as_bytes()), None, "{arguments}: {}", run.stderr);
    }
}

#[test]
fn a_panic_says_where_and_never_what() {
    if tool("strace").is_none() {
        return;
    }
    // RSA draws through an interface that cannot fail, so a failing generator panics there.
    let sandbox = Sandbox::new().with("ENVWARD_TEST_ONLY_SEED", "").with("RUST_BACKTRACE", "full");
    let output = sandbox
        .command("strace")
        .args(["-o", "/dev/null", "-e", "inject=getrandom:error=EIO"])
        .arg(env!("CARGO_BIN_EXE_envward"))
        .args(["generate", "rsa"])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70));
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{stderr}");
    assert!(lines[0].starts_with("envward: this is a bug, at src/generate/os_rng.rs:"), "{stderr}");
    assert!(lines[1].starts_with("help: please report this line and the command at https://"), "{stderr}");
}

#[test]
fn a_crash_leaves_no_core_file() {
    let dumps = |command: &mut std::process::Command| command.status().unwrap().core_dumped();
    let sandbox = Sandbox::new();
    if !dumps(sandbox.command("sh").args(["-c", "ulimit -c unlimited; kill -SEGV $$"])) {
        missing("a system that writes core files");
        return;
    }
    let mut child = sandbox
        .command("sh")
        .args(["-c", "ulimit -c unlimited; exec \"$0\" generate bcrypt", env!("CARGO_BIN_EXE_envward")])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // More than a pipe holds: when this returns, the process has read the beginning.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(PASSWORD.repeat(4000).as_bytes()).unwrap();
    let process = rustix::process::Pid::from_child(&child);
    // Not SEGV, which Rust's own handler takes the first time.
    rustix::process::kill_process(process, rustix::process::Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
    assert_eq!(holders(&sandbox, &Canaries::of(&[PASSWORD])), Vec::<String>::new());
}
