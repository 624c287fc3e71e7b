//! What is checked, with everything that a rule may look at.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use super::{Diagnostic, Severity};
use crate::dotenv::{Document, Entry, Problem, Quote};
use crate::schema::placeholder::{self, Placeholder};
use crate::schema::types::{Mismatch, Typed};
use crate::schema::{Schema, ValueSource, Variable};
use crate::secret::{Secret, Values};

/// What kind of thing holds the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A plaintext env file.
    EnvFile,
    /// A sealed file.
    Sealed,
    /// The environment of a process, which holds much that no schema knows.
    Process,
}

/// The values to check.
pub enum Input<'a> {
    /// An env file, as far as the strict reader could read it.
    EnvFile {
        /// The file as it is.
        bytes: &'a [u8],
        /// The document.
        document: &'a Document,
        /// What could not be read.
        problems: &'a [Problem],
        /// What is known about the file itself.
        facts: FileFacts,
    },
    /// The opened values of a sealed file.
    Sealed(&'a Values),
    /// The environment of a process.
    Process(&'a Values),
}

/// What is known about an env file besides its content.
#[derive(Clone, Default)]
pub struct FileFacts {
    /// Its permission bits, where the platform has them.
    pub mode: Option<u32>,
    /// What git makes of it; `None` outside a repository.
    pub git: Option<GitState>,
    /// The programs that are declared to read it.
    pub readers: Vec<String>,
}

/// What git makes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitState {
    /// It is in the index, and so in the next commit.
    Tracked,
    /// `git add .` would take it.
    NotIgnored,
    /// git leaves it alone.
    Ignored,
}

/// Another environment of the same project, for comparison.
pub struct OtherEnvironment {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Values,
}

/// One assignment of a value to a name.
#[derive(Clone, Copy)]
pub struct Assignment<'a> {
    /// The name.
    pub name: &'a str,
    /// The decoded value.
    pub value: &'a Secret,
    /// Line of the name and column of the value, from 1; `None` where there are no lines.
    pub position: Option<(u32, u32)>,
    /// How the value stands in the file.
    pub quote: Quote,
    /// Whether a comment follows on the same line.
    pub inline_comment: bool,
    /// Whether the line starts with `export `.
    pub export: bool,
    /// Whether the value refers to another variable.
    pub refers: bool,
    /// The line as it stands in the file; empty where there are no lines.
    pub text: &'a [u8],
    /// The value as it stands in the file, with its quotes; empty where there are no lines.
    pub raw: &'a [u8],
}

impl<'a> From<Entry<'a>> for Assignment<'a> {
    fn from(entry: Entry<'a>) -> Self {
        Self {
            name: entry.name,
            value: entry.value,
            position: Some((entry.line, entry.column)),
            quote: entry.quote,
            inline_comment: entry.inline_comment,
            export: entry.export,
            refers: entry.refers,
            text: entry.text,
            raw: entry.raw,
        }
    }
}

/// What there is of a variable of the schema.
pub enum State {
    /// No assignment, or an empty one.
    Unset,
    /// The line that assigns it cannot be read.
    Unreadable,
    /// The env file says that the value is only in the sealed file.
    OnlySealed,
    /// A placeholder, which counts as unset.
    Placeholder,
    /// A value that the type refuses.
    Invalid(Mismatch),
    /// A value of the type; [`Subject::typed`] has it.
    Valid,
}

/// A variable of the schema and what was found of it.
pub struct Finding<'a> {
    /// The variable.
    pub variable: &'a Variable,
    /// Its assignment, also if that is empty or a placeholder.
    pub assignment: Option<Assignment<'a>>,
    /// Whether its value stands for "fill this in".
    pub likeness: Placeholder,
    /// What that comes to.
    pub state: State,
}

impl Finding<'_> {
    /// Whether the value may be a placeholder, or a real value that looks like one.
    pub fn is_likely_placeholder(&self) -> bool {
        self.likeness == Placeholder::Likely
    }
}

/// What is checked.
pub struct Subject<'a> {
    /// The schema; without one, only what needs none is checked.
    pub schema: Option<&'a Schema>,
    /// Name of the environment.
    pub environment: &'a str,
    /// What kind of thing holds the values.
    pub scope: Scope,
    /// The file as the user named it, if there is one.
    pub file: Option<&'a Path>,
    /// The env file as it is; empty where there is none.
    pub bytes: &'a [u8],
    /// Every assignment, in order.
    pub assignments: Vec<Assignment<'a>>,
    /// What the strict reader could not read.
    pub problems: &'a [Problem],
    /// What is known about the file itself.
    pub facts: FileFacts,
    /// Every variable of the schema, in its order.
    pub variables: Vec<Finding<'a>>,
    /// Positions in `assignments` of names that the schema does not have.
    pub unknown: Vec<usize>,
    /// What a rule sees: the typed values that are set, in the place of others their defaults, and the parts
    /// that a whole gives away.
    pub typed: BTreeMap<&'a str, Typed>,
    /// Other environments of the project.
    pub others: &'a [OtherEnvironment],
    /// What time it is.
    pub now: Timestamp,
    derived: OnceCell<Values>,
}

impl<'a> Subject<'a> {
    /// Looks every variable up once, so that the rules need not.
    pub fn new(
        schema: Option<&'a Schema>,
        environment: &'a str,
        file: Option<&'a Path>,
        input: Input<'a>,
        others: &'a [OtherEnvironment],
        now: Timestamp,
    ) -> Self {
        let mut subject = Self {
            schema,
            environment,
            scope: Scope::EnvFile,
            file,
            bytes: &[],
            assignments: Vec::new(),
            problems: &[],
            facts: FileFacts::default(),
            variables: Vec::new(),
            unknown: Vec::new(),
            typed: BTreeMap::new(),
            others,
            now,
            derived: OnceCell::new(),
        };
        let sealed_only = subject.take(input);
        if let Some(schema) = schema {
            subject.look_up(schema, &sealed_only);
            subject.type_defaults();
        }
        subject
    }

