//! A real Redis server with users in an ACL file. One for all tests of the process; each test has a user of its own.

use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::daemon::{self, Daemon};
use super::missing;

/// The user that may do everything, and its password.
const ADMIN: (&str, &str) = ("admin", "admin-password");

static SERVER: LazyLock<Option<Server>> = LazyLock::new(|| Server::start(Users::InFile));

/// The server; `None`, and said, if this machine has no Redis.
pub fn server() -> Option<&'static Server> {
    if SERVER.is_none() {
        missing("redis-server");
    }
    SERVER.as_ref()
}

/// Where a server keeps its users.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// In an ACL file, which `ACL SAVE` writes.
    InFile,
    /// In memory; the user `default` has the password `requirepass`.
    InMemory,
}

/// The password of the user `default` on a server without an ACL file.
pub const REQUIREPASS: &str = "first-default-password";

/// A running server.
pub struct Server {
    port: u16,
    directory: tempfile::TempDir,
    daemon: Option<Daemon>,
    made: AtomicUsize,
}

impl Server {
    /// A server of its own.
    pub fn start(users: Users) -> Option<Self> {
        if !Command::new("redis-server").arg("--version").output().is_ok_and(|output| output.status.success())
        {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let port = daemon::free_port();
        let config = format!("port {port}\nbind 127.0.0.1\nsave \"\"\ndir {}\n", directory.path().display());
        let config = match users {
            Users::InFile => {
                let acl = format!("user default off\nuser {} on >{} ~* &* +@all\n", ADMIN.0, ADMIN.1);
                std::fs::write(directory.path().join("users.acl"), acl).unwrap();
                format!("{config}aclfile {}\n", directory.path().join("users.acl").display())
            }
            Users::InMemory => format!("{config}requirepass {REQUIREPASS}\n"),
        };
        std::fs::write(directory.path().join("redis.conf"), config).unwrap();
        let mut server = Self { port, directory, daemon: None, made: AtomicUsize::new(0) };
        server.begin();
        Some(server)
    }

    /// Starts it, also again after [`Server::stop`], and waits until it answers.
    pub fn begin(&mut self) {
        let config = self.directory.path().join("redis.conf");
        let command = ["redis-server", config.to_str().unwrap()];
        self.daemon = Some(Daemon::start(self.directory.path(), "log", &[], &command));
        daemon::wait_until("Redis", daemon::STARTUP, || daemon::connect(self.port).is_ok());
    }

    /// Kills it.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of a new user, which may change its own password, and its password.
    pub fn new_user(&self) -> (String, String) {
        let name = format!("app_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let password = format!("first-{name}-password");
        self.command(&[
            "ACL",
            "SETUSER",
            &name,
            "on",
            &format!(">{password}"),
            "~app:*",
            "+@read",
            "+@write",
        ]);
        self.command(&["ACL", "SETUSER", &name, "+ping", "+acl|whoami"]);
        (name, password)
    }

    /// The connection URL of a user.
    pub fn url(&self, user: &str, password: &str) -> String {
        format!("redis://{user}:{password}@127.0.0.1:{}/0", self.port)
    }

    /// The connection URL of the user that may do everything.
    pub fn admin_url(&self) -> String {
        self.url(ADMIN.0, ADMIN.1)
    }

    /// Runs a command as the user that may do everything.
    #[track_caller]
    pub fn command(&self, words: &[&str]) -> redis::Value {
        let client = redis::Client::open(self.admin_url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        redis::cmd(words[0]).arg(&words[1..]).query(&mut connection).unwrap()
    }

    /// The ACL file.
    pub fn users(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("users.acl")).unwrap()
    }
}

/// Whether an application that has this URL can work.
pub fn works(url: &str) -> bool {
    let client = redis::Client::open(url).unwrap();
    client.get_connection().is_ok_and(|mut connection| {
        redis::cmd("PING").query::<String>(&mut connection).is_ok_and(|answer| answer == "PONG")
    })
}
