//! What the commands about sealed files have in common: saying what was done, by name.

use std::path::Path;

use super::name;
use crate::context::Context;
use crate::seal::{Remark, Side, Take, Written};
use crate::ui::{Ui, escape};

/// `--take env|sealed [NAME…]`.
#[derive(clap::Args)]
pub(super) struct TakeArgs {
    /// Decide for one side: env or sealed; where both changed a variable, or for the named ones in any case
    #[arg(long, num_args = 1.., value_names = ["SIDE", "NAME"])]
    take: Vec<String>,
}

impl TakeArgs {
    /// The decision, if one was given.
    pub(super) fn decision(&self) -> Result<Option<Take>, crate::error::Error> {
        let Some((side, names)) = self.take.split_first() else { return Ok(None) };
        let side = <Side as clap::ValueEnum>::from_str(side, false)
            .map_err(|_| crate::error::Error::usage("--take needs `env` or `sealed` first"))?;
        names.iter().try_for_each(|argument| name::refuse_value(argument))?;
        Ok(Some(Take { side, names: names.to_vec() }))
    }
}

/// Says what the user should know about a sealed file.
pub(super) fn say_remarks(remarks: &[Remark], ui: &mut Ui) {
    for remark in remarks {
        ui.warn(&remark.to_string());
        if let Some(hint) = remark.hint() {
            ui.help(hint);
        }
    }
}

/// Says what a write did.
pub(super) fn say_written(written: &Written, path: &Path, context: &mut Context) {
    let file = shown(path, context);
    if written.is_unchanged() {
        context.ui.say(&format!("{file} is up to date"));
    } else {
        let generation = written.generation.map(|number| format!(", generation {number}"));
        context.ui.say(&format!("sealed {file}{}", generation.unwrap_or_default()));
        context.ui.say_names("added", &written.added);
        context.ui.say_names("changed", &written.changed);
        context.ui.say_names("removed", &written.removed);
        context.ui.say_names("readable", &written.revealed);
        context.ui.say_names("encrypted", &written.hidden);
    }
    say_remarks(&written.remarks, &mut context.ui);
}

/// Names with commas between them, fit for a terminal.
pub(super) fn list(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}

/// A path as a person would type it here.
pub(super) fn shown(path: &Path, context: &Context) -> String {
    let path = path.strip_prefix(&context.cwd).unwrap_or(path);
    escape(&path.display().to_string()).into_owned()
}
