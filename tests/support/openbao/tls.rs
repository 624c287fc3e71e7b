//! The same server behind TLS, with certificates of the tests' own authority.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use super::Server;
use crate::support::{daemon, tool};

/// Makes an authority, a certificate of the server for `localhost` and 127.0.0.1, one of a client, and an authority
/// that signed nothing.
const CERTIFICATES: &str = r#"
set -e
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
    -addext keyUsage=critical,keyCertSign -keyout "$1.key" -out "$1.pem"
}
certificate() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf '%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -days 1 -extfile "$1.ext" -out "$1.pem"
}
authority authority
authority stranger
certificate server 'subjectAltName=DNS:localhost,IP:127.0.0.1'
certificate client 'extendedKeyUsage=clientAuth'
"#;

static SERVER: LazyLock<Option<Tls>> = LazyLock::new(start);

/// A server that listens with TLS too, and asks for a client certificate without insisting on one.
pub struct Tls {
    /// The server, which also answers without TLS on its other port.
    pub server: Server,
    /// The address for `VAULT_ADDR`.
    pub address: String,
    files: tempfile::TempDir,
}

impl Tls {
    /// One of `authority.pem`, `stranger.pem`, `server.pem`, `client.pem`, `client.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }
}

/// The server with TLS that all tests share; `None`, and said, if this machine lacks OpenBao or openssl.
pub fn tls_server() -> Option<&'static Tls> {
    SERVER.as_ref()
}

fn start() -> Option<Tls> {
    tool("openssl")?;
    let files = tempfile::tempdir().unwrap();
    make_certificates(files.path());
    let port = daemon::free_port();
    let directory = files.path().display();
    let config = format!(
        r#"listener "tcp" {{
  address = "127.0.0.1:{port}"
  tls_cert_file = "{directory}/server.pem"
  tls_key_file = "{directory}/server.key"
  tls_client_ca_file = "{directory}/authority.pem"
}}
"#
    );
    let path = files.path().join("tls.hcl");
    std::fs::write(&path, config).unwrap();
    let server = Server::start_with(&[&format!("-config={}", path.display())])?;
    Some(Tls { server, address: format!("https://localhost:{port}"), files })
}

fn make_certificates(directory: &Path) {
    let output = Command::new("sh").args(["-c", CERTIFICATES]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
