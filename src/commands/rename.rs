//! `envward rename`: rename one variable.

use super::holder::{Choice, Holder, refuse_mismatch, refuse_unknown_name};
use super::name;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rotation::journal::Journals;
use crate::seal::Changes;
use crate::ui::escape;

/// Arguments of `rename`.
#[derive(clap::Args)]
pub struct Args {
    /// The variable
    old: String,

    /// Its new name
    new_name: String,

    /// Take a new name that the schema does not know
    #[arg(long)]
    new: bool,

    #[command(flatten)]
    choice: Choice,
}

/// Rename one variable.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let (old, new) = (args.old.as_str(), args.new_name.as_str());
    name::refuse_value(old)?;
    name::require(new)?;
    let mut holder = args.choice.open(context)?;
    let Some(value) = holder.values().get(old).cloned() else {
        holder.say_unknown(old, context);
        return Ok(ExitCode::Findings);
    };
    if holder.values().contains_key(new) {
        let message = format!("{} has a variable {new} already", holder.shown(context));
        return Err(Error::usage_with_help(message, format!("run: envward unset {new}")));
    }
    refuse_in_rotation(old, &holder)?;
    let schema = holder.schema()?;
    if refuse_unknown_name(new, schema.as_ref(), args.new, &mut context.ui)
        || refuse_mismatch(new, value.expose(), schema.as_ref(), &mut context.ui)
    {
        return Ok(ExitCode::Findings);
    }
    let mut changes = Changes::default();
    changes.rename(old, new);
    let outcome = holder.write(changes, schema.as_ref(), context)?;
    context.ui.say(&format!("{} is now {new} in {}", escape(old), outcome.files));
    Ok(outcome.into())
}

/// Refuses a variable that has a journal: that holds its pending or previous value, and would be found no more.
fn refuse_in_rotation(name: &str, holder: &Holder) -> Result<(), Error> {
    let (Some(project), Some(environment)) = (&holder.project, &holder.environment) else { return Ok(()) };
    let journals = Journals::new(&project.root, &project.manifest.project.name, &environment.name);
    if !journals.variables()?.iter().any(|known| known == name) {
        return Ok(());
    }
    let name = escape(name);
    let message = format!(
        "the rotation of {name} is not over, and what is known of its previous value goes by that name"
    );
    let help = format!(
        "bring it to its end first: envward rotate --due, or if it was stopped: envward rotate {name} --resume"
    );
    Err(Error::usage_with_help(message, help))
}
