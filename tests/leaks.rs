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
    /// How it ends; `None` for any way but a bug.
    code: Option<i32>,
    /// Whether it is asked for values by name, so that stdout may have them.
    prints: bool,
}

/// A command that shows no value.
fn case(arguments: &'static str, code: impl Into<Option<i32>>) -> Case {
    Case { arguments, input: "", code: code.into(), prints: false }
}

impl Case {
    fn input(self, input: &'static str) -> Self {
        Self { input, ..self }
    }

    fn prints(self) -> Self {
        Self { prints: true, ..self }
    }

    /// Runs it in fresh copies of the sandbox, quietly and at the highest verbosity, and looks everywhere.
    fn check(&self, before: &Sandbox, canaries: &Canaries) {
        let holding = holders(before, canaries);
        for verbosity in ["", "-vv"] {
            let sandbox = before.copy().with("RUST_BACKTRACE", "full").with("RUST_LOG", "trace");
            let arguments = match self.arguments.split_once(" -- ") {
                Some((ours, command)) => format!("{ours} {verbosity} -- {command}"),
                None => format!("{} {verbosity}", self.arguments),
            };
            let run = traced(&sandbox, &arguments, self.input);
            let expected =
                self.code.map_or(run.code != Some(70) && run.code.is_some(), |code| run.code == Some(code));
            assert!(expected, "envward {arguments}: {:?}\n{}", run.code, run.stderr);
            let clean = |place: &str, bytes: &[u8]| {
                if let Some(found) = canaries.first_in(bytes) {
                    panic!("envward {arguments}: {found:?} in {place}:\n{}", String::from_utf8_lossy(bytes));
                }
            };
            clean("stderr", run.stderr.as_bytes());
            clean("the arguments or the environment of a child", &run.children);
            if !self.prints {
                clean("stdout", run.stdout.as_bytes());
            }
            for holder in holders(&sandbox, canaries) {
                assert!(holding.contains(&holder), "envward {arguments}: a value is in {holder}");
            }
        }
    }
}

/// Files of the sandbox that hold a canary, relative to it.
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
                found.push(path.strip_prefix(sandbox.directory_path()).unwrap().display().to_string());
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
    /// Every `execve` after our own: its arguments, and its environment unless that is meant to have values.
    children: Vec<u8>,
}

