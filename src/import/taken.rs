//! What was found in a file.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::Error;
use crate::dotenv::is_name;
use crate::schema::definition::{RequiredDefinition, VariableDefinition};
use crate::secret::{Secret, Values};

/// No file may have more variables, as for env files.
const MAX_VARIABLES: usize = 200_000;

/// What was found in a file.
#[derive(Default)]
pub struct Taken {
    /// The values, in the order of the file.
    pub values: Values,
    /// What cannot be taken over, in the order of the file.
    pub refused: Vec<Refused>,
    /// What the file says about its variables; one without anything said is there all the same.
    pub declared: IndexMap<String, VariableDefinition>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// The keys that names are from, where they differ.
    keys: HashMap<String, String>,
}

/// A key that cannot be taken over.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The key, as the file has it.
    pub key: String,
    /// Why not.
    pub reason: Reason,
}

/// Why a key cannot be taken over. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No shell can hold a variable of that name.
    #[error("is no name of a variable")]
    Name {
        /// What `--flatten` makes of it.
        would_be: String,
    },
    /// It is a mapping, and an environment is flat.
    #[error("has keys of its own, and an environment is flat")]
    Nested {
        /// What `--flatten` makes of one of them.
        would_be: String,
    },
    /// It is a list.
    #[error("is a list, and a variable is one text")]
    List,
    /// The file has the key, and no value.
    #[error("has no value in the file")]
    NoValue,
    /// The value comes from the shell that starts the program.
    #[error("has its value from the shell that starts it")]
    FromShell,
    /// The value only says where the real one is.
    #[error("is a reference to {0}, not the value")]
    Reference(&'static str),
    /// The tool makes the value when it reads the file.
    #[error("is put together by {0} from `$…` in it")]
    Expanded(&'static str),
    /// The tool keeps it from whoever reads the file.
    #[error("is hidden by {0}")]
    Hidden(&'static str),
    /// It is not base64, where it should be.
    #[error("is not base64")]
    NotBase64,
    /// It is not text.
    #[error("is not text")]
    Binary,
    /// The file has the key more than once, such as in two objects, with different values.
    #[error("is there twice, with different values")]
    Twice,
    /// Another key gives another value for the same name.
    #[error("is also {name}, which {other} gives another value")]
    Collision {
        /// The name.
        name: String,
        /// The other key.
        other: String,
    },
    /// The tool that decrypts it is not envward.
    #[error("is a {0}, which only the cluster can open")]
    Sealed(&'static str),
}

impl Reason {
    /// Whether it is left out without being asked, since there is no way to hold it.
    pub fn is_only_a_name(&self) -> bool {
        matches!(self, Self::Name { .. })
    }

    /// Whether the key is that of several values, and so no variable.
    fn is_of_many(&self) -> bool {
        matches!(self, Self::Nested { .. } | Self::Sealed(_))
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Name { would_be } => format!("--flatten takes it as {would_be}"),
            Self::Nested { would_be } => format!("--flatten takes what is in it, such as {would_be}"),
            Self::Collision { .. } | Self::Twice => "import one of them from a file of its own".to_owned(),
            Self::NoValue | Self::FromShell | Self::List | Self::NotBase64 | Self::Binary => return None,
            Self::Reference(_) | Self::Expanded(_) | Self::Hidden(_) | Self::Sealed(_) => {
                "leave it out with --skip, and give its value with: envward set NAME".to_owned()
            }
        })
    }
}

impl Taken {
    /// Takes a value under its own key.
    pub(super) fn put(&mut self, key: &str, value: Secret) -> Result<(), Error> {
        self.put_as(key, key, value)
    }

    /// Takes a value under a name that was made of its key.
    pub(super) fn put_as(&mut self, key: &str, name: &str, value: Secret) -> Result<(), Error> {
        if self.values.len() >= MAX_VARIABLES {
            return Err(Error::TooMany);
        }
        if !is_name(name) {
            self.refuse(key, Reason::Name { would_be: name_of([key]) });
            return Ok(());
        }
        self.declare(name);
        if let Some(tool) = reference(value.expose()) {
            self.refuse(key, Reason::Reference(tool));
            return Ok(());
        }
        match self.values.get(name) {
            Some(other) if *other != value => {
                let other = self.keys.get(name).map_or(name, String::as_str).to_owned();
                let name = name.to_owned();
                let reason = if other == key { Reason::Twice } else { Reason::Collision { name, other } };
                self.refuse(key, reason);
            }
            Some(_) => {}
            None => {
                if value.is_empty() {
                    // A schema has no other way to take an empty text for a value.
                    self.declare(name).required = Some(RequiredDefinition::Plain(false));
                }
                self.values.insert(name.to_owned(), value);
                if name != key {
                    self.keys.insert(name.to_owned(), key.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Says that a key cannot be taken over.
    pub(super) fn refuse(&mut self, key: &str, reason: Reason) {
        if is_name(key) && !reason.is_of_many() {
            self.declare(key);
        }
        self.refused.push(Refused { key: key.to_owned(), reason });
    }

    /// What is declared about a variable.
    pub(super) fn declare(&mut self, name: &str) -> &mut VariableDefinition {
        self.declared.entry(name.to_owned()).or_default()
    }
}

/// The name of a variable that is made of the keys down to a value: in upper case, with `_` between them and in
/// place of what no name has.
pub(super) fn name_of<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let joined = keys.into_iter().collect::<Vec<_>>().join("_");
    let name = |each: char| if each.is_ascii_alphanumeric() { each.to_ascii_uppercase() } else { '_' };
    let mut name: String = joined.chars().map(name).collect();
    if !is_name(&name) {
        name.insert(0, '_');
    }
    name
}

/// The tool that a value refers to, instead of being the value.
fn reference(value: &str) -> Option<&'static str> {
    if value.starts_with("op://") {
        Some("1Password")
    } else if value.starts_with("bw://") {
        Some("Bitwarden")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(taken: &mut Taken, key: &str, name: &str, value: &str) {
        taken.put_as(key, name, Secret::new(value)).unwrap_or_else(|error| panic!("{error}"));
    }

    #[test]
    fn a_name_is_made_of_every_key() {
        assert_eq!(name_of(["db", "pass-word"]), "DB_PASS_WORD");
        assert_eq!(name_of(["tls.crt"]), "TLS_CRT");
        assert_eq!(name_of(["2fa"]), "_2FA");
    }

    #[test]
    fn what_cannot_be_a_variable_is_refused_by_its_key() {
        let mut taken = Taken::default();
        put(&mut taken, "A", "A", "1");
        put(&mut taken, "A", "A", "1");
        put(&mut taken, "a", "A", "2");
        put(&mut taken, "tls.crt", "tls.crt", "x");
        put(&mut taken, "TOKEN", "TOKEN", "op://vault/item/field");
        let found: Vec<String> =
            taken.refused.iter().map(|refused| format!("{} {}", refused.key, refused.reason)).collect();
        let expected = [
            "a is also A, which A gives another value",
            "tls.crt is no name of a variable",
            "TOKEN is a reference to 1Password, not the value",
        ];
        assert_eq!(found, expected);
        assert_eq!(taken.values.keys().collect::<Vec<_>>(), ["A"]);
    }
}
