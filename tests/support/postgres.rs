//! A real PostgreSQL server, which logs every statement. One for all tests of the process; each test has a database and
//! roles of its own in it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::daemon::{self, Daemon};
use super::{missing, sole_user};

/// The role that may do everything, and its password.
const ADMIN: (&str, &str) = ("admin", "admin-password");

static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::start);

/// The server; `None`, and said, if this machine has no PostgreSQL.
pub fn server() -> Option<&'static Server> {
    if SERVER.is_none() {
        missing("PostgreSQL (the server's initdb)");
    }
    SERVER.as_ref()
}

/// A running server.
pub struct Server {
    port: u16,
    directory: tempfile::TempDir,
    daemon: Option<Daemon>,
    made: AtomicUsize,
}

/// A role that owns a database of the same name.
#[derive(Clone)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// The database.
    pub database: String,
}

impl Server {
    /// A server of its own, for a test that stops it or looks into its log.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("password"), ADMIN.1).unwrap();
        if let Some(user) = sole_user("postgres") {
            assert!(
                Command::new("chown").args(["-R", user]).arg(directory.path()).status().unwrap().success()
            );
        }
        let port = daemon::free_port();
        let initdb = programs.join("initdb");
        let made = as_postgres(initdb.to_str().unwrap())
            .args(["-D", "data", "-U", ADMIN.0, "--auth=scram-sha-256", "--pwfile=password", "-N"])
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut server = Self { port, directory, daemon: None, made: AtomicUsize::new(0) };
        server.begin();
        Some(server)
    }

    /// Starts it, also again after [`Server::stop`], and waits until it answers.
    pub fn begin(&mut self) {
        let postgres = programs().unwrap().join("postgres");
        let port = self.port.to_string();
        let settings =
            ["listen_addresses=127.0.0.1", "fsync=off", "log_statement=all", "log_min_duration_statement=0"];
        let mut command: Vec<&str> = sole_user("postgres")
            .map_or(Vec::new(), |user| vec!["setpriv", "--reuid", user, "--regid", user, "--init-groups"]);
        let directory = self.directory.path().to_str().unwrap();
        command.extend([postgres.to_str().unwrap(), "-D", "data", "-p", &port, "-k", directory]);
        command.extend(settings.iter().flat_map(|setting| ["-c", setting]));
        self.daemon = Some(Daemon::start(self.directory.path(), "log", &[], &command));
        daemon::wait_until("PostgreSQL", daemon::STARTUP, || self.try_sql("SELECT 1").is_ok());
    }

    /// Stops it at once; every connection ends.
    pub fn stop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.signal("QUIT");
            let running = self.directory.path().join("data/postmaster.pid");
            daemon::wait_until("the end of PostgreSQL", daemon::STARTUP, || !running.exists());
        }
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A role with a database of its own.
    pub fn new_role(&self) -> Role {
        let name = format!("app_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let role = Role { password: format!("first-{name}-password"), database: name.clone(), name };
        self.sql(&format!("CREATE ROLE {0} LOGIN PASSWORD '{1}'", role.name, role.password));
        self.sql(&format!("CREATE DATABASE {0} OWNER {0}", role.name));
        role
    }

    /// The connection URL of a role.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgresql://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// The connection URL of the role that may do everything.
    pub fn admin_url(&self) -> String {
        self.url(ADMIN.0, ADMIN.1, "postgres")
    }

    /// Runs a statement as the role that may do everything.
    #[track_caller]
    pub fn sql(&self, statement: &str) {
        self.try_sql(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Everything that the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    fn try_sql(&self, statement: &str) -> Result<(), postgres::Error> {
        postgres::Client::connect(&self.admin_url(), postgres::NoTls)?.batch_execute(statement)
    }
}

/// Whether an application that has this URL can work.
pub fn works(url: &str) -> bool {
    postgres::Client::connect(url, postgres::NoTls)
        .is_ok_and(|mut client| client.simple_query("SELECT 1").is_ok())
}

/// Where the server's programs are: Debian keeps them out of the PATH.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|directory| directory.join("initdb").is_file())
}

/// A program of the server, which refuses to run as root.
fn as_postgres(program: &str) -> Command {
    let Some(user) = sole_user("postgres") else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--init-groups", program]);
    command
}
