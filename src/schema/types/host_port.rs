//! `host-port`: a machine and a port on it.

use super::host::is_host;
use super::port::parse_port;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A host, a colon and a port; an IPv6 address stands in brackets.
pub struct HostPort;

impl ValueType for HostPort {
    fn name(&self) -> &'static str {
        "host-port"
    }

    fn describe(&self) -> &'static str {
        "a host, a colon and a port, such as kafka:9092 or [::1]:9092"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        check_host_port(value)?;
        Ok(Typed::String(value.to_owned()))
    }
}

/// Checks one `host:port`.
pub fn check_host_port(text: &str) -> Result<(), Mismatch> {
    let mismatch = |message| Err(Mismatch::new(message).help("write it like kafka:9092 or [::1]:9092"));
    match text.rsplit_once(':') {
        None => mismatch("has no port"),
        Some((host, _)) if !is_host(host) => mismatch("is not a host and a port"),
        Some((_, port)) if parse_port(port).is_none() => mismatch("has a port that is not 1 to 65535"),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn names_and_addresses_with_a_port() {
        for value in ["kafka:9092", "10.0.0.1:80", "[::1]:443"] {
            assert!(accept(&HostPort, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn each_part_has_its_message() {
        assert_eq!(reject(&HostPort, "kafka"), "has no port");
        assert_eq!(reject(&HostPort, "kafka:0"), "has a port that is not 1 to 65535");
        assert_eq!(reject(&HostPort, "::1:443"), "is not a host and a port");
        assert_eq!(reject(&HostPort, "http://kafka:80"), "is not a host and a port");
    }
}
