//! Three servers with replicated storage on the loopback interface.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{program, send};
use crate::support::daemon::{self, Daemon};

/// How long the nodes may take until each of them has a vote: 12 s on an idle machine.
const JOINING: Duration = Duration::from_mins(3);

/// A cluster of three nodes, of which the first leads. All are killed when it is dropped.
pub struct Cluster {
    /// The token that may do everything.
    pub root: String,
    nodes: Vec<Node>,
    _directory: tempfile::TempDir,
}

struct Node {
    port: u16,
    daemon: Daemon,
}

impl Cluster {
    /// Starts one with a KV engine of version 2 at `secret`; `None`, and said, where there is no OpenBao.
    pub fn start() -> Option<Self> {
        let program = program()?.to_str().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let leader = Node::start(program, directory.path(), 0, None);
        let init = json!({"secret_shares": 1, "secret_threshold": 1});
        let init = leader.send("", "PUT", "sys/init", Some(init));
        let (key, root) = (init["keys"][0].clone(), init["root_token"].as_str().unwrap().to_owned());
        leader.unseal(&key, "sys/health");
        let stabilization = json!({"server_stabilization_time": "1s"});
        leader.send(&root, "POST", "sys/storage/raft/autopilot/configuration", Some(stabilization));
        // A standby that joins while an engine becomes versioned refuses requests for a while.
        let engine = json!({"type": "kv", "options": {"version": "2"}});
        leader.send(&root, "POST", "sys/mounts/secret", Some(engine));
        let mut nodes = vec![leader];
        for number in [1, 2] {
            let node = Node::start(program, directory.path(), number, Some(nodes[0].port));
            daemon::wait_until("joining the cluster", JOINING, || {
                node.try_send("", "GET", "sys/seal-status")
                    .is_some_and(|status| status["initialized"] == true)
            });
            node.unseal(&key, "sys/health?standbyok=true");
            nodes.push(node);
        }
        daemon::wait_until("three votes", JOINING, || {
            let Some(reply) = nodes[0].try_send(&root, "GET", "sys/storage/raft/configuration") else {
                return false;
            };
            let servers = reply["data"]["config"]["servers"].as_array().cloned().unwrap_or_default();
            servers.len() == 3 && servers.iter().all(|server| server["voter"] == true)
        });
        Some(Self { root, nodes, _directory: directory })
    }

    /// The address of a node for `VAULT_ADDR`; node 0 leads until it is killed.
    pub fn address(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", self.nodes[node].port)
    }

    /// A request to a node that has to succeed. Returns the answer's body.
    #[track_caller]
    pub fn request(&self, node: usize, method: &str, path: &str, body: Option<Value>) -> Value {
        self.nodes[node].send(&self.root, method, path, body)
    }

    /// Kills a node, as a machine dies that loses its power.
    pub fn kill(&self, node: usize) {
        self.nodes[node].daemon.signal("KILL");
    }
}

impl Node {
    fn start(program: &str, directory: &Path, number: usize, leader: Option<u16>) -> Self {
        let (port, cluster_port) = (daemon::free_port(), daemon::free_port());
        let directory = directory.join(format!("node-{number}"));
        std::fs::create_dir_all(directory.join("data")).unwrap();
        let join = leader.map_or_else(String::new, |port| {
            format!("retry_join {{ leader_api_addr = \"http://127.0.0.1:{port}\" }}")
        });
        let config = format!(
            r#"api_addr = "http://127.0.0.1:{port}"
cluster_addr = "http://127.0.0.1:{cluster_port}"
listener "tcp" {{
  address = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_disable = true
}}
storage "raft" {{
  path = "data"
  node_id = "node-{number}"
  performance_multiplier = 1
  autopilot_reconcile_interval = "1s"
  autopilot_update_interval = "500ms"
  {join}
}}
"#
        );
        std::fs::write(directory.join("config.hcl"), config).unwrap();
        let home = directory.to_str().unwrap();
        let command = [program, "server", "-config=config.hcl"];
        let daemon = Daemon::start(&directory, "log", &[("HOME", home)], &command);
        let node = Self { port, daemon };
        daemon::wait_until("OpenBao", daemon::STARTUP, || {
            node.try_send("", "GET", "sys/seal-status").is_some()
        });
        node
    }

    /// Unseals it, and waits until it is well by this path of the API.
    fn unseal(&self, key: &Value, health: &str) {
        self.send("", "PUT", "sys/unseal", Some(json!({ "key": key })));
        daemon::wait_until("unsealing", JOINING, || self.try_send("", "GET", health).is_some());
    }

    #[track_caller]
    fn send(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = send(self.port, token, method, path, body.map(|body| body.to_string()).as_deref());
        answer.unwrap().success()
    }

    fn try_send(&self, token: &str, method: &str, path: &str) -> Option<Value> {
        let answer = send(self.port, token, method, path, None).ok()?;
        (answer.status == 200).then_some(answer.body)
    }
}