    /// A finding about the file as a whole.
    pub fn finding(&self, code: &'static str, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, severity, message).file(self.file)
    }

    /// A finding about one assignment, at its value.
    pub fn finding_at(
        &self,
        code: &'static str,
        severity: Severity,
        assignment: &Assignment<'_>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let finding = self.finding(code, severity, message).variable(assignment.name);
        match assignment.position {
            Some((line, column)) => finding.at(line, column),
            None => finding,
        }
    }

    /// What was found of a variable of the schema.
    pub fn variable(&self, name: &str) -> Option<&Finding<'a>> {
        self.variables.get(self.schema?.vars.get_index_of(name)?)
    }

    /// The text of a variable, placeholder or not, else its default: what a comparison between lines sees.
    pub fn text(&self, name: &str) -> Option<Secret> {
        let found = self.variable(name)?;
        match found.assignment {
            Some(assignment) if !assignment.value.is_empty() => Some(assignment.value.clone()),
            _ => self.default(found.variable).map(Secret::new),
        }
    }

    /// The default of a variable in this environment.
    pub fn default(&self, variable: &'a Variable) -> Option<&'a str> {
        variable.default.as_ref()?.for_environment(self.environment)
    }

    /// Whether an unset variable would be there all the same: by its default, as a part that a whole gives
    /// away, or because the platform sets it.
    pub fn is_provided(&self, variable: &'a Variable) -> bool {
        self.default(variable).is_some()
            || self.derived().contains_key(&variable.name)
            || (variable.source == ValueSource::Environment && self.scope != Scope::Process)
    }

    /// The parts that wholes give away whose parts are not set.
    fn derived(&self) -> &Values {
        self.derived.get_or_init(|| {
            let mut derived = Values::new();
            for found in self.variables.iter().filter(|found| matches!(found.state, State::Valid)) {
                let (Some(template), Some(whole)) = (&found.variable.template, found.assignment) else {
                    continue;
                };
                for (name, value) in template.split(whole.value).into_iter().flatten() {
                    let unset = self.variable(&name).is_some_and(|part| matches!(part.state, State::Unset));
                    if unset && !placeholder::is_placeholder(value.expose()) {
                        derived.insert(name, value);
                    }
                }
            }
            derived
        })
    }

    /// Takes the values in; gives back the names that are only in the sealed file.
    fn take(&mut self, input: Input<'a>) -> HashSet<&'a str> {
        match input {
            Input::EnvFile { bytes, document, problems, facts } => {
                (self.bytes, self.problems, self.facts) = (bytes, problems, facts);
                self.assignments = document.entries().map(Assignment::from).collect();
                return document.sealed_only().collect();
            }
            Input::Sealed(values) => (self.scope, self.assignments) = (Scope::Sealed, plain(values)),
            Input::Process(values) => (self.scope, self.assignments) = (Scope::Process, plain(values)),
        }
        HashSet::new()
    }

    fn look_up(&mut self, schema: &'a Schema, sealed_only: &HashSet<&str>) {
        let unreadable: HashSet<&str> =
            self.problems.iter().filter_map(|problem| problem.name.as_deref()).collect();
        let mut found: Vec<Option<Assignment<'a>>> = vec![None; schema.vars.len()];
        for (position, assignment) in self.assignments.iter().enumerate() {
            match schema.vars.get_index_of(assignment.name) {
                Some(index) => found[index] = Some(*assignment),
                None => self.unknown.push(position),
            }
        }
        for (variable, assignment) in schema.vars.values().zip(found) {
            let likeness = assignment.map_or(Placeholder::No, |assignment| {
                variable.likeness(assignment.value.expose(), self.environment)
            });
            let state = match assignment {
                Some(_) if likeness == Placeholder::Sure => State::Placeholder,
                Some(assignment) if !assignment.value.is_empty() => self.judge(variable, assignment.value),
                None if unreadable.contains(variable.name.as_str()) => State::Unreadable,
                None if sealed_only.contains(variable.name.as_str()) => State::OnlySealed,
                _ => State::Unset,
            };
            self.variables.push(Finding { variable, assignment, likeness, state });
        }
    }

    fn judge(&mut self, variable: &'a Variable, value: &Secret) -> State {
        match variable.value_type.check(value.expose(), &variable.constraints) {
            Ok(typed) => {
                self.typed.insert(&variable.name, typed);
                State::Valid
            }
            Err(mismatch) => State::Invalid(mismatch),
        }
    }

    /// Gives the rules the values that variables without one will have.
    fn type_defaults(&mut self) {
        let mut typed = Vec::new();
        for found in self.variables.iter().filter(|found| matches!(found.state, State::Unset)) {
            let variable = found.variable;
            let derived = self.derived().get(&variable.name).map(Secret::expose);
            if let Some(text) = derived.or_else(|| self.default(variable))
                && let Ok(value) = variable.value_type.check(text, &variable.constraints)
            {
                typed.push((variable.name.as_str(), value));
            }
        }
        self.typed.extend(typed);
    }
}

fn plain(values: &Values) -> Vec<Assignment<'_>> {
    let assignment = |(name, value)| Assignment {
        name,
        value,
        position: None,
        quote: Quote::Bare,
        inline_comment: false,
        export: false,
        refers: false,
        text: &[],
        raw: &[],
    };
    values.iter().map(|(name, value)| assignment((name.as_str(), value))).collect()
}
