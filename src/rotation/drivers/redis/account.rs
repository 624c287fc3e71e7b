//! A user of a server, as a connection URL names it, and connecting as that user.

use std::time::Duration;

use redis::{Client, Connection, ErrorKind, RedisError, ServerErrorKind};

use crate::rotation::drivers::Error;
use crate::schema::definition::Constraints;
use crate::schema::types::{self, Typed};
use crate::secret::Secret;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(30);

/// The user of who names none.
const DEFAULT_USER: &str = "default";

/// A user of a server.
pub(super) struct Account {
    pub(super) user: String,
    pub(super) password: Secret,
    url: Secret,
    target: String,
}

/// Why something did not work.
pub(super) enum Failure {
    /// The server does not let the user in with this password.
    Login(Error),
    /// Anything else.
    Other(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let (Failure::Login(error) | Failure::Other(error)) = failure;
        error
    }
}

impl Account {
    /// Reads a connection URL. `name` is the variable it comes from.
    pub(super) fn parse(name: &str, url: &Secret) -> Result<Self, Error> {
        let parsed = types::by_name("redis-url")
            .expect("the type exists")
            .parse(url.expose(), &Constraints::default());
        let Ok(Typed::Url(parts)) = parsed else {
            return Err(Error::Setup { message: format!("{name} holds no Redis URL"), help: None });
        };
        // The library knows Valkey by the schemes of Redis.
        let known = url.expose().strip_prefix("valkey").map(|rest| format!("redis{rest}"));
        let target = if parts.scheme == "unix" {
            parts.path.clone()
        } else {
            format!("{}:{}", parts.host, parts.port.unwrap_or(6379))
        };
        Ok(Self {
            url: known.map_or_else(|| url.clone(), Secret::new),
            target: crate::ui::escape(&target).into_owned(),
            user: if parts.user.is_empty() { DEFAULT_USER.to_owned() } else { parts.user },
            password: Secret::new(parts.password),
        })
    }

    /// Connects as an application does, and has the server answer.
    pub(super) fn connect(&self) -> Result<Connection, Failure> {
        let connect = || {
            let mut connection = Client::open(self.url.expose())?.get_connection_with_timeout(CONNECT)?;
            connection.set_read_timeout(Some(COMMAND))?;
            connection.set_write_timeout(Some(COMMAND))?;
            match redis::cmd("PING").exec(&mut connection) {
                // Who may not even do this is in all the same.
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) => Ok(connection),
                done => done.map(|()| connection),
            }
        };
        connect().map_err(|error: RedisError| match error.kind() {
            ErrorKind::AuthenticationFailed => Failure::Login(self.failure(&error)),
            _ if matches!(error.code(), Some("WRONGPASS" | "NOAUTH")) => Failure::Login(self.failure(&error)),
            _ => Failure::Other(self.failure(&error)),
        })
    }

    /// What an error means, without what the server says: it may quote the command.
    pub(super) fn failure(&self, error: &RedisError) -> Error {
        let refused = |message: String, help: Option<&str>| Error::Refused {
            target: self.target.clone(),
            message,
            help: help.map(str::to_owned),
        };
        let user = crate::ui::escape(&self.user);
        match (error.kind(), error.code()) {
            (ErrorKind::AuthenticationFailed, _) | (_, Some("WRONGPASS" | "NOAUTH")) => refused(
                format!("it does not let {user} in with this password"),
                Some("see whether the password was changed there by hand"),
            ),
            (ErrorKind::Server(ServerErrorKind::NoPerm), _) => refused(
                "the user may not run ACL SETUSER".to_owned(),
                Some("name one who may in the driver: admin = \"NAME\", a variable with its URL"),
            ),
            (ErrorKind::Io, _) => {
                Error::Unreachable { target: self.target.clone(), message: error.category().to_owned() }
            }
            (_, code) => refused(format!("it answered {}", code.unwrap_or("with an error")), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_user_and_a_server() {
        let account = |url: &str| {
            let account =
                Account::parse("REDIS_URL", &Secret::new(url)).unwrap_or_else(|error| panic!("{error}"));
            (
                account.user,
                account.password.expose().to_owned(),
                account.target,
                account.url.expose().to_owned(),
            )
        };
        let parts = |user: &str, password: &str, target: &str, url: &str| {
            (user.to_owned(), password.to_owned(), target.to_owned(), url.to_owned())
        };
        assert_eq!(
            account("valkey://app:p%2Fw@cache/1"),
            parts("app", "p/w", "cache:6379", "redis://app:p%2Fw@cache/1")
        );
        assert_eq!(
            account("rediss://:secret@cache:1"),
            parts("default", "secret", "cache:1", "rediss://:secret@cache:1")
        );
    }

    #[test]
    fn what_is_no_url_is_named_and_not_shown() {
        let error = Account::parse("REDIS_URL", &Secret::new("hunter2")).err();
        assert_eq!(error.map(|error| error.to_string()).as_deref(), Some("REDIS_URL holds no Redis URL"));
    }
}
