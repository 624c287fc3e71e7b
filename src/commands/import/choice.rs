//! `--skip` and `--overwrite`: some names, or all.

use crate::commands::name;
use crate::error::Error;
use crate::suggest::closest;
use crate::ui::escape;

/// The word that stands for every name.
const ALL: &str = "all";

/// Some names, or all.
pub(super) enum Choice<'a> {
    /// These.
    Names(&'a [String]),
    /// Every one.
    All,
}

impl<'a> Choice<'a> {
    /// What was given on the command line.
    pub fn new(arguments: &'a [String]) -> Result<Self, Error> {
        arguments.iter().try_for_each(|argument| name::refuse_value(argument))?;
        if arguments.iter().any(|argument| argument == ALL) {
            Ok(Self::All)
        } else {
            Ok(Self::Names(arguments))
        }
    }

    /// Whether it was chosen.
    pub fn has(&self, name: &str) -> bool {
        self.is_all() || self.names(name)
    }

    /// Whether it was chosen by its name.
    pub fn names(&self, name: &str) -> bool {
        matches!(self, Self::Names(names) if names.iter().any(|chosen| chosen == name))
    }

    /// Whether everything was chosen.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Refuses a name that is none of these.
    pub fn require_known(&self, flag: &str, file: &str, known: &[&str]) -> Result<(), Error> {
        let Self::Names(names) = self else { return Ok(()) };
        let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
        let message = format!("{flag} names {}, which {file} does not have", escape(unknown));
        Err(match closest(unknown, known.iter().copied()) {
            Some(close) => Error::usage_with_help(message, format!("did you mean {}?", escape(close))),
            None => Error::usage(message),
        })
    }
}
