//! What other programs make of an env file: a model of each reader, one file per family.
//!
//! The models are held against results recorded from the real programs (`tests/fixtures/dialects`). To add one:
//! write its file with a unit struct that implements [`Reader`], and add it to [`ALL`].

mod alone;
mod bun;
mod compose;
mod decouple;
mod deno;
mod direnv;
mod django_environ;
mod dotenv_expand;
mod dotenvy;
mod foreman;
mod godotenv;
mod honcho;
mod javascript;
mod make;
mod next;
mod node_builtin;
mod node_dotenv;
mod phpdotenv;
mod python;
mod python_dotenv;
mod raw;
#[cfg(test)]
mod recorded;
mod ruby_dotenv;
mod shell;
mod sops;
mod substitution;
mod symfony;
mod systemd;
mod xargs;

use std::collections::BTreeMap;

pub use alone::{alone, keeping_carriage_returns, quote_for, refuses};

use super::Document;
use super::key_block::Keys;
use crate::secret::{Secret, Values};

/// The environment variables of the process that reads the file: some readers expand them.
pub type Environment = BTreeMap<String, String>;

/// One program that reads env files.
pub trait Reader: Sync {
    /// Its id, as a manifest names it.
    fn id(&self) -> &'static str;

    /// The variables that it would set: what the program does, exactly.
    fn model(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused>;

    /// The variables that it would set, without what it takes for one although it is a line of a key: that is a
    /// part of a secret, and nobody's name.
    fn read(&self, bytes: &[u8], environment: &Environment) -> Result<Values, Refused> {
        let mut values = self.model(bytes, environment)?;
        if let Some(keys) = Keys::of(bytes) {
            values.retain(|name, _| !keys.hold(name));
        }
        Ok(values)
    }
}

/// Why a reader gives no variables at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It ends with an error.
    Rejects,
    /// A value is computed when the file is read: by a command, or by an expansion that is not modelled.
    Computes,
}

/// Every reader that is modelled.
pub static ALL: &[&dyn Reader] = &[
    &raw::Docker,
    &raw::Podman,
    &raw::Kubectl,
    &compose::Compose,
    &python_dotenv::ComposeV1,
    &node_dotenv::NodeDotenv,
    &node_builtin::Node20,
    &node_builtin::Node22,
    &dotenv_expand::DotenvExpand,
    &next::Next,
    &dotenv_expand::Vite,
    &bun::Bun,
    &deno::Deno,
    &python_dotenv::PythonDotenv,
    &django_environ::DjangoEnviron,
    &python_dotenv::Environs,
    &decouple::PYTHON_DECOUPLE,
    &decouple::STARLETTE,
    &honcho::Honcho,
    &dotenvy::Dotenvy,
    &dotenvy::Just,
    &dotenvy::Uv,
    &ruby_dotenv::RubyDotenv,
    &foreman::Foreman,
    &phpdotenv::PhpDotenv,
    &symfony::Symfony,
    &godotenv::Godotenv,
    &direnv::Direnv,
    &shell::SH,
    &shell::BASH,
    &shell::ZSH,
    &systemd::Systemd,
    &make::Make,
    &sops::Sops,
    &xargs::Xargs,
];

/// The reader of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Reader> {
    ALL.iter().copied().find(|reader| reader.id() == id)
}

/// The readers that are asked where nobody says who reads a file: the programs that most projects meet, of every
/// family that reads files in a way of its own.
pub const DEFAULT: &[&str] =
    &["docker", "compose", "kubectl", "node-dotenv", "python-dotenv", "dotenvy", "bash", "systemd"];

/// How a reader differs from what the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// It reads another value.
    OtherValue,
    /// It does not see the variable.
    Absent,
    /// It does not see the line that follows.
    LosesNext,
    /// It refuses the whole file, or computes a value while reading.
    Refused(Refused),
}

/// A variable that not every reader reads as it is written. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The variable.
    pub variable: String,
    /// The readers that differ, and how.
    pub readers: Vec<(&'static str, Deviation)>,
}

