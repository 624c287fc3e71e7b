//! `ip`: an IP address.

use std::net::IpAddr;

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// An IPv4 or IPv6 address without brackets.
pub struct Ip;

impl ValueType for Ip {
    fn name(&self) -> &'static str {
        "ip"
    }

    fn describe(&self) -> &'static str {
        "an IPv4 or IPv6 address, without brackets and port"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        match value.parse::<IpAddr>() {
            Ok(_) => Ok(Typed::String(value.to_owned())),
            Err(_) => {
                Err(Mismatch::new("is not an IP address").help("write it like 10.0.0.1 or 2001:db8::1"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn both_families() {
        for value in ["10.0.0.1", "::", "2001:db8::1", "::ffff:10.0.0.1"] {
            assert!(accept(&Ip, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn names_networks_and_old_notations_are_refused() {
        for value in ["", "localhost", "10.0.0.0/8", "[::1]", "10.1", "010.0.0.1", "10.0.0.1:80"] {
            assert_eq!(reject(&Ip, value), "is not an IP address", "{value}");
        }
    }
}
