//! The types of values, one file each.
//!
//! To add one: write its file with a unit struct that implements [`ValueType`], its message and its tests,
//! and add it to [`ALL`].

use super::definition::Constraints;

/// What a type makes of a value; what rules see.
#[derive(Clone, PartialEq)]
pub enum Typed {
    /// Text.
    String(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
    /// A length of time.
    Duration(jiff::SignedDuration),
    /// The parts of a URL.
    Url(UrlParts),
}

/// The parts of a URL, percent-decoded; empty where it has none.
#[derive(Clone, Default, PartialEq)]
pub struct UrlParts {
    /// Scheme, in lower case.
    pub scheme: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Host, without brackets.
    pub host: String,
    /// Port, or the scheme's own.
    pub port: Option<u16>,
    /// Path with its leading slash.
    pub path: String,
    /// Query without its question mark.
    pub query: String,
}

/// Why a value is not of a type. Holds no part of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is wrong: "is not a whole number".
    pub message: String,
    /// What would be right: "use digits only, such as 20".
    pub help: Option<String>,
}

/// One type of value.
pub trait ValueType: Sync {
    /// The word that names it in a schema.
    fn name(&self) -> &'static str;

    /// What it accepts, one sentence for documentation.
    fn describe(&self) -> &'static str;

    /// Names of the [`Constraints`] fields it has a use for, beyond those that every type takes.
    fn constraints(&self) -> &'static [&'static str] {
        &[]
    }

    /// Checks the value against the type and its constraints.
    fn check(&self, value: &str, constraints: &Constraints) -> Result<Typed, Mismatch>;
}

/// Every type, by name.
pub static ALL: &[&dyn ValueType] = &[];

/// The type of that name.
pub fn by_name(name: &str) -> Option<&'static dyn ValueType> {
    ALL.iter().copied().find(|value_type| value_type.name() == name)
}
