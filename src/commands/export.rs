//! `envward export`: write the environment in a form that other programs read.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use super::injected::{Loaded, Origin, Reading, fits};
use super::sealing::shown;
use crate::check::{Input, Subject};
use crate::context::Context;
use crate::env_vars::EnvSnapshot;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::schema::ValueSource;
use crate::{export, fs, git, inject};

/// Arguments of `export`.
#[derive(clap::Args)]
#[command(
    after_help = "Defaults are filled in; what the platform sets (source = \"environment\") is left out."
)]
pub struct Args {
    /// The form
    #[arg(value_name = "FORMAT", value_parser = PossibleValuesParser::new(export::ALL.iter().map(|format| format.name())))]
    form: String,

    /// Write this file, mode 0600, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    origin: Origin,
}

/// Writes the environment in a form that other programs read.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let format = export::by_name(&args.form).expect("the parser takes only names of formats");
    let Loaded { values, schema, environment, readers, .. } = args.origin.load(Reading::Always, context)?;
    // The platform of those who will read it is not this one.
    let platform = EnvSnapshot::default();
    let mut values = inject::effective(values, schema.as_ref(), &environment, &platform).values;
    if let Some(schema) = &schema {
        let is_platforms = |name: &str| {
            schema.vars.get(name).is_some_and(|variable| variable.source == ValueSource::Environment)
        };
        values.retain(|name, _| !is_platforms(name));
    }
    let (input, now) = (Input::Sealed(&values), context.clock.now());
    let subject = Subject::new(schema.as_ref(), &environment, None, input, &[], now);
    if !fits(&subject, &mut context.ui) {
        context.ui.help(&format!("nothing was written; see more with: {}", args.origin.check()));
        return Ok(ExitCode::Findings);
    }
    let text = format.render(&values, &readers)?;
    let Some(out) = &args.out else {
        context.ui.result(&text).map_err(Error::Output)?;
        return Ok(ExitCode::Done);
    };
    let out = context.resolve(out);
    git::refuse_tracked(&out, &context.env)?;
    fs::write_private(&out, text.as_bytes())?;
    let file = shown(&out, context);
    context.ui.say(&format!("wrote {file}"));
    Ok(ExitCode::Done)
}
