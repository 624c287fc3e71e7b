//! `email`: an e-mail address.

use super::host::is_host_name;
use super::{Mismatch, Typed, ValueType};
use crate::schema::definition::Constraints;

/// One address as HTML's `<input type=email>` takes it: a name, `@`, a host name. No quotes, no comments, no
/// display name.
pub struct Email;

impl ValueType for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn describe(&self) -> &'static str {
        "one e-mail address such as noreply@example.com, without a display name"
    }

    fn parse(&self, value: &str, _constraints: &Constraints) -> Result<Typed, Mismatch> {
        let is_address =
            value.split_once('@').is_some_and(|(name, host)| is_name(name) && is_host_name(host));
        if is_address {
            return Ok(Typed::String(value.to_owned()));
        }
        Err(Mismatch::new("is not an e-mail address").help("write it like noreply@example.com"))
    }
}

/// The characters of RFC 5322's `atext`, and dots.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accept, reject};
    use super::*;

    #[test]
    fn addresses_are_accepted() {
        for value in ["noreply@example.com", "postmaster+x@mg.example.com", "root@localhost"] {
            assert!(accept(&Email, value) == Typed::String(value.to_owned()));
        }
    }

    #[test]
    fn what_is_no_single_address_is_refused() {
        for value in
            ["", "a", "@b", "a@", "a@b@c", "a b@c.example", "A <a@b.example>", "a@-b", "a@b.example,c@d"]
        {
            assert_eq!(reject(&Email, value), "is not an e-mail address", "{value}");
        }
    }
}
