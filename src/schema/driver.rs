//! How a variable is rotated, as a schema says it: `driver = "generate"`, or a table with `kind` and its options.
//! What each driver does is in [`crate::rotation::drivers`].

use schemars::JsonSchema;
use serde::Deserialize;

/// The class whose variables no machine replaces: what the old key encrypted would be unreadable.
pub const DATA_ENCRYPTION: &str = "data-encryption";

/// `driver = "generate"`, `driver = { kind = "postgres", admin = "DB_ADMIN_URL" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected the name of a driver, or a table with `kind`")]
pub enum DriverDefinition {
    /// A driver without options.
    Plain(PlainDriver),
    /// A driver with options.
    Table(DriverTable),
}

/// The drivers that need no options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlainDriver {
    /// A person does it; envward lists where, and records what the person says.
    Manual,
    /// A new value as the variable's `generate` says.
    Generate,
    /// The password of the role that the variable's environment connects as.
    Postgres,
    /// The password of the ACL user that the variable's environment connects as.
    Redis,
}

/// The drivers with their options.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum DriverTable {
    /// A person does it.
    Manual,
    /// A new value as the variable's `generate` says.
    Generate,
    /// The password of a role in PostgreSQL.
    Postgres(PostgresDriver),
    /// The password of an ACL user in Redis.
    Redis(RedisDriver),
    /// Commands of the project, which run after `envward allow`.
    Command(CommandDriver),
}

impl DriverDefinition {
    /// The driver with its options, those that are not given at their defaults.
    pub fn table(&self) -> DriverTable {
        match self {
            Self::Plain(PlainDriver::Manual) => DriverTable::Manual,
            Self::Plain(PlainDriver::Generate) => DriverTable::Generate,
            Self::Plain(PlainDriver::Postgres) => DriverTable::Postgres(PostgresDriver::default()),
            Self::Plain(PlainDriver::Redis) => DriverTable::Redis(RedisDriver::default()),
            Self::Table(table) => table.clone(),
        }
    }
}

impl DriverTable {
    /// Its word in schemas and reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Generate => "generate",
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::Command(_) => "command",
        }
    }
}

/// The options of the driver `postgres`. Names are those of variables of the same schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostgresDriver {
    /// The variable that holds the connection URL whose password the rotated variable is a part of [default: the
    /// variable of type `postgres-url` whose template has the rotated variable as a part].
    pub url: Option<String>,
    /// The variable that holds the name of the role in use, where two take turns.
    pub user: Option<String>,
    /// The environment variable or the variable of the schema with the URL of a role that may alter the role
    /// [default: the role itself alters its password].
    pub admin: Option<String>,
    /// Two roles that take turns, so that the previous one stays valid for the overlap. Both exist and have the same
    /// rights; `user` then changes along with the password.
    pub alternate: Option<[String; 2]>,
}

/// The options of the driver `redis`. Names are those of variables of the same schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedisDriver {
    /// The variable that holds the connection URL whose password the rotated variable is a part of [default: the
    /// variable of type `redis-url` whose template has the rotated variable as a part].
    pub url: Option<String>,
    /// The environment variable or the variable of the schema with the URL of a user that may run ACL SETUSER
    /// [default: the user itself].
    pub admin: Option<String>,
}

/// The options of the driver `command`: a program and its arguments for each step, from the project's root, as in
/// the rotation protocol of AWS Secrets Manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandDriver {
    /// Prints the new value [default: as the variable's `generate` says].
    pub create: Option<Vec<String>>,
    /// Puts the new value in place.
    pub set: Vec<String>,
    /// Tries the new value.
    pub test: Vec<String>,
    /// Ends the previous value.
    pub finish: Option<Vec<String>>,
    /// What else the commands get, under the same names: variables of the schema, or of the environment that envward
    /// was started with.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Longest time a step may take [default: "60s"].
    pub timeout: Option<String>,
    /// Whether the previous value is still accepted after `set`, until `finish` [default: false].
    #[serde(default)]
    pub overlap: bool,
}
