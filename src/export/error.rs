//! Why the environment is not written in a form.

use crate::{fs, ui};

use super::Refusal;

/// The environment cannot be written in a form. Holds no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The form cannot carry some of the variables.
    #[error("{}", lines(.refused))]
    Refused {
        /// Which, and why.
        refused: Vec<Refused>,
        /// The forms that can carry all of them.
        instead: Vec<&'static str>,
    },
    /// The whole is more than the form can carry, or its names clash.
    #[error("the environment cannot be written as {form}: {reason}")]
    Whole {
        /// The form.
        form: &'static str,
        /// Why not.
        reason: String,
    },
    /// An option is missing or makes no sense.
    #[error("{message}")]
    Option {
        /// What is wrong with it.
        message: String,
        /// What to do instead.
        help: String,
    },
    /// A file that an option names cannot be read.
    #[error(transparent)]
    File(#[from] fs::Error),
    /// What was written does not read back as the same.
    #[error("what was written as {form} does not read back as the same values, so it was thrown away: a bug")]
    NotReadBack {
        /// The form.
        form: &'static str,
    },
}

/// A variable that a form cannot carry, and why. Holds no value.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written as {form}: {reason}", ui::escape(name))]
pub struct Refused {
    /// The form.
    pub form: &'static str,
    /// The variable.
    pub name: String,
    pub(super) reason: Refusal,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { refused, instead } => {
                let it = if refused.len() == 1 { "it" } else { "all of them" };
                Some(if instead.is_empty() {
                    format!("no form carries {it}; `run` does if the kernel takes {it}")
                } else {
                    ui::names_after(&format!("these forms carry {it}, as does `run`: "), &names(instead))
                })
            }
            Self::Option { help, .. } => Some(help.clone()),
            Self::File(error) => error.hint(),
            Self::Whole { .. } | Self::NotReadBack { .. } => None,
        }
    }
}

fn names(forms: &[&'static str]) -> Vec<String> {
    forms.iter().map(|&form| form.to_owned()).collect()
}

fn lines(refused: &[Refused]) -> String {
    refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