fn traced(sandbox: &Sandbox, arguments: &str, input: &str) -> Traced {
    let log = tempfile::NamedTempFile::new().unwrap();
    let injects = arguments.contains(" -- ");
    let environment = if injects { "signal=none" } else { "verbose=execve" };
    let shown = ["-f", "-s", "100000", "-e", "trace=execve", "-e", "signal=none", "-e", "abbrev=none"];
    let options = [&shown[..], &["-e", environment, "-o", log.path().to_str().unwrap()]].concat();
    let output =
        sandbox.strace(&options, &arguments.split_whitespace().collect::<Vec<_>>(), input.as_bytes());
    let executed = fs::read(log.path()).unwrap();
    let own = executed.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    Traced {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        children: if injects { Vec::new() } else { executed[own..].to_vec() },
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
    case("check .env --schema app.toml", 0).check(&project(), &canaries);
    for format in ["json", "sarif", "github", "gitlab", "junit"] {
        let arguments = format!("check .env --schema app.toml --format {format}");
        case(arguments.leak(), 0).check(&project(), &canaries);
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
            let malformed = project();
            malformed.write(".env", line.replace("{}", PASSWORD) + "\n");
            case(arguments.leak(), 1).check(&malformed, &canaries);
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
    case("generate --for DB_PASSWORD --schema app.toml", 0).prints().check(&project(), &canaries);
    case("generate bcrypt --cost 10", 0).input(PASSWORD).check(&project(), &canaries);
    case("generate argon2", 0).input(PASSWORD).check(&project(), &canaries);
    case("generate bcrypt", 2)
        .input("xK7vQ2mW9rT4bN8hZ3jF5gL6xK7vQ2mW9rT4bN8hZ3jF5gL6xK7vQ2mW9rT4bN8hZ3jF5gL6x")
        .check(&project(), &canaries);
}

/// A value of the sealed project.
const TOKEN: &str = "tQ5wE8rY2uI7oP3aS9dF4gH6";

/// A value that a command is given.
const NEW_TOKEN: &str = "zN1xB6vC4mL8kJ2hG7fD5sA3";

/// An identity that opens nothing.
const FOREIGN_IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

/// A project with a sealed file, and everything that must not be seen of it.
fn sealed() -> (Sandbox, Canaries) {
    let sandbox = Sandbox::git();
    sandbox.write("../app.toml", format!("{SCHEMA}\n[vars.JIRA_TOKEN]\n"));
    sandbox.write("../answers", format!("JIRA_TOKEN={TOKEN}\n"));
    for arguments in ["init --schema ../app.toml", "bootstrap --answers ../answers --no-input", "seal"] {
        let _ = sandbox.envward(arguments).success();
    }
    let password = sandbox.envward("get DB_PASSWORD").success().stdout;
    let identity = sandbox.envward("identity show --secret").success().stdout;
    let identity = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    // Every identity begins alike.
    let own = identity.strip_prefix("AGE-SECRET-KEY-1").unwrap();
    let foreign = FOREIGN_IDENTITY.strip_prefix("AGE-SECRET-KEY-1").unwrap();
    let canaries = Canaries::of(&[TOKEN, NEW_TOKEN, PASSWORD, password.trim_end(), own, foreign]);
    (sandbox, canaries)
}

#[test]
fn commands_on_a_sealed_project_show_values_only_where_they_are_asked_for() {
    if tool("strace").is_none() {
        return;
    }
    let (sandbox, canaries) = sealed();
    for case in [
        case("get JIRA_TOKEN", 0).prints(),
        case("unseal --stdout", 0).prints(),
        case("unseal --stdout --format json", 0).prints(),
        case("identity show --secret", 0).prints(),
        case("run -- env", 0).prints(),
        case("run -- true", 0),
        case("run -- /nonexistent", 2),
        case("run --only NOPE -- true", None),
        case("list", 0),
        case("list --format json", 0),
        case("verify", 0),
        case("verify --format json", 0),
        case("check", 0),
        case("check --format json", 0),
        case("diff", 0),
        case("diff --format json", 0),
        case("seal", 0),
        case("unseal", 0),
        case("bootstrap --no-input", 0),
        case("init", 2),
        case("identity show", 0),
        case("recipients list", 0),
        case("recipients add bob age1ujt0dm59l3dmmlr8z5y9u3s5scz96zdd8hs9fz27z07k9afy2g6s67purg", None),
        case("recipients remove alice", None),
        case("recipients remove nobody", None),
        case("get NOPE", 1),
        case("unset NOPE", 1),
        case("set NOPE", 1).input(NEW_TOKEN),
        case("set JIRA_TOKEN", 0).input(NEW_TOKEN),
        case("set LOG_LEVEL", None).input(NEW_TOKEN),
        case("set OTHER --new", 0).input(NEW_TOKEN),
        case("import /dev/stdin --yes --overwrite all", 0)
            .input(r#"{"JIRA_TOKEN": "zN1xB6vC4mL8kJ2hG7fD5sA3"}"#),
        case("import /dev/stdin --yes", 6).input(r#"{"JIRA_TOKEN": "zN1xB6vC4mL8kJ2hG7fD5sA3"}"#),
        case("import /dev/stdin --yes", 1).input(r#"{"LOG_LEVEL": "zN1xB6vC4mL8kJ2hG7fD5sA3", "X": ["y"]}"#),
        case("import /dev/stdin --yes", None).input(r#"{"JIRA_TOKEN": zN1xB6vC4mL8kJ2hG7fD5sA3"}"#),
        case("import /dev/stdin --yes", 4).input("JIRA_TOKEN=encrypted:zN1xB6vC4mL8kJ2hG7fD5sA3\n"),
        case("unset JIRA_TOKEN", 0),
        case("rename JIRA_TOKEN OTHER --new", 0),
    ] {
        case.check(&sandbox, &canaries);
    }
    for editor in ["true", "false", "/nonexistent"] {
        case("edit", None).check(&sandbox.copy().with("EDITOR", editor), &canaries);
    }
}

/// Everything that reads manifest, schema, env file and sealed file.
const READERS: &[(&str, &str)] = &[
    ("check", ""),
    ("seal", ""),
    ("unseal", ""),
    ("bootstrap --no-input", ""),
    ("run -- true", ""),
    ("get LOG_LEVEL", ""),
    ("set JIRA_TOKEN", NEW_TOKEN),
    ("list", ""),
    ("verify", ""),
    ("diff", ""),
];

/// Runs every reader in a project where something is wrong.
fn sweep(before: &Sandbox, canaries: &Canaries) {
    for (arguments, input) in READERS {
        case(arguments, None).input(input).check(before, canaries);
    }
}

#[test]
fn what_is_wrong_with_an_env_file_or_a_sealed_file_is_said_without_its_lines() {
    if tool("strace").is_none() {
        return;
    }
    let (sandbox, canaries) = sealed();
    let malformed = sandbox.copy();
    malformed.write(".env.production", format!("LOG_LEVEL=INFO\nJIRA_TOKEN {TOKEN}\n"));
    sweep(&malformed, &canaries);
    let changed = sandbox.copy();
    changed.write(".env.production", format!("LOG_LEVEL=DEBUG\nJIRA_TOKEN={NEW_TOKEN}\nOTHER={PASSWORD}\n"));
    sweep(&changed, &canaries);
    for line in [
        format!("JIRA_TOKEN={NEW_TOKEN}"),
        format!("JIRA_TOKEN {NEW_TOKEN}"),
        format!("JIRA_TOKEN=ENC[{NEW_TOKEN}]"),
    ] {
        let forged = sandbox.copy();
        let text = sandbox.read("secrets/production.enc.env");
        let lines = text.lines().map(|old| if old.starts_with("JIRA_TOKEN=") { line.as_str() } else { old });
        forged.write("secrets/production.enc.env", lines.collect::<Vec<_>>().join("\n") + "\n");
        sweep(&forged, &canaries);
    }
}

#[test]
fn what_is_wrong_with_a_manifest_a_schema_or_answers_is_said_without_its_text() {
    if tool("strace").is_none() {
        return;
    }
    let (sandbox, canaries) = sealed();
    let append = |file: &str, text: String| {
        let broken = sandbox.copy();
        broken.write(file, broken.read(file) + &text);
        sweep(&broken, &canaries);
    };
    append("envward.toml", format!("bob = \"{FOREIGN_IDENTITY}\"\n"));
    append("envward.toml", format!("bob = \"{NEW_TOKEN}\n"));
    append("schemas/app.toml", format!("rotate = \"{NEW_TOKEN}\"\n"));
    append("schemas/app.toml", format!("default = \"{NEW_TOKEN}\n"));
    for answers in ["JIRA_TOKEN {}", "JIRA_TOKEN=\"{}", "LOG_LEVEL={}", "NOPE={}", "{}"] {
        let unanswered = sandbox.copy();
        unanswered.write("../answers", answers.replace("{}", NEW_TOKEN) + "\n");
        fs::remove_file(unanswered.project().join(".env.production")).unwrap();
        case("bootstrap --answers ../answers --no-input", None).check(&unanswered, &canaries);
    }
}

#[test]
fn an_identity_is_shown_to_nobody_and_reaches_no_child() {
    if tool("strace").is_none() {
        return;
    }
    let (sandbox, canaries) = sealed();
    let own = sandbox.envward("identity show --secret").success().stdout;
    let keys = sandbox.copy();
    fs::remove_dir_all(keys.home().join(".config")).unwrap();
    let broken_file = format!("# a key\n{}\n", &FOREIGN_IDENTITY[..60]);
    keys.write("../broken.txt", broken_file);
    let key_file = format!("# created: 2026-03-01T12:00:00Z\n{own}");
    let _ = keys.copy().with("ENVWARD_IDENTITY", key_file.as_str()).envward("get JIRA_TOKEN").success();
    for identity in [own.trim_end(), &key_file, FOREIGN_IDENTITY, &FOREIGN_IDENTITY[..50], "../broken.txt"] {
        sweep(&keys.copy().with("ENVWARD_IDENTITY", identity), &canaries);
    }
    let child = keys.with("ENVWARD_IDENTITY", own.trim_end()).with("SOPS_AGE_KEY", own.trim_end());
    let environment = child.envward("run -- env").success().stdout;
    assert!(environment.contains(TOKEN) && !environment.contains("AGE-SECRET-KEY"), "{environment}");
}

#[test]
fn the_command_of_run_has_the_limits_it_would_have_without_us() {
    let (sandbox, _) = sealed();
    let limits = "ulimit -c; ulimit -n";
    let run = sandbox.envward_with_input(&["run", "--", "sh", "-c", limits], b"").success();
    assert_eq!(run.stdout, sandbox.shell(limits));
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
        "set JIRA_TOKEN {}",
        "set JIRA_TOKEN={} x",
        "set JIRA_TOKEN --{}",
        "set JIRA_TOKEN --token={}",
        "set JIRA_TOKEN -{}",
        "--{} list",
        "get A {}",
        "set A={}",
        "get A={}",
        "unset A={}",
        "rename A={} B",
        "rename A B={}",
        "recipients remove a={}",
        "generate --for A={}",
        "run --only A={} -- true",
        "run --except A={} -- true",
        "run --allow-name A={} -- true",
        "seal --reveal A={}",
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
    let options = ["-o", "/dev/null", "-e", "inject=getrandom:error=EIO"];
    let output = sandbox.strace(&options, &["generate", "rsa"], b"");
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
