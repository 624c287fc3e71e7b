//! Source code: the variables that a program reads, in whatever language.
//!
//! What counts: a call or an expression that reads a variable, not a mention in a comment or in another text, and not
//! one that is only set. Tests, examples, documentation, benchmarks, generated and minified files are passed over: what
//! only they read is no variable of the program. So are the names that the platform sets itself ([`platform`]).
//!
//! To add a language: write its file with a [`Language`], and its tests, and add it to [`LANGUAGES`]. What most
//! languages share, a call such as `getenv("X")`, is found without it ([`calls`]).

mod calls;
mod conversion;
mod go;
mod java;
mod javascript;
mod lexer;
mod others;
mod own;
mod php;
pub mod platform;
mod python;
mod ruby;
mod rust;
mod tokens;

use std::path::Path;

use indexmap::IndexMap;

pub(super) use self::java::placeholders as java_placeholders;
use self::lexer::Grammar;
pub(super) use self::own::is_own;
use self::tokens::Tokens;
pub(super) use self::tokens::is_screaming;
use super::Source;
use crate::dotenv::is_name;
use crate::schema::infer::{Place, Sighting, TypeHint};
use crate::secret::Secret;

/// Source code.
pub struct Code;

/// One language.
pub struct Language {
    /// What it is called.
    pub name: &'static str,
    /// What its files' names end with.
    extensions: &'static [&'static str],
    /// How it is written.
    grammar: Grammar,
    /// Finds what is read in a way of its own.
    read: fn(&Tokens<'_>, &mut Reads),
}

/// Every language.
pub static LANGUAGES: &[&Language] = &[
    &python::PYTHON,
    &javascript::JAVASCRIPT,
    &go::GO,
    &rust::RUST,
    &ruby::RUBY,
    &php::PHP,
    &java::JAVA,
    &java::KOTLIN,
    &others::CSHARP,
    &others::C,
    &others::ELIXIR,
    &others::JUST,
];

impl Source for Code {
    fn name(&self) -> &'static str {
        "source code"
    }

    fn reads(&self, path: &Path, head: &str) -> bool {
        language(path).is_some() && is_own(path, head)
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        let Some(language) = language(file) else { return Vec::new() };
        let place = Place::Code(language.name);
        reads(language, text).into_iter().map(|read| read.into_sighting(file, place)).collect()
    }
}

fn language(path: &Path) -> Option<&'static Language> {
    let name = super::file_name(path);
    let extension = name.rsplit_once('.').map_or(name.as_str(), |(_, extension)| extension);
    LANGUAGES.iter().copied().find(|language| language.extensions.contains(&extension))
}

fn reads(language: &Language, text: &str) -> Vec<Read> {
    let tokens = Tokens::of(text, &language.grammar);
    let mut reads = Reads::default();
    (language.read)(&tokens, &mut reads);
    calls::read(&tokens, &mut reads);
    let mut reads: Vec<Read> = reads.found.into_values().collect();
    reads.sort_by_key(|read| read.line);
    reads
}

/// A variable that a program reads at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// The line, from 1.
    pub line: u32,
    /// What the program takes when it is unset.
    pub default: Option<String>,
    /// Whether the program does without it.
    pub required: Option<bool>,
    /// Whether the program keeps it secret.
    pub secret: Option<bool>,
    /// What the program makes of it.
    pub hint: Option<TypeHint>,
    /// What the program says about it.
    pub description: Option<String>,
}

impl Read {
    fn new(name: &str, line: u32) -> Self {
        Self { name: name.to_owned(), line, ..Self::default() }
    }

    /// With a default, which makes it optional.
    fn or(mut self, default: Option<String>) -> Self {
        if default.is_some() {
            self.required = Some(false);
            self.default = default;
        }
        self
    }

    fn required(mut self, required: bool) -> Self {
        self.required = self.required.or(Some(required));
        self
    }

    fn hint(mut self, hint: Option<TypeHint>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }

    fn into_sighting(self, file: &Path, place: Place) -> Sighting {
        Sighting {
            default: self.default.map(Secret::new),
            required: self.required,
            secret: self.secret,
            type_hint: self.hint,
            description: self.description,
            ..Sighting::new(self.name, file, self.line, place)
        }
    }
}

/// What is read in one file, each variable once a line.
#[derive(Default)]
struct Reads {
    found: IndexMap<(u32, String), Read>,
}

impl Reads {
    /// Adds one; what is known already of the same place stays.
    fn push(&mut self, read: Read) {
        if !is_name(&read.name) || platform::sets(&read.name) {
            return;
        }
        let known = self
            .found
            .entry((read.line, read.name.clone()))
            .or_insert_with(|| Read::new(&read.name, read.line));
        known.default = known.default.take().or(read.default);
        known.required = known.required.or(read.required);
        known.secret = known.secret.or(read.secret);
        known.hint = known.hint.take().or(read.hint);
        known.description = known.description.take().or(read.description);
    }
}

#[cfg(test)]
mod testing {
    use super::{Language, reads};

    /// What is read, one a line: `3 NAME = default (required, type)`.
    pub(super) fn found(language: &Language, text: &str) -> Vec<String> {
        reads(language, text).into_iter().map(shown).collect()
    }

    fn shown(read: super::Read) -> String {
        let required = read.required.filter(|_| read.default.is_none());
        let hint = read.hint.map(|hint| [vec![hint.name.to_owned()], hint.values].concat().join(" "));
        let words = [
            required.map(|required| if required { "required" } else { "optional" }.to_owned()),
            read.secret.map(|secret| if secret { "secret" } else { "not secret" }.to_owned()),
            hint,
        ];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let default = read.default.map(|default| format!(" = {default}")).unwrap_or_default();
        let words = if words.is_empty() { words } else { format!(" ({words})") };
        format!("{} {}{default}{words}", read.line, read.name)
    }
}
