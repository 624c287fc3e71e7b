//! `--take SIDE [NAME…]`: a person's decision for one of two sides that both changed a variable.

use super::name;
use crate::error::Error;
use crate::merge::{Side, Take};

/// `--take env|sealed [NAME…]`.
#[derive(clap::Args)]
pub(super) struct TakeArgs {
    /// Decide for one side: env or sealed; where both changed a variable, or for the named ones in any case
    #[arg(long, num_args = 1.., value_names = ["SIDE", "NAME"])]
    take: Vec<String>,
}

impl TakeArgs {
    /// The decision, if one was given.
    pub(super) fn decision(&self) -> Result<Option<Take>, Error> {
        decision(&self.take, ["env", "sealed"])
    }
}

/// `--take local|store [NAME…]`.
#[derive(clap::Args)]
pub(super) struct TakeFromStoreArgs {
    /// Decide for one side: local or store; where both changed a variable, or for the named ones in any case
    #[arg(long, num_args = 1.., value_names = ["SIDE", "NAME"])]
    take: Vec<String>,
}

impl TakeFromStoreArgs {
    /// Whether a decision was given.
    pub(super) fn is_given(&self) -> bool {
        !self.take.is_empty()
    }

    /// The decision, if one was given.
    pub(super) fn decision(&self) -> Result<Option<Take>, Error> {
        decision(&self.take, ["local", "store"])
    }
}

fn decision(arguments: &[String], [ours, theirs]: [&str; 2]) -> Result<Option<Take>, Error> {
    let Some((side, names)) = arguments.split_first() else { return Ok(None) };
    let side = match side.as_str() {
        side if side == ours => Side::Ours,
        side if side == theirs => Side::Theirs,
        _ => return Err(Error::usage(format!("--take needs `{ours}` or `{theirs}` first"))),
    };
    names.iter().try_for_each(|argument| name::refuse_value(argument))?;
    Ok(Some(Take { side, names: names.to_vec() }))
}
