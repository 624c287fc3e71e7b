//! `redis`: the password of an ACL user of Redis or Valkey. The user has both passwords until the overlap ends.
//!
//! Servers are sent the SHA-256 of a password, as `ACL SETUSER` takes it (`#` to add, `!` to remove), so that neither
//! MONITOR nor the slow log sees one. Logging in sends the password itself: there is no other way.

mod account;

use jiff::Timestamp;
use redis::Connection;
use redis::acl::{AclInfo, Rule};

use self::account::{Account, Failure};
use super::{Change, Driver, Ended, Error, Opening, connection};
use crate::env_vars::EnvSnapshot;
use crate::mac::sha256;
use crate::rng::Rng;
use crate::schema::Variable;
use crate::schema::driver::RedisDriver;
use crate::secret::{Secret, Values};

/// Rotates the password of an ACL user.
pub struct Redis<'a> {
    /// The variable that holds the password.
    variable: &'a Variable,
    /// The variable that holds the connection URL.
    url: String,
    /// The variable with the URL of a user that may run ACL SETUSER.
    admin: Option<&'a str>,
    env: &'a EnvSnapshot,
    /// Whether the server forgets the last change when it is restarted.
    forgets: bool,
}

impl<'a> Redis<'a> {
    /// The driver for a variable of a schema.
    ///
    /// # Errors
    /// No variable of the schema holds the connection URL.
    pub fn new(opening: &Opening<'a>, options: &'a RedisDriver) -> Result<Self, Error> {
        let Opening { variable, schema, env, .. } = *opening;
        let url = connection::url_variable(variable, schema, options.url.as_deref(), "redis-url")?;
        Ok(Self { variable, url, admin: options.admin.as_deref(), env, forgets: false })
    }

    /// The user whose password is rotated, as these values say.
    fn account(&self, values: &Values) -> Result<Account, Error> {
        Account::parse(&self.url, connection::value(&self.url, values)?)
    }

    /// Changes the user by the rules that `rules` gives, if it gives any, and has the server keep that.
    fn alter(
        &mut self,
        change: Change<'_>,
        rules: impl FnOnce(&mut Connection, &str) -> Result<Option<Vec<String>>, redis::RedisError>,
    ) -> Result<(), Error> {
        let (before, after) = (self.account(change.current)?, self.account(&change.after())?);
        let mut connection = self.altering(change, &before, &after)?;
        let done = rules(&mut connection, &after.user).and_then(|rules| {
            let Some(rules) = rules else { return Ok(false) };
            redis::cmd("ACL").arg("SETUSER").arg(&after.user).arg(rules).exec(&mut connection)?;
            Ok(true)
        });
        if done.map_err(|error| after.failure(&error))? {
            self.forgets = !keep(&mut connection);
        }
        Ok(())
    }

    /// A connection that may change the user: the administrator's, else the user's own, with the one of both passwords
    /// that the server takes.
    fn altering(&self, change: Change<'_>, before: &Account, after: &Account) -> Result<Connection, Error> {
        if let Some(name) = self.admin {
            let url = connection::admin_url(name, change.current, self.env)?;
            return Ok(Account::parse(name, &url)?.connect()?);
        }
        match before.connect() {
            Err(Failure::Login(_)) => Ok(after.connect()?),
            connection => Ok(connection?),
        }
    }
}

impl Driver for Redis<'_> {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn has_overlap(&self) -> bool {
        true
    }

    fn ends_at_once(&self) -> Option<String> {
        None
    }

    fn prepare(&mut self, current: &Values, rng: &mut Rng, now: Timestamp) -> Result<Values, Error> {
        connection::new_password(self.variable, &self.url, current, rng, now)
    }

    fn set(&mut self, change: Change<'_>) -> Result<(), Error> {
        let after = self.account(&change.after())?;
        self.alter(change, |_, _| Ok(Some(vec!["on".to_owned(), added(&after.password)])))
    }

    fn test(&mut self, change: Change<'_>) -> Result<(), Error> {
        self.account(&change.after())?.connect()?;
        Ok(())
    }

    fn end(&mut self, change: Change<'_>) -> Result<Ended, Error> {
        let (before, after) = (self.account(change.current)?, self.account(&change.after())?);
        self.alter(change, |connection, user| removal(connection, user, &before.password, &after.password))?;
        if before.password == after.password {
            return Ok(Ended::NotSeen);
        }
        match before.connect() {
            Err(Failure::Login(_)) => Ok(Ended::Seen),
            Ok(_) => Ok(Ended::NotSeen),
            Err(failure) => Err(failure.into()),
        }
    }

    fn take_back(&mut self, change: Change<'_>) -> Result<(), Error> {
        let (before, after) = (self.account(change.current)?, self.account(&change.after())?);
        self.alter(change, |connection, user| removal(connection, user, &after.password, &before.password))
    }

    fn remark(&self) -> Option<String> {
        let forgets =
            "the server forgets this when it is restarted: neither ACL SAVE nor CONFIG REWRITE works there";
        self.forgets.then(|| forgets.to_owned())
    }
}

/// The rule of `ACL SETUSER` that adds a password.
fn added(password: &Secret) -> String {
    format!("#{}", sha256(password.expose().as_bytes()))
}

/// The rule that takes a user one of its passwords: that one, or where it is not known any more, all but the one in
/// use. `None` if the user does not have it.
fn removal(
    connection: &mut Connection,
    user: &str,
    gone: &Secret,
    in_use: &Secret,
) -> Result<Option<Vec<String>>, redis::RedisError> {
    if gone == in_use {
        // One command, so that no moment is without the password in use.
        return Ok(Some(vec!["resetpass".to_owned(), added(in_use)]));
    }
    let hash = sha256(gone.expose().as_bytes());
    let info: Option<AclInfo> = redis::cmd("ACL").arg("GETUSER").arg(user).query(connection)?;
    let has = info.is_some_and(|info| info.passwords.contains(&Rule::AddHashedPass(hash.clone())));
    Ok(has.then(|| vec![format!("!{hash}")]))
}

/// Has the server keep its users over a restart: in its ACL file, else in its configuration. Whether it does.
fn keep(connection: &mut Connection) -> bool {
    let mut run = |words: [&str; 2]| redis::cmd(words[0]).arg(words[1]).exec(connection).is_ok();
    run(["ACL", "SAVE"]) || run(["CONFIG", "REWRITE"])
}
