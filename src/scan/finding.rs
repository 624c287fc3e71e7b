//! A finding: what stands where. It never holds a value.

use std::path::Path;

use crate::check::rules::Code;
use crate::check::{Diagnostic, Severity, shown};
use crate::needles::Encoding;
use crate::ui;

use super::content::{Hit, What};

/// Every code of a finding.
pub static CODES: &[Code] = &[
    Code {
        id: "leaked-value",
        severity: Severity::Error,
        summary: "A secret value of this project stands where it does not belong",
        help: "Take it out, and replace the value: whoever could read the file may have kept it. In git's history it \
               stays until then.",
    },
    Code {
        id: "leaked-token",
        severity: Severity::Error,
        summary: "Something that looks like a well-known token stands in a file",
        help: "If it is one, revoke it where it was issued. If it is made up, enter it into the baseline with \
               --write-baseline.",
    },
    Code {
        id: "not-searched",
        severity: Severity::Error,
        summary: "Something was not searched, or not searched for",
        help: "What was not searched is not known to be free of secrets.",
    },
];

/// What was found, or why nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value of the project.
    Value {
        /// The variable.
        variable: String,
        /// The environments in which it has the value.
        environments: Vec<String>,
        /// How it is written down.
        encoding: Encoding,
    },
    /// A well-known token.
    Token {
        /// Its id.
        id: &'static str,
        /// What it is.
        name: &'static str,
    },
    /// A place that was not searched, or not in full.
    Unsearched(String),
    /// Values that were not searched for.
    UnknownValues(String),
}

/// Where in git it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// The object's full hash.
    pub id: String,
    /// The first commit that has it; `None` if no branch, tag or stash reaches it.
    pub commit: Option<String>,
    /// Whether it is a message and not a file.
    pub is_message: bool,
}

/// What stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The file as the user would name it, `!` before each path within an archive; empty for none.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// Where in git it is, if it was found in the history.
    pub object: Option<Object>,
    /// Whether it stands in the name, of which the file shows the rest.
    pub is_in_name: bool,
}

impl Finding {
    pub(super) fn of(hit: &Hit<'_>, file: &str) -> Self {
        let kind = match &hit.what {
            What::Value(origin, encoding) => Kind::Value {
                variable: origin.variable.clone(),
                environments: origin.environments.clone(),
                encoding: *encoding,
            },
            What::Token(token) => Kind::Token { id: token.id, name: token.name },
        };
        Self {
            kind,
            file: file.to_owned(),
            line: Some(hit.line),
            column: Some(hit.column),
            object: None,
            is_in_name: false,
        }
    }

    /// What stands in the name of a file, a branch or a tag; `file` is the name without it.
    pub(super) fn in_name(what: What<'_>, file: &str) -> Self {
        let hit = Hit { what, line: 0, column: 0 };
        Self { line: None, column: None, is_in_name: true, ..Self::of(&hit, file) }
    }

    /// Says that a file was not searched, or not in full.
    pub fn unsearched(file: &str, reason: impl Into<String>) -> Self {
        let kind = Kind::Unsearched(reason.into());
        Self { kind, file: file.to_owned(), line: None, column: None, object: None, is_in_name: false }
    }

    /// Says that values were not searched for.
    pub fn unknown_values(reason: impl Into<String>) -> Self {
        let kind = Kind::UnknownValues(reason.into());
        Self { kind, file: String::new(), line: None, column: None, object: None, is_in_name: false }
    }

    /// The order in which findings are shown.
    pub(super) fn place(&self) -> (&str, Option<u32>, Option<u32>) {
        (&self.file, self.line, self.column)
    }

    /// The finding in the shape that the forms of reports take.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, severity) = match &self.kind {
            Kind::Value { .. } => (&CODES[0], Severity::Error),
            Kind::Token { .. } => (&CODES[1], Severity::Error),
            Kind::Unsearched(_) => (&CODES[2], Severity::Warning),
            Kind::UnknownValues(_) => (&CODES[2], Severity::Error),
        };
        let file = (!self.file.is_empty()).then(|| Path::new(&self.file));
        let mut diagnostic = Diagnostic::new(code.id, severity, self.message()).file(file);
        (diagnostic.line, diagnostic.column) = (self.line, self.column);
        if let Kind::Value { variable, .. } = &self.kind {
            diagnostic = diagnostic.variable(variable);
        }
        match self.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn message(&self) -> String {
        let place = match &self.object {
            None => String::new(),
            Some(Object { commit: Some(commit), is_message: false, .. }) => {
                format!(" in commit {}", short(commit))
            }
            Some(Object { commit: Some(commit), .. }) => {
                format!(" in the message of commit {}", short(commit))
            }
            Some(Object { id, .. }) => {
                format!(" in git's object {}, which no branch, tag or stash reaches", short(id))
            }
        };
        let here = if self.is_in_name { "in this name" } else { "here" };
        match &self.kind {
            Kind::Value { variable, environments, encoding } => {
                let environments = if environments.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", ui::escape(&environments.join(", ")))
                };
                let encoded = Some(encoding.words()).filter(|words| !words.is_empty());
                let encoded = encoded.map(|words| format!("{words} ")).unwrap_or_default();
                format!("the {encoded}value of {}{environments} stands {here}{place}", shown(variable))
            }
            Kind::Token { name, .. } if self.is_in_name => {
                format!("this name holds what looks like {name}{place}")
            }
            Kind::Token { name, .. } => format!("this looks like {name}{place}"),
            Kind::Unsearched(reason) => format!("not searched: {}", ui::escape(reason)),
            Kind::UnknownValues(reason) => ui::escape(reason).into_owned(),
        }
    }

    fn help(&self) -> Option<String> {
        let is_reached = self.object.as_ref().map(|object| object.commit.is_some());
        let history = match is_reached {
            None => "take it out",
            Some(true) => "every clone has it",
            Some(false) => "git keeps it until it is cleaned up with `git gc --prune=now`",
        };
        match &self.kind {
            Kind::Value { variable, .. } => {
                Some(format!("{history}, and replace the value: envward rotate {}", shown(variable)))
            }
            Kind::Token { .. } => Some(format!("{history}, and revoke it where it was issued")),
            Kind::Unsearched(_) => None,
            Kind::UnknownValues(_) => Some(
                "with --patterns only well-known tokens are searched for, and that is no finding".to_owned(),
            ),
        }
    }
}

/// As many digits of a hash as git shows.
fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}
