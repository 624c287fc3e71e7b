//! The server that the tests of Vault and OpenBao run against is a real one, and each test has a corner of its own.

use serde_json::json;

use crate::support::daemon::{STARTUP, wait_until};
use crate::support::openbao::{ROOT, Server, server, tls_server};

#[test]
fn mounts_are_apart_and_the_command_line_reads_them() {
    let Some(server) = server() else { return };
    let (one, two) = (server.kv(1), server.kv(2));
    one.request("POST", "app", Some(json!({"KEY": "old"})));
    two.request("POST", "data/app", Some(json!({"data": {"KEY": "new"}})));
    assert_eq!(one.bao_kv_get("app"), json!({"KEY": "old"}));
    assert_eq!(two.bao_kv_get("app")["data"], json!({"KEY": "new"}));
    assert_eq!(server.request(&one.token, "GET", &two.path("data/app"), None).status, 403);
}

#[test]
fn a_server_of_its_own_can_be_sealed_and_stopped() {
    let Some(server) = Server::start() else { return };
    assert!(server.log().contains("OpenBao server started"));
    server.request(ROOT, "POST", "sys/seal", None).success();
    assert_eq!(server.request(ROOT, "GET", "secret/data/app", None).status, 503);
    server.signal("KILL");
    wait_until("the end of the server", STARTUP, || {
        std::net::TcpStream::connect(&server.address()[7..]).is_err()
    });
}

#[test]
fn the_listener_with_tls_is_known_by_its_authority() {
    let Some(tls) = tls_server() else { return };
    let path = tls.server.auth_method("userpass");
    assert!(path.starts_with("userpass-"));
    let status = |authority: &str| {
        let authority = format!("-ca-cert={}", tls.file(authority).display());
        let address = format!("-address={}", tls.address);
        tls.server.bao(ROOT, &["status", &authority, &address]).status.code()
    };
    assert_eq!(status("authority.pem"), Some(0));
    assert_eq!(status("stranger.pem"), Some(1));
}
