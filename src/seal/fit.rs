//! What this machine remembers of the values that it verified: that they fitted their schema.
//!
//! To read a schema and to hold forty values against it takes as long as decrypting them. Promised: a fit is
//! remembered only of values without an error, which get nothing from their schema or from the platform, and it
//! counts only for the very same sealed file, wrapped project key, files of the schema, environment and version of
//! envward, until the first of the values expires.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use crate::env_vars::EnvSnapshot;
use crate::schema::{Schema, SchemaFile, Source, ValueSource};

/// That values fitted their schema, and what that rests on besides the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The version of envward that checked them.
    version: String,
    /// The files of the schema.
    files: Vec<SchemaFile>,
    /// The variables that the platform may set, and did not.
    platform: Vec<String>,
    /// When one of the values expires, in seconds since 1970.
    until: Option<i64>,
}

impl Fit {
    /// That the values fit the schema, which they do until that time.
    pub fn new(schema: &Schema, until: Option<Timestamp>) -> Self {
        let platform = schema.vars.values().filter(|variable| variable.source == ValueSource::Environment);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            files: schema.files.clone(),
            platform: platform.map(|variable| variable.name.clone()).collect(),
            until: until.map(Timestamp::as_second),
        }
    }

    /// Whether the same values fit the schema that would be loaded from there now, on this platform.
    pub fn holds(&self, schema: &Source, platform: &EnvSnapshot, now: Timestamp) -> bool {
        self.version == env!("CARGO_PKG_VERSION")
            && self.until.is_none_or(|end| now.as_second() < end)
            && self.platform.iter().all(|name| platform.get(name).is_none())
            && schema.is_still(&self.files)
    }
}

/// A sealed file as this machine saw it, to remember something of its values.
pub struct Sight {
    pub(super) machine: Machine,
    pub(super) environment: String,
    /// The digest of the files that were verified.
    pub(super) verified: String,
}

impl Sight {
    /// What is remembered of these very values.
    pub fn fit(&self) -> Option<&Fit> {
        let seen = self.machine.seen(&self.environment)?;
        seen.fit.as_ref().filter(|_| seen.verified.as_ref() == Some(&self.verified))
    }

    /// Remembers that the values fit.
    pub fn remember(&mut self, fit: Fit) {
        self.machine.remember_fit(&self.environment, &self.verified, fit);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs;
    use crate::schema;

    const SCHEMA: &str =
        "[schema]\nextends = ['base.toml', 'builtin:smtp']\n[vars.PORT]\nsource = 'environment'\n";

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a date")
    }

    fn write(directory: &Path, name: &str, text: &str) {
        fs::write_shared(&directory.join(name), text.as_bytes()).expect("writable");
    }

    /// A schema of three files, and a fit to it.
    fn fit(directory: &Path) -> (Fit, Source) {
        write(directory, "base.toml", "[vars.A]\n");
        write(directory, "app.toml", SCHEMA);
        let source = Source::named("app.toml", directory, Some(directory));
        let schema = schema::load(&source).expect("it is valid");
        (Fit::new(&schema, Some(time("2026-06-01T00:00:00Z"))), source)
    }

    fn holds(fit: &Fit, source: &Source) -> bool {
        fit.holds(source, &EnvSnapshot::default(), time("2026-05-31T23:59:59Z"))
    }

    #[test]
    fn it_holds_as_long_as_nothing_is_another() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (fit, source) = fit(directory.path());
        assert!(holds(&fit, &source));
        assert!(!fit.holds(&source, &EnvSnapshot::default(), time("2026-06-01T00:00:00Z")));
        let platform = [("PORT".into(), "8080".into())].into_iter().collect();
        assert!(!fit.holds(&source, &platform, time("2026-03-01T00:00:00Z")));
        let older = Fit { version: "0.0.9".to_owned(), ..fit };
        assert!(!holds(&older, &source));
    }

    #[test]
    fn it_ends_with_the_text_of_any_file() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (fit, source) = fit(directory.path());
        for (name, text) in [("base.toml", "[vars.A]\n"), ("app.toml", SCHEMA)] {
            write(directory.path(), name, &format!("{text}#"));
            assert!(!holds(&fit, &source), "{name}");
            fs::remove(&directory.path().join(name)).expect("it is there");
            assert!(!holds(&fit, &source), "{name}");
            write(directory.path(), name, text);
            assert!(holds(&fit, &source), "{name}");
        }
        let mut other = fit.clone();
        let builtin = |file: &&mut SchemaFile| file.path == Path::new("builtin:smtp");
        other.files.iter_mut().find(builtin).expect("it is one of them").sha256.replace_range(..1, "x");
        assert!(!holds(&other, &source));
    }

    #[test]
    fn it_is_about_one_schema() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (fit, _) = fit(directory.path());
        for other in ["base.toml", "none.toml", "builtin:smtp"] {
            let other = Source::named(other, directory.path(), Some(directory.path()));
            assert!(!holds(&fit, &other));
        }
        let manifest = directory.path().join("envward.toml");
        assert!(!holds(&fit, &Source::Inline { manifest }));
    }
}
