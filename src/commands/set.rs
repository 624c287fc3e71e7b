//! `envward set`: set one value, read from a prompt or from standard input.

use super::holder::{Choice, refuse_mismatch, refuse_unknown_name};
use super::name;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::{Required, Schema};
use crate::seal::Changes;
use crate::secret::Secret;
use crate::ui::{Ui, escape};

/// Arguments of `set`.
#[derive(clap::Args)]
#[command(
    after_help = "The value comes from standard input, less one newline at its end, or from a prompt that does \
                  not show it. It is never an argument: those can be seen by every user of the machine."
)]
pub struct Args {
    /// The variable
    name: String,

    /// Take a name that the schema does not know; its value is stored encrypted
    #[arg(long)]
    new: bool,

    #[command(flatten)]
    choice: Choice,
}

/// Set one value, read from a prompt or from standard input.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    name::require(&args.name)?;
    let name = args.name.as_str();
    let mut holder = args.choice.open(context)?;
    let schema = holder.schema()?;
    if refuse_unknown_name(name, schema.as_ref(), args.new, &mut context.ui) {
        return Ok(ExitCode::Findings);
    }
    let value = context.ui.secret_from_stdin_or_prompt(&escape(name))?;
    if refuse_empty(name, &value, schema.as_ref(), &mut context.ui)
        || refuse_mismatch(name, value.expose(), schema.as_ref(), &mut context.ui)
    {
        context.ui.note("nothing was written");
        return Ok(ExitCode::Findings);
    }
    let mut changes = Changes::default();
    changes.set(name, value);
    let outcome = holder.write(changes, schema.as_ref(), context)?;
    if outcome.changed && outcome.sealed_only.iter().any(|only| only == name) {
        context.ui.say(&format!("{name} was set in {}", holder.shown(context)));
    } else if outcome.changed {
        context.ui.say(&format!("{name} was set in {}", outcome.files));
    } else {
        context.ui.say(&format!("{name} has that value already"));
    }
    Ok(outcome.into())
}

/// Refuses to empty a variable that is always required: it would count as unset, and nothing on standard input is more
/// often a mistake than a wish.
fn refuse_empty(name: &str, value: &Secret, schema: Option<&Schema>, ui: &mut Ui) -> bool {
    let variable = schema.and_then(|schema| schema.vars.get(name));
    if !value.expose().is_empty() || !variable.is_some_and(|it| matches!(it.required, Required::Always)) {
        return false;
    }
    ui.error(&format!("the value of {} is empty, and required", escape(name)));
    ui.help(&format!("to take it out: envward unset {}", escape(name)));
    true
}
