//! `envward unset`: remove one variable.

use super::holder::Choice;
use super::name;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::{Required, Schema};
use crate::seal::Changes;
use crate::ui::escape;

/// Arguments of `unset`.
#[derive(clap::Args)]
pub struct Args {
    /// The variable
    name: String,

    #[command(flatten)]
    choice: Choice,
}

/// Remove one variable.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    name::refuse_value(&args.name)?;
    let name = args.name.as_str();
    let mut holder = args.choice.open(context)?;
    if !holder.values().contains_key(name) {
        holder.say_unknown(name, context);
        return Ok(ExitCode::Findings);
    }
    let schema = holder.schema()?;
    let mut changes = Changes::default();
    changes.remove(name);
    let outcome = holder.write(changes, schema.as_ref(), context)?;
    context.ui.say(&format!("{} was removed from {}", escape(name), outcome.files));
    for warning in schema.iter().flat_map(|schema| consequences(name, schema, &holder)) {
        context.ui.warn(&warning);
    }
    Ok(outcome.into())
}

/// What is not as it should be now.
fn consequences(name: &str, schema: &Schema, holder: &super::holder::Holder) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(variable) = schema.vars.get(name)
        && matches!(variable.required, Required::Always)
        && variable.default.is_none()
    {
        warnings.push(format!("{name} is required by the schema"));
    }
    for whole in schema.vars.values() {
        let is_part = whole.template.as_ref().is_some_and(|template| template.parts().contains(&name));
        if is_part && holder.values().contains_key(&whole.name) {
            warnings.push(format!("{} was rendered from {name} and still holds it", whole.name));
        }
    }
    warnings
}
