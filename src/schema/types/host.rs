//! `host`: the name or address of a machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// A host name by RFC 1123, an IPv4 address, or an IPv6 address with or without brackets.
pub struct Host;

impl ValueType for Host {
    fn name(&self) -> &'static str {
        "host"
    }

    fn describe(&self) -> &'static str {
        "a host name (RFC 1123) or an IP address, without scheme and port"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        if is_host(value) || value.parse::<Ipv6Addr>().is_ok() {
            return Ok(Typed::String(value.to_owned()));
        }
        let mismatch = Mismatch::new("is not a host name or IP address");
        Err(if value.contains("://") {
            mismatch.help("leave out the scheme and what follows the host")
        } else if value.contains(':') {
            mismatch.help("leave out the port")
        } else {
            mismatch.help("use letters, digits, hyphens and dots, such as db.example.com")
        })
    }
}

/// A name, an IPv4 address, or an IPv6 address in brackets: what can stand before a port.
pub fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<Ipv4Addr>().is_ok() || is_host_name(text),
    }
}

/// RFC 1123, section 2.1: labels of 1 to 63 letters, digits and hyphens, no hyphen at either end, 253 octets in
/// all. The last label has a letter, or it would be an address.
pub fn is_host_name(text: &str) -> bool {
    let mut labels = text.split('.');
    let last_is_numeric =
        text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    text.len() <= 253 && !last_is_numeric && labels.all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn names_and_addresses_are_accepted() {
        for value in ["db", "localhost", "smtp.mailgun.org", "3com.com", "10.0.0.1", "::1", "[2001:db8::1]"] {
            assert!(accept(&Host, value) == Typed::String(value.to_owned()), "{value}");
        }
    }

    #[test]
    fn what_rfc_1123_does_not_know_is_refused() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = format!("{}example", "a.".repeat(130));
        for value in
            ["", "-a", "a-", "a..b", "a_b", "a b", "256.0.0.1", "1.2.3", "[::1", &long_label, &long_name]
        {
            assert_eq!(reject(&Host, value), "is not a host name or IP address", "{value}");
        }
    }

    #[test]
    fn the_help_says_what_is_too_much() {
        let help =
            |value| Host.check(value, &Constraints::default()).err().and_then(|mismatch| mismatch.help);
        assert_eq!(
            help("https://a.example").as_deref(),
            Some("leave out the scheme and what follows the host")
        );
        assert_eq!(help("a.example:80").as_deref(), Some("leave out the port"));
    }
}