/// The variables of a file that some of these readers read otherwise than the strict reader does, in the order
/// of the file. Ids that name no modelled reader are passed over.
pub fn disagreements<S: AsRef<str>>(bytes: &[u8], ids: &[S]) -> Vec<Disagreement> {
    let (document, _) = Document::parse_with_problems(bytes);
    let readings = read_all(bytes, ids);
    let deviations = |name: &str, value: &Secret| {
        readings
            .iter()
            .filter_map(|(id, reading)| Some((*id, deviation(reading, name, value)?)))
            .collect::<Vec<_>>()
    };
    document
        .entries()
        .map(|entry| Disagreement {
            variable: entry.name.to_owned(),
            readers: deviations(entry.name, entry.value),
        })
        .filter(|disagreement| !disagreement.readers.is_empty())
        .collect()
}

/// Whether every one of these readers reads back the value that was written; the error names those that do
/// not. Ids that name no modelled reader are passed over.
pub fn verify_written<S: AsRef<str>>(
    bytes: &[u8],
    ids: &[S],
    name: &str,
    value: &Secret,
) -> Result<(), Vec<&'static str>> {
    let readings = read_all(bytes, ids);
    let differs = readings.iter().filter(|(_, reading)| deviation(reading, name, value).is_some());
    let differing: Vec<_> = differs.map(|(id, _)| *id).collect();
    if differing.is_empty() { Ok(()) } else { Err(differing) }
}

/// Nobody knows the environment in which the file will be read. A value that depends on it differs from what is
/// written, whatever is in it; but a shell without a home would not expand `~`.
fn unknown_environment() -> Environment {
    Environment::from([("HOME".to_owned(), "/nonexistent".to_owned())])
}

/// What one reader makes of a file.
pub type Reading = (&'static str, Result<Values, Refused>);

/// What each of these readers makes of a file. Ids that name no modelled reader are passed over.
pub fn read_all<S: AsRef<str>>(bytes: &[u8], ids: &[S]) -> Vec<Reading> {
    let environment = unknown_environment();
    let readers = ids.iter().filter_map(|id| by_id(id.as_ref()));
    readers.map(|reader| (reader.id(), reader.read(bytes, &environment))).collect()
}

fn deviation(reading: &Result<Values, Refused>, name: &str, value: &Secret) -> Option<Deviation> {
    match reading {
        Err(refused) => Some(Deviation::Refused(*refused)),
        Ok(values) => match values.get(name) {
            None => Some(Deviation::Absent),
            Some(read) if read == value => None,
            Some(_) => Some(Deviation::OtherValue),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_readers_that_differ_are_named() {
        let file = b"A=1\nB=2  # two\nC='a b'\nD=a\\b\n";
        let ids = ["docker", "python-dotenv", "dotenvy", "bash", "no-such-reader"];
        let other = |id| (id, Deviation::OtherValue);
        let refused = ("dotenvy", Deviation::Refused(Refused::Rejects));
        let expected = [
            ("A", vec![refused]),
            ("B", vec![other("docker"), refused]),
            ("C", vec![other("docker"), refused]),
            ("D", vec![refused, other("bash")]),
        ];
        let expected = expected.map(|(name, readers)| Disagreement { variable: name.to_owned(), readers });
        assert_eq!(disagreements(file, &ids), expected);
    }

    #[test]
    fn the_readers_that_are_asked_by_default_are_modelled() {
        assert!(DEFAULT.iter().all(|id| by_id(id).is_some()));
    }

    #[test]
    fn what_was_written_is_checked_reader_by_reader() {
        let ids: Vec<_> = ALL.iter().map(|reader| reader.id()).collect();
        assert_eq!(verify_written(b"A=s3cret\n", &ids, "A", &Secret::new("s3cret")), Ok(()));
        let quoted = verify_written(b"A='two words'\n", &ids, "A", &Secret::new("two words"));
        assert_eq!(quoted, Err(vec!["docker", "podman", "kubectl", "make", "sops", "xargs"]));
        let absent = verify_written(b"A= \n", &["node-20", "bash"], "B", &Secret::new(""));
        assert_eq!(absent, Err(vec!["node-20", "bash"]));
    }
}
