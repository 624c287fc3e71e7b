//! Connection strings: URLs with which a client reaches a server that is not a web server.

use super::url::{check_schemes, parse, reserved_character};
use super::{Mismatch, Typed, UrlParts, ValueType};
use crate::schema::constraints;
use crate::schema::definition::Constraints;

/// The type of the connection strings of one kind of server.
pub struct Family {
    /// The word that names the type in a schema.
    pub name: &'static str,
    /// What it accepts, one sentence for documentation.
    pub describe: &'static str,
    /// What it is, for messages: "a PostgreSQL URL".
    pub what: &'static str,
    /// An example without a password.
    pub example: &'static str,
    /// Schemes, each with its port; `None` where there is none.
    pub schemes: &'static [(&'static str, Option<u16>)],
    /// Whether `+driver` may follow the scheme, as in SQLAlchemy.
    pub takes_driver: bool,
    /// Whether several hosts may stand in one URL, separated by commas.
    pub takes_several_hosts: bool,
    /// Whether the host may be left out, for a socket on the same machine.
    pub takes_no_host: bool,
    /// What these servers ask for beyond that.
    pub also: fn(&UrlParts) -> Result<(), Mismatch>,
}

impl ValueType for Family {
    fn name(&self) -> &'static str {
        self.name
    }

    fn describe(&self) -> &'static str {
        self.describe
    }

    fn constraints(&self) -> &'static [&'static str] {
        constraints::URL
    }

    fn parse(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch> {
        let default_port = self.default_port(value)?;
        let mut parts = if self.takes_several_hosts { parse_several_hosts(value)? } else { parse(value)? };
        check_schemes(&parts.scheme, constraints)?;
        if parts.path.contains('@') {
            return Err(reserved_character());
        }
        if parts.host.is_empty() && !self.takes_no_host {
            return Err(self.mismatch("has no host"));
        }
        parts.port = parts.port.or(default_port);
        (self.also)(&parts)?;
        Ok(Typed::Url(parts))
    }
}

impl Family {
    fn default_port(&self, value: &str) -> Result<Option<u16>, Mismatch> {
        let (scheme, _) = value.split_once("://").ok_or_else(|| self.not_one())?;
        let base = match scheme.split_once('+') {
            Some((base, driver)) if self.takes_driver && !driver.is_empty() => base,
            _ => scheme,
        };
        let known = self.schemes.iter().find(|(name, _)| *name == base);
        known.map(|(_, port)| *port).ok_or_else(|| self.not_one())
    }

    fn not_one(&self) -> Mismatch {
        self.mismatch(format!("is not {}", self.what))
    }

    fn mismatch(&self, message: impl Into<String>) -> Mismatch {
        Mismatch::new(message).help(format!("write it like {}", self.example))
    }
}

/// Reads each of `host1:port,host2:port` in the place of a single host; the parts are those of the first.
fn parse_several_hosts(value: &str) -> Result<UrlParts, Mismatch> {
    let authority_start = value.find("://").map_or(0, |at| at + 3);
    let rest = &value[authority_start..];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if !hosts.contains(',') {
        return parse(value);
    }
    let start = authority_start + authority.len() - hosts.len();
    let (before, after) = (&value[..start], &value[start + hosts.len()..]);
    let mut first = None;
    for host in hosts.split(',') {
        let parts = parse(&format!("{before}{host}{after}"))?;
        if parts.host.is_empty() {
            return Err(Mismatch::new("has an empty host in its list").help("remove the comma too much"));
        }
        first.get_or_insert(parts);
    }
    first.ok_or_else(|| Mismatch::new("has no host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: Family = Family {
        name: "db-url",
        describe: "a database",
        what: "a database URL",
        example: "db://user@host/name",
        schemes: &[("db", Some(1234)), ("dbs", None)],
        takes_driver: true,
        takes_several_hosts: true,
        takes_no_host: false,
        also: |_| Ok(()),
    };

    fn read(value: &str) -> Result<UrlParts, String> {
        match DATABASE.parse(value, &Constraints::default()) {
            Ok(Typed::Url(parts)) => Ok(parts),
            Ok(_) => Err("not a URL".to_owned()),
            Err(mismatch) => Err(mismatch.message),
        }
    }

    #[test]
    fn the_port_is_the_one_of_the_scheme_unless_said() {
        assert_eq!(read("db://h/x").map(|parts| parts.port), Ok(Some(1234)));
        assert_eq!(read("db+driver://h:1/x").map(|parts| parts.port), Ok(Some(1)));
        assert_eq!(read("dbs://h/x").map(|parts| parts.port), Ok(None));
    }

    #[test]
    fn other_schemes_and_missing_hosts_are_refused() {
        assert_eq!(read("other://h/x").map(|parts| parts.port), Err("is not a database URL".to_owned()));
        assert_eq!(read("db+://h/x").map(|parts| parts.port), Err("is not a database URL".to_owned()));
        assert_eq!(read("db:///x").map(|parts| parts.port), Err("has no host".to_owned()));
    }

    #[test]
    fn of_several_hosts_each_is_read() {
        assert_eq!(
            read("db://u:p@a:1,b:2/x").map(|parts| (parts.host, parts.port)),
            Ok(("a".to_owned(), Some(1)))
        );
        assert_eq!(
            read("db://a:1,b:99999/x").map(|parts| parts.host),
            Err("is not a URL: invalid port number".to_owned())
        );
        assert_eq!(
            read("db://a,/x").map(|parts| parts.host),
            Err("has an empty host in its list".to_owned())
        );
    }

    #[test]
    fn a_numeric_start_of_a_raw_password_is_not_taken_for_a_port() {
        assert_eq!(
            read("db://user:123/4@host/x").map(|parts| parts.host),
            Err("has a reserved character in its password that is not percent-encoded".to_owned())
        );
    }
}
