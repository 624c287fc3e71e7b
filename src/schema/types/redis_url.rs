//! `redis-url`: how to reach a Redis or Valkey server.

use super::connection::Family;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

const FAMILY: Family = Family {
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
};

/// A Redis URL. Its path is the number of the database; with `unix://` it is a socket.
pub struct RedisUrl;

impl ValueType for RedisUrl {
    fn name(&self) -> &'static str {
        "redis-url"
    }

    fn describe(&self) -> &'static str {
        "redis://, rediss:// (TLS), valkey://, valkeys:// or unix://; the path is the number of the database"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["schemes", "prefix", "min_length", "max_length"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let typed = FAMILY.parse(value, constraints)?;
        match &typed {
            Typed::Url(parts) if parts.scheme != "unix" => {
                if parts.host.is_empty() {
                    return Err(Mismatch::new("has no host").help("write it like redis://host:6379/0"));
                }
                if !parts.path.trim_start_matches('/').bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Mismatch::new("has a database that is not a number")
                        .help("end the URL with the number, such as /0"));
                }
            }
            _ => {}
        }
        Ok(typed)
    }
}

#[cfg(test)]
mod tests {
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
            assert!(matches!(accept(&RedisUrl, value), Typed::Url(_)), "{value}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        assert_eq!(reject(&RedisUrl, "http://cache"), "is not a Redis URL");
        assert_eq!(reject(&RedisUrl, "redis://cache/main"), "has a database that is not a number");
        assert_eq!(reject(&RedisUrl, "redis:///0"), "has no host");
    }
}
