//! A KV engine for one test.

use serde_json::{Value, json};

use super::{ROOT, Server};
use crate::support::daemon;

/// A KV engine with a token that may do everything below it and nothing else.
pub struct Mount<'a> {
    /// The server it is on.
    pub server: &'a Server,
    /// Where it is mounted.
    pub name: String,
    /// The token.
    pub token: String,
}

impl<'a> Mount<'a> {
    pub(super) fn new(server: &'a Server, version: u8) -> Self {
        let name = server.new_name("kv");
        let body = json!({"type": "kv", "options": {"version": version.to_string()}});
        server.request(ROOT, "POST", &format!("sys/mounts/{name}"), Some(body)).success();
        let all = r#"["create", "read", "update", "patch", "delete", "list", "scan"]"#;
        let policy = server.policy(&format!("path \"{name}/*\" {{ capabilities = {all} }}"));
        let mount = Self { server, token: server.token(&policy), name };
        // A new engine of version 2 first upgrades itself, and refuses everything meanwhile.
        daemon::wait_until("the KV engine", daemon::STARTUP, || {
            let path = if version == 2 { "metadata/none" } else { "none" };
            server.request(ROOT, "GET", &mount.path(path), None).status == 404
        });
        mount
    }

    /// The API's path of something below the mount.
    pub fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.name)
    }

    /// A request below the mount that has to succeed. Returns the answer's body.
    #[track_caller]
    pub fn request(&self, method: &str, below: &str, body: Option<Value>) -> Value {
        self.server.request(&self.token, method, &self.path(below), body).success()
    }

    /// What `bao kv get` shows at a path: the JSON of its `data`.
    #[track_caller]
    pub fn bao_kv_get(&self, path: &str) -> Value {
        let mount = format!("-mount={}", self.name);
        let output = self.server.bao(&self.token, &["kv", "get", "-format=json", &mount, path]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["data"].take()
    }
}
