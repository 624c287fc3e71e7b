//! `port`: a TCP or UDP port.

use super::numbers::check_range;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::{Bound, Constraints};

/// A port from 1 to 65535.
pub struct Port;

impl ValueType for Port {
    fn name(&self) -> &'static str {
        "port"
    }

    fn describe(&self) -> &'static str {
        "a port number from 1 to 65535"
    }

    fn constraints(&self) -> &'static [&'static str] {
        &["min", "max"]
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let port = i64::from(
            parse_port(value)
                .ok_or_else(|| Mismatch::new("is not a port").help("use a number from 1 to 65535"))?,
        );
        check_range(&port, constraints, |bound| match bound {
            Bound::Int(int) => Some(*int),
            _ => None,
        })?;
        Ok(Typed::Int(port))
    }
}

/// A port in decimal digits; 0 is none, it asks the system for any.
pub fn parse_port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port != 0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject, reject_with};
    use super::*;

    #[test]
    fn the_range_of_ports() {
        assert!(accept(&Port, "1") == Typed::Int(1));
        assert!(accept(&Port, "65535") == Typed::Int(65535));
        for value in ["0", "65536", "-1", "+80", "", "http", "80/tcp"] {
            assert_eq!(reject(&Port, value), "is not a port", "{value}");
        }
    }

    #[test]
    fn privileged_ports_can_be_excluded() {
        let constraints = Constraints { min: Some(Bound::Int(1024)), ..Constraints::default() };
        assert_eq!(reject_with(&Port, "80", &constraints), "is less than 1024");
    }
}
