//! A server that a test starts: it dies with the test process, however that ends.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to answer its first request.
pub const STARTUP: Duration = Duration::from_mins(1);

/// A shell that kills the server when its own input ends: the write end of that pipe is closed by the operating
/// system when the test process is gone, also after a signal that nobody can catch.
const WATCH: &str = r#""$@" >&2 & server=$!; echo "$server"; cat >/dev/null; kill -KILL "$server""#;

/// A running server. Killed when dropped.
pub struct Daemon {
    watcher: Child,
    input: Option<ChildStdin>,
    server: String,
}

impl Daemon {
    /// Starts a program in a directory, with no environment but `variables`; its output goes into `log`.
    pub fn start(directory: &Path, log: &str, variables: &[(&str, &str)], command: &[&str]) -> Self {
        let log = std::fs::File::create(directory.join(log)).unwrap();
        let mut watcher = Command::new("sh")
            .args(["-c", WATCH, "sh"])
            .args(command)
            .current_dir(directory)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = String::new();
        BufReader::new(watcher.stdout.take().unwrap()).read_line(&mut server).unwrap();
        Self { input: watcher.stdin.take(), watcher, server: server.trim().to_owned() }
    }

    /// Sends the server a signal by its name, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.server)]).status();
        assert!(status.unwrap().success(), "kill -{name} {}", self.server);
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.watcher.wait();
    }
}

/// A port of the loopback interface on which nothing listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until `is_ready`, which must give up by itself when nothing answers.
#[track_caller]
pub fn wait_until(what: &str, limit: Duration, mut is_ready: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_ready() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A connection to the loopback interface that gives up after some seconds.
pub fn connect(port: u16) -> std::io::Result<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}
