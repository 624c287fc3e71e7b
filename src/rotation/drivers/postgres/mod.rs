//! `postgres`: the password of a role in PostgreSQL, or of two roles that take turns.
//!
//! With one role the old password ends when the new one is set. With two, `alternate`, the one that is not in use gets
//! the new password and the other stays as it is until the overlap ends; then it may no longer log in.
//!
//! The server is sent the verifier of a password (RFC 5803) and never the password, which it could log.

mod session;
mod target;

use jiff::Timestamp;

use self::session::{Failure, Session};
use self::target::Target;
use super::{Change, Driver, Ended, Error, Opening, connection};
use crate::env_vars::EnvSnapshot;
use crate::rng::Rng;
use crate::schema::Variable;
use crate::schema::driver::PostgresDriver;
use crate::secret::{Secret, Values};

/// Rotates the password of a role.
pub struct Postgres<'a> {
    /// The variable that holds the password.
    variable: &'a Variable,
    /// The variable that holds the connection URL.
    url: String,
    /// The variable that holds the name of the role, and the two that take turns.
    turns: Option<(&'a str, &'a [String; 2])>,
    /// The variable with the URL of a role that may alter others.
    admin: Option<&'a str>,
    env: &'a EnvSnapshot,
}

impl<'a> Postgres<'a> {
    /// The driver for a variable of a schema.
    ///
    /// # Errors
    /// No variable of the schema holds the connection URL, or two roles are to take turns and no variable holds the
    /// name of the one in use.
    pub fn new(opening: &Opening<'a>, options: &'a PostgresDriver) -> Result<Self, Error> {
        let Opening { variable, schema, env, .. } = *opening;
        let url = connection::url_variable(variable, schema, options.url.as_deref(), "postgres-url")?;
        let turns = match (&options.alternate, &options.user) {
            (None, _) => None,
            (Some(roles), Some(user)) => Some((user.as_str(), roles)),
            (Some(_), None) => {
                return Err(Error::setup(
                    format!("{}: two roles take turns, and no variable holds the one in use", variable.name),
                    "name it in the driver, such as user = \"DB_USER\"",
                ));
            }
        };
        Ok(Self { variable, url, turns, admin: options.admin.as_deref(), env })
    }

    /// The server and the role as these values say.
    fn target(&self, values: &Values) -> Result<Target, Error> {
        Target::parse(&self.url, connection::value(&self.url, values)?)
    }

    /// The server and the role before and after.
    fn targets(&self, change: Change<'_>) -> Result<(Target, Target), Error> {
        Ok((self.target(change.current)?, self.target(&change.after())?))
    }

    /// A session that may alter roles: the administrator's, else one of the role itself, with the first of these
    /// passwords that the server takes.
    fn altering(&self, change: Change<'_>, own: [&Target; 2]) -> Result<Session, Error> {
        if let Some(name) = self.admin {
            let url = connection::admin_url(name, change.current, self.env)?;
            return Ok(Session::open(&Target::parse(name, &url)?)?);
        }
        match Session::open(own[0]) {
            Err(Failure::Login { .. }) => Ok(Session::open(own[1])?),
            session => Ok(session?),
        }
    }

    /// The other one of the roles that take turns.
    fn other_role(&self, values: &Values) -> Result<Option<(&'a str, &'a str)>, Error> {
        let Some((user, [one, two])) = self.turns else { return Ok(None) };
        match connection::value(user, values)?.expose() {
            name if name == one => Ok(Some((user, two))),
            name if name == two => Ok(Some((user, one))),
            _ => Err(Error::setup(
                format!("{user} holds neither {one} nor {two}, which take turns"),
                format!("set {user} to the one that is in use"),
            )),
        }
    }
}

impl Driver for Postgres<'_> {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn has_overlap(&self) -> bool {
        self.turns.is_some()
    }

    fn ends_at_once(&self) -> Option<String> {
        let ends = "new connections with the old password, until every program that uses it is restarted";
        self.turns.is_none().then(|| ends.to_owned())
    }

    fn prepare(&mut self, current: &Values, rng: &mut Rng, now: Timestamp) -> Result<Values, Error> {
        let mut pending = connection::new_password(self.variable, &self.url, current, rng, now)?;
        if let Some((user, next)) = self.other_role(current)? {
            pending.insert(user.to_owned(), Secret::new(next));
        }
        Ok(pending)
    }

    fn set(&mut self, change: Change<'_>) -> Result<(), Error> {
        let (before, after) = self.targets(change)?;
        // After a crash the new password may be in place already, and then it is the one to log in with.
        let mut session = self.altering(change, [&before, &after])?;
        session.set_password(&after.user, &after.password)
    }

    fn test(&mut self, change: Change<'_>) -> Result<(), Error> {
        let (_, after) = self.targets(change)?;
        Session::open(&after)?.require_role(&after.user)
    }

    fn end(&mut self, change: Change<'_>) -> Result<Ended, Error> {
        let (before, after) = self.targets(change)?;
        if let Some((_, former)) = self.other_role(&change.after())? {
            self.altering(change, [&after, &after])?.shut_out(former)?;
        }
        if before.is_same_login(&after) {
            return Ok(Ended::NotSeen);
        }
        match Session::open(&before) {
            Err(Failure::Login { .. }) => Ok(Ended::Seen),
            // A server that trusts the network takes any password.
            Ok(_) => Ok(Ended::NotSeen),
            Err(failure) => Err(failure.into()),
        }
    }

    fn take_back(&mut self, change: Change<'_>) -> Result<(), Error> {
        let (before, after) = self.targets(change)?;
        let mut session = self.altering(change, [&before, &after])?;
        if before.user == after.user {
            return session.set_password(&before.user, &before.password);
        }
        session.shut_out(&after.user)
    }
}
