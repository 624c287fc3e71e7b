//! AWS Secrets Manager as moto plays it, and what boto3 makes of it. One server for all tests of the process; each
//! test has a name of its own in it.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Sandbox;
use super::daemon::{self, Daemon};
use super::http;
use super::missing;

/// What moto takes for credentials: anything.
pub const VARIABLES: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_REGION", "eu-central-1")];

/// One call of boto3: operation and parameters are arguments, the answer is JSON.
const CALL: &str = "import boto3, json, sys
client = boto3.client('secretsmanager')
print(json.dumps(getattr(client, sys.argv[1])(**json.loads(sys.argv[2])), default=str))";

static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);

/// The server; `None`, and said, if this machine's Python has no moto.
pub fn server() -> Option<&'static Server> {
    if SERVER.is_none() {
        missing("moto (moto and boto3 of tests/requirements.txt)");
    }
    SERVER.as_ref()
}

/// A running server.
pub struct Server {
    port: u16,
    _daemon: Daemon,
    _directory: tempfile::TempDir,
    made: AtomicUsize,
}

impl Server {
    fn start() -> Option<Self> {
        let has = Command::new("python3").args(["-c", "import boto3, moto.server"]).output();
        if !has.is_ok_and(|output| output.status.success()) {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/moto_server.py");
        let port = daemon::free_port();
        let arguments = ["python3", script.to_str().unwrap(), &port.to_string()];
        let home = directory.path().to_str().unwrap();
        let daemon = Daemon::start(directory.path(), "log", &[("HOME", home)], &arguments);
        let server = Self { port, _daemon: daemon, _directory: directory, made: AtomicUsize::new(0) };
        daemon::wait_until("moto", daemon::STARTUP, || {
            http::request(server.port, "GET", "/moto-api/", &[], None)
                .is_ok_and(|answer| answer.status == 200)
        });
        Some(server)
    }

    /// The address for `AWS_ENDPOINT_URL`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A name that no other test uses.
    pub fn new_name(&self) -> String {
        format!("test-{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// The sandbox with credentials and the address.
    pub fn with(&self, sandbox: Sandbox) -> Sandbox {
        let sandbox = sandbox.with("AWS_ENDPOINT_URL", self.address());
        VARIABLES.iter().fold(sandbox, |sandbox, (name, value)| sandbox.with(name, *value))
    }

    /// Calls an operation of the API as another tool would, such as `CreateSecret`.
    pub fn call(&self, operation: &str, parameters: &Value) -> http::Answer {
        let target = format!("secretsmanager.{operation}");
        // moto tells services and regions apart by the scope of the signature, and does not check the signature.
        let signature = "AWS4-HMAC-SHA256 Credential=testing/20260301/eu-central-1/secretsmanager/aws4_request, \
                         SignedHeaders=host, Signature=00";
        let headers = [
            ("X-Amz-Target", target.as_str()),
            ("Authorization", signature),
            ("Content-Type", "application/x-amz-json-1.1"),
        ];
        http::request(self.port, "POST", "/", &headers, Some(&parameters.to_string())).unwrap()
    }

    /// What boto3 answers to a call such as `get_secret_value`.
    pub fn boto3(&self, operation: &str, parameters: &Value) -> Value {
        let output = Command::new("python3")
            .args(["-c", CALL, operation, &parameters.to_string()])
            .env("AWS_ENDPOINT_URL", self.address())
            .env("AWS_DEFAULT_REGION", "eu-central-1")
            .envs(VARIABLES)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{operation}: {error}"))
    }

    /// The text of a secret, as boto3 reads it.
    pub fn text(&self, name: &str) -> String {
        let answer = self.boto3("get_secret_value", &json!({"SecretId": name}));
        answer["SecretString"].as_str().unwrap().to_owned()
    }
}
