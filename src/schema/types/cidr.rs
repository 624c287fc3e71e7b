//! `cidr`: an IP network.

use ipnet::IpNet;

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// An IP network in CIDR notation (RFC 4632) without host bits: many programs refuse those.
pub struct Cidr;

impl ValueType for Cidr {
    fn name(&self) -> &'static str {
        "cidr"
    }

    fn describe(&self) -> &'static str {
        "an IP network in CIDR notation, such as 10.0.0.0/8, without host bits"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let network: IpNet = value.parse().map_err(|_| {
            Mismatch::new("is not a network in CIDR notation")
                .help("write it like 10.0.0.0/8 or 2001:db8::/32")
        })?;
        if network.addr() != network.network() {
            return Err(Mismatch::new("has address bits beyond the prefix length")
                .help("set them to zero, such as 10.0.0.0/8 in place of 10.0.0.5/8"));
        }
        Ok(Typed::String(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn networks_of_both_families() {
        for value in ["10.0.0.0/8", "192.168.1.1/32", "2001:db8::/32", "0.0.0.0/0"] {
            assert!(accept(&Cidr, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn addresses_wrong_lengths_and_host_bits_are_refused() {
        for value in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/255.0.0.0"] {
            assert_eq!(reject(&Cidr, value), "is not a network in CIDR notation", "{value}");
        }
        assert_eq!(reject(&Cidr, "10.0.0.5/8"), "has address bits beyond the prefix length");
    }
}
