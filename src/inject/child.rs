//! What a program gets: the values of the environment, laid over what envward was started with.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use super::Error;
use crate::env_vars::{self, EnvSnapshot};
use crate::schema::{Schema, ValueSource};
use crate::secret::{Secret, Values};
use crate::suggest::closest;
use crate::ui;

/// The longest `NAME=value` that Linux hands to a program, its NUL included (`MAX_ARG_STRLEN`).
const LONGEST: usize = 131_072;

/// The values a program would get, before any of them is left out.
#[derive(Default)]
pub struct Effective {
    /// Name to value.
    pub values: Values,
    /// Those that were not taken from the file but from the platform that started envward.
    pub from_platform: BTreeSet<String>,
    /// Whether the schema gave some.
    has_defaults: bool,
}

impl Effective {
    /// Whether they are the values of the file and nothing else.
    pub fn is_as_in_file(&self) -> bool {
        self.from_platform.is_empty() && !self.has_defaults
    }
}

/// Lays the platform's values (`source = "environment"`) over those of the file and adds defaults for what is
/// missing.
pub fn effective(
    file: Values,
    schema: Option<&Schema>,
    environment: &str,
    platform: &EnvSnapshot,
) -> Effective {
    let mut effective = Effective { values: file, ..Effective::default() };
    for (name, variable) in schema.iter().flat_map(|schema| &schema.vars) {
        let given = match variable.source {
            ValueSource::Environment => platform.get(name),
            ValueSource::File => None,
        };
        if let Some(value) = given {
            effective.values.insert(name.clone(), Secret::new(value));
            effective.from_platform.insert(name.clone());
        } else if !effective.values.contains_key(name)
            && let Some(default) = variable.default.as_ref().and_then(|it| it.for_environment(environment))
        {
            effective.values.insert(name.clone(), Secret::new(default));
            effective.has_defaults = true;
        }
    }
    effective
}

/// Which of the values a program gets.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Only these.
    Only(Vec<String>),
    /// All but these.
    Except(Vec<String>),
}

impl Selection {
    /// Leaves out what is not selected. A name that is not there is an error: it is misspelt, and the program
    /// would miss a value or get one that it should not have.
    pub fn apply(&self, values: &mut Values) -> Result<(), Error> {
        let (flag, names) = match self {
            Self::All => return Ok(()),
            Self::Only(names) => ("--only", names),
            Self::Except(names) => ("--except", names),
        };
        if let Some(unknown) = names.iter().find(|name| !values.contains_key(*name)) {
            return Err(Error::UnknownName {
                flag,
                name: ui::escape(unknown).into_owned(),
                suggestion: closest(unknown, values.keys().map(String::as_str)).map(str::to_owned),
            });
        }
        let keep_named = matches!(self, Self::Only(_));
        values.retain(|name, _| names.contains(name) == keep_named);
        Ok(())
    }
}

/// The child's environment: what envward was started with (nothing, if `clean`), then the values, and never a
/// credential of envward.
pub fn child_environment<'a>(
    inherited: &'a EnvSnapshot,
    values: &'a Values,
    clean: bool,
) -> Result<BTreeMap<&'a OsStr, &'a OsStr>, Error> {
    let mut child = BTreeMap::new();
    if !clean {
        child.extend(inherited.iter());
    }
    for (name, value) in values {
        if value.expose().contains('\0') {
            return Err(Error::Nul { name: name.clone() });
        }
        if name.len() + "=".len() + value.len() + "\0".len() > LONGEST {
            return Err(Error::TooLong { name: name.clone() });
        }
        child.insert(OsStr::new(name), OsStr::new(value.expose()));
    }
    for credential in env_vars::CREDENTIALS {
        child.remove(OsStr::new(credential));
    }
    Ok(child)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect()
    }

    fn snapshot(pairs: &[(&str, &str)]) -> EnvSnapshot {
        pairs.iter().map(|&(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }

    fn names(values: &Values) -> Vec<&str> {
        values.keys().map(String::as_str).collect()
    }

    #[test]
    fn the_values_win_over_what_is_inherited() {
        let (inherited, values) = (snapshot(&[("A", "old"), ("B", "kept")]), values(&[("A", "new")]));
        let child = child_environment(&inherited, &values, false);
        let expected = [("A", "new"), ("B", "kept")].map(|(name, value)| (name.as_ref(), value.as_ref()));
        assert!(child.is_ok_and(|child| child == BTreeMap::from(expected)));
    }

    #[test]
    fn credentials_never_reach_the_child() {
        let inherited = snapshot(&[("SOPS_AGE_KEY", "k"), ("ENVWARD_IDENTITY", "k"), ("A", "1")]);
        let values = values(&[("SOPS_AGE_KEY_FILE", "k")]);
        let child = child_environment(&inherited, &values, false);
        assert!(child.is_ok_and(|child| child.keys().map(|name| name.to_str()).eq([Some("A")])));
    }

    #[test]
    fn only_and_except_select() {
        let mut selected = values(&[("A", ""), ("B", ""), ("C", "")]);
        assert!(Selection::Only(vec!["C".into(), "A".into()]).apply(&mut selected).is_ok());
        assert_eq!(names(&selected), ["A", "C"]);
        assert!(Selection::Except(vec!["A".into()]).apply(&mut selected).is_ok());
        assert_eq!(names(&selected), ["C"]);
    }

    #[test]
    fn a_misspelt_selection_is_an_error() {
        let error = Selection::Except(vec!["DB_PASWORD".into()])
            .apply(&mut values(&[("DB_PASSWORD", "")]))
            .expect_err("it is not there");
        assert_eq!(error.to_string(), "--except names DB_PASWORD, which this environment does not have");
        assert_eq!(error.hint().as_deref(), Some("did you mean DB_PASSWORD?"));
    }

    #[test]
    fn what_a_kernel_would_not_take_is_named() {
        let refusal =
            |name, value| child_environment(&EnvSnapshot::default(), &values(&[(name, value)]), true).err();
        let longest = "x".repeat(LONGEST - "A=".len() - 1);
        assert!(refusal("A", &longest).is_none());
        assert!(matches!(refusal("AB", &longest), Some(Error::TooLong { name }) if name == "AB"));
        assert!(matches!(refusal("A", "x\0y"), Some(Error::Nul { name }) if name == "A"));
    }
}
