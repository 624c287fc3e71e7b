//! A sandbox: an empty directory, a home of its own, a cleared environment, a fixed clock, seeded randomness.

pub mod aws_server;
pub mod browser;
pub mod daemon;
pub mod fault_server;
pub mod http;
pub mod moto;
pub mod openbao;
pub mod postgres;
pub mod redis;
pub mod sealed;
pub mod shop;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What time it is in every test: 2026-03-01, noon, UTC.
pub const NOW: &str = "2026-03-01T12:00:00Z";

/// One test's world. Removed when dropped.
pub struct Sandbox {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty project directory, not yet a git repository, without an OS keyring.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("home")).unwrap();
        fs::create_dir_all(directory.path().join("project")).unwrap();
        let home = directory.path().join("home").display().to_string();
        Self { directory, variables: Vec::new() }
            .with("HOME", home)
            .with("PATH", std::env::var("PATH").unwrap())
            .with("ENVWARD_KEYRING", "off")
            .with("ENVWARD_TEST_ONLY_NOW", NOW)
            .with("ENVWARD_TEST_ONLY_SEED", "1")
    }

    /// The same, as an empty git repository.
    pub fn git() -> Self {
        let sandbox = Self::new();
        sandbox.shell(
            "git init -q -b main . && git config user.name Alice && git config user.email a@example.com",
        );
        sandbox
    }

    /// Another sandbox with the same files and variables.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        fs::remove_dir_all(copy.directory.path()).unwrap();
        let copied =
            Command::new("cp").arg("-a").args([self.directory_path(), copy.directory_path()]).status();
        assert!(copied.unwrap().success());
        let own = ["HOME"];
        let variables = self.variables.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        variables.fold(copy, |copy, (name, value)| copy.with(name, value.as_str()))
    }

    /// Sets an environment variable for every command of this sandbox.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The same for the commands from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
    }

    /// The environment of every command of this sandbox.
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// The project directory.
    pub fn project(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    /// The home directory.
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    /// Everything a command could write to: project, home and what lies beside them.
    pub fn directory_path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file of the project with mode 0600.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.project().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A file of the project as text.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Whether the project has that file.
    pub fn has(&self, path: &str) -> bool {
        self.project().join(path).exists()
    }

    /// Runs a shell script in the project; panics if it fails. Returns its stdout.
    pub fn shell(&self, script: &str) -> String {
        let output = self.command("sh").args(["-c", script]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs envward with these arguments, split at blanks.
    #[must_use]
    pub fn envward(&self, arguments: &str) -> Run {
        self.envward_with_input(&arguments.split_whitespace().collect::<Vec<_>>(), b"")
    }

    /// Runs envward with these arguments and this standard input.
    #[must_use]
    pub fn envward_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let output = fed(self.command(env!("CARGO_BIN_EXE_envward")).args(arguments), input);
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            arguments: arguments.join(" "),
        }
    }

    /// Runs envward under strace, which the test has made sure is there.
    pub fn strace(&self, options: &[&str], arguments: &[&str], input: &[u8]) -> Output {
        let program = env!("CARGO_BIN_EXE_envward");
        fed(self.command("strace").args(options).arg(program).args(arguments), input)
    }

    /// Whether the machine's Python has that module; missing ones are treated as in [`tool`].
    pub fn has_python_module(&self, name: &str) -> bool {
        let imports = |python| self.command(python).args(["-c", &format!("import {name}")]).output();
        let found = imports("python3").is_ok_and(|output| output.status.success());
        found || missing(&format!("Python's {name}"))
    }

    /// Any program in this sandbox, not yet started.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.project()).env_clear().envs(self.variables.iter().cloned());
        command
    }
}

/// Runs a command with this standard input.
pub fn fed(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that ends or is killed before it reads closes the pipe: not this test's business.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// How a run of envward ended.
pub struct Run {
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    arguments: String,
}

impl Run {
    /// The exit code must be this one. Returns the run for more.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(
            self.code,
            Some(expected),
            "envward {}\n--- stdout\n{}\n--- stderr\n{}",
            self.arguments,
            self.stdout,
            self.stderr
        );
        self
    }

    /// It must have ended with 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// stdout, whole.
    #[track_caller]
    pub fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.stdout, expected, "stdout of envward {}", self.arguments);
        self
    }

    /// stderr, whole.
    #[track_caller]
    pub fn stderr(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "stderr of envward {}", self.arguments);
        self
    }

    /// stderr must hold this text.
    #[track_caller]
    pub fn stderr_has(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "stderr of envward {}:\n{}", self.arguments, self.stderr);
        self
    }

    /// stdout must hold this text.
    #[track_caller]
    pub fn stdout_has(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "stdout of envward {}:\n{}", self.arguments, self.stdout);
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error} in stdout of envward {}: {}", self.arguments, self.stdout)
        })
    }
}

/// Runs a command on a terminal: waits for each first text and types the second.
pub fn on_a_terminal(sandbox: &Sandbox, steps: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/terminal.py");
    let steps = serde_json::to_string(steps).unwrap();
    let mut command = sandbox.command("python3");
    command.env("NO_COLOR", "1").args([script, &steps, env!("CARGO_BIN_EXE_envward")]).args(arguments);
    let output = command.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), shown)
}

/// The user of that name, if this process is root: some servers refuse to run as root.
pub fn sole_user(name: &'static str) -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some(name)
}

/// The path of a program that a test needs and the machine may lack.
pub fn tool(name: &str) -> Option<String> {
    let found = program(name);
    if found.is_none() {
        missing(name);
    }
    found
}

/// The path of a program that a test uses where it is there; it shows more, and nothing is missed without it.
pub fn program(name: &str) -> Option<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|directory| directory.join(name));
    files.find(|file| file.is_file()).map(|file| file.display().to_string())
}

/// Says by name what a test skips; under `CI` the test fails instead. Always false.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn missing(name: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{name} is missing, and CI must not skip its tests");
    eprintln!("skipped: {name} is missing");
    false
}
