//! `redis-url`: how to reach a Redis or Valkey server.

use super::connection::Family;
use super::{Mismatch, UrlParts};

/// A Redis URL. Its path is the number of the database; with `unix://` it is a socket.
pub static REDIS_URL: Family = Family {
    name: "redis-url",
    describe: "redis://, rediss:// (TLS), valkey://, valkeys:// or unix://; the path is the number of the database",
    what: "a Redis URL",
    example: "redis://host:6379/0",
    schemes: &[
        ("redis", Some(6379)),
        ("rediss", Some(6379)),
        ("valkey", Some(6379)),
        ("valkeys", Some(6379)),
        ("unix", None),
    ],
    takes_driver: false,
    takes_several_hosts: false,
    takes_no_host: true,
    also: require_server_and_number,
};

/// A socket has no host and any path; a server has a host, and at most a number for a path.
fn require_server_and_number(parts: &UrlParts) -> Result<(), Mismatch> {
    if parts.scheme == "unix" {
        return Ok(());
    }
    if parts.host.is_empty() {
        return Err(Mismatch::new("has no host").help("write it like redis://host:6379/0"));
    }
    if !parts.path.trim_start_matches('/').bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Mismatch::new("has a database that is not a number")
            .help("end the URL with the number, such as /0"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Typed;
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn servers_and_sockets_are_accepted() {
        for value in [
            "redis://localhost:6379/0",
            "rediss://:secret@cache.example.com",
            "valkey://cache/15",
            "unix:///var/run/redis.sock",
        ] {
            assert!(matches!(accept(&REDIS_URL, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&REDIS_URL, "http://cache"), "is not a Redis URL");
        assert_eq!(reject(&REDIS_URL, "redis://cache/main"), "has a database that is not a number");
        assert_eq!(reject(&REDIS_URL, "redis:///0"), "has no host");
    }
}
