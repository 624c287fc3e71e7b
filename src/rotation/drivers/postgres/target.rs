//! A server and a role on it, as a connection URL names them.

use std::path::PathBuf;

use crate::rotation::drivers::Error;
use crate::schema::definition::Constraints;
use crate::schema::types::{self, Typed, UrlParts};
use crate::secret::Secret;

/// How a connection is protected, as `sslmode` of libpq names it (PostgreSQL documentation, section 34.19). Unlike
/// libpq, a certificate is always verified: what is not verified protects from nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// None.
    Plain,
    /// TLS if the server has it; on this machine none.
    IfOffered,
    /// TLS.
    Tls,
}

/// A server and a role on it.
pub(super) struct Target {
    /// A host name, an address, or the directory of a Unix socket.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) database: String,
    pub(super) protection: Protection,
    /// The certificates that vouch for the server [default: those of the system].
    pub(super) roots: Option<PathBuf>,
}

impl Target {
    /// Reads a connection URL of libpq or of SQLAlchemy. `name` is the variable it comes from.
    pub(super) fn parse(name: &str, url: &Secret) -> Result<Self, Error> {
        let invalid = |message: String| Error::Setup { message, help: None };
        let parsed = types::by_name("postgres-url")
            .expect("the type exists")
            .parse(url.expose(), &Constraints::default());
        let Ok(Typed::Url(parts)) = parsed else {
            return Err(invalid(format!("{name} holds no PostgreSQL URL")));
        };
        let query = |key: &str| query(&parts, key);
        // A URL cannot name a user without a host.
        let user = Some(parts.user.clone()).filter(|user| !user.is_empty()).or_else(|| query("user"));
        let user = user.unwrap_or_default();
        let host = Some(parts.host.clone()).filter(|host| !host.is_empty()).or_else(|| query("host"));
        let host = host.unwrap_or_else(|| "/var/run/postgresql".to_owned());
        // asyncpg calls it `ssl`.
        let mode = query("sslmode").or_else(|| query("ssl")).unwrap_or_else(|| "prefer".to_owned());
        let protection = match mode.as_str() {
            "disable" => Protection::Plain,
            "allow" | "prefer" => Protection::IfOffered,
            "require" | "verify-ca" | "verify-full" | "true" => Protection::Tls,
            _ => return Err(invalid(format!("{name} has a sslmode that does not exist"))),
        };
        Ok(Self {
            port: parts.port.or_else(|| query("port")?.parse().ok()).unwrap_or(5432),
            database: match parts.path.trim_start_matches('/') {
                "" => user.clone(),
                database => database.to_owned(),
            },
            roots: query("sslrootcert").filter(|path| path != "system").map(PathBuf::from),
            password: Secret::new(parts.password),
            user,
            host,
            protection,
        })
    }

    /// Whether both are the same role with the same password.
    pub(super) fn is_same_login(&self, other: &Self) -> bool {
        self.user == other.user && self.password == other.password
    }

    /// Host and port, to be shown.
    pub(super) fn shown(&self) -> String {
        let host = crate::ui::escape(&self.host).into_owned();
        if self.is_socket() { host } else { format!("{host}:{}", self.port) }
    }

    /// Whether the host is the directory of a Unix socket.
    pub(super) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Whether the server is on this machine.
    pub(super) fn is_local(&self) -> bool {
        let is_loopback = |host: &str| {
            host.parse::<std::net::IpAddr>().map_or(host == "localhost", |address| address.is_loopback())
        };
        self.is_socket() || is_loopback(&self.host)
    }
}

fn query(parts: &UrlParts, key: &str) -> Option<String> {
    url::form_urlencoded::parse(parts.query.as_bytes())
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::parse("DATABASE_URL", &Secret::new(url)).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn sqlalchemys_and_libpqs_urls_name_the_same_things() {
        for url in ["postgresql+psycopg2://app:p%2Fw@db:5433/shop", "postgres://app:p%2Fw@db:5433/shop"] {
            let target = target(url);
            assert_eq!((target.shown().as_str(), target.user.as_str()), ("db:5433", "app"));
            assert_eq!((target.password.expose(), target.database.as_str()), ("p/w", "shop"));
            assert_eq!(target.protection, Protection::IfOffered);
        }
    }

    #[test]
    fn a_url_without_a_host_names_a_socket() {
        let target = target("postgresql:///shop?host=/run/postgresql&user=app");
        assert!(target.is_socket() && target.is_local());
        assert_eq!((target.host.as_str(), target.user.as_str()), ("/run/postgresql", "app"));
    }

    #[test]
    fn the_protection_is_what_the_url_asks_for() {
        let of = |mode: &str| target(&format!("postgresql://a:b@db/c?sslmode={mode}")).protection;
        assert_eq!(of("disable"), Protection::Plain);
        assert_eq!(of("prefer"), Protection::IfOffered);
        assert_eq!(of("verify-full"), Protection::Tls);
        let error = Target::parse("URL", &Secret::new("postgresql://a:secret@db/c?sslmode=never"));
        assert_eq!(
            error.err().map(|error| error.to_string()).as_deref(),
            Some("URL has a sslmode that does not exist")
        );
    }

    #[test]
    fn what_is_no_url_is_named_and_not_shown() {
        let error = Target::parse("DATABASE_URL", &Secret::new("hunter2")).err();
        assert_eq!(
            error.map(|error| error.to_string()).as_deref(),
            Some("DATABASE_URL holds no PostgreSQL URL")
        );
    }
}
