//! `envward export`: write the environment in a form that other programs read.

mod files;

use std::path::{Path, PathBuf};

use super::injected::{Choice, Loaded, Origin, Reading, fits, guard};
use super::sealing::shown;
use super::store_access::{self, Target};
use crate::check::{Input, Subject};
use crate::context::Context;
use crate::env_vars::EnvSnapshot;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::export::{self, Destination, Form, NamedStore, Output, Stored};
use crate::inject::{self, Effective};
use crate::manifest::StoreDefinition;
use crate::project::Project;
use crate::schema::{Schema, ValueSource};
use crate::secret::Values;
use crate::store::expand;
use crate::{fs, git};

/// Arguments of `export`.
#[derive(clap::Args)]
#[command(
    subcommand_value_name = "FORMAT",
    subcommand_help_heading = "Forms",
    disable_help_subcommand = true,
    after_help = "Defaults are filled in; what the platform sets (source = \"environment\") is left out. A value that \
                  the form cannot carry is an error, before anything is written; `envward export FORMAT --help` shows \
                  what a form can do."
)]
pub struct Args {
    /// The form
    #[command(subcommand)]
    form: Form,

    /// Write this file, mode 0600, instead of standard output; for a form of several files, their directory
    #[arg(short, long, global = true, value_name = "PATH")]
    out: Option<PathBuf>,

    #[command(flatten)]
    origin: Origin,

    #[command(flatten)]
    choice: Choice,
}

/// Writes the environment in a form that other programs read.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    args.choice.refuse_values()?;
    let place = place(args, context)?;
    let Loaded { values, schema, environment, readers, .. } = args.origin.load(Reading::Always, context)?;
    // The platform of those who will read it is not this one.
    let platform = EnvSnapshot::default();
    let stored = stored(args, &values, context)?;
    let mut effective = inject::effective(values, schema.as_ref(), &environment, &platform);
    if let Some(schema) = &schema {
        leave_out_platforms(schema, &mut effective.values);
    }
    let (input, now) = (Input::Sealed(&effective.values), context.clock.now());
    let subject = Subject::new(schema.as_ref(), &environment, None, input, &[], now);
    if !fits(&subject, &mut context.ui) {
        context.ui.help(&format!("nothing was written; see more with: {}", args.origin.check()));
        return Ok(ExitCode::Findings);
    }
    args.choice.selection().apply(&mut effective.values)?;
    if args.form.sets_in_place() {
        guard(&effective, &args.choice, &mut context.ui)?;
    }
    let input = input_of(effective, schema.as_ref(), &place, context)?;
    let input = export::Input { readers, stored, ..input };
    let output = match args.form.render(&input) {
        Err(error @ export::Error::Refused { .. }) => return Ok(say_refused(&error, context)),
        output => output?,
    };
    write(&output, &place, context)?;
    Ok(ExitCode::Done)
}

/// Where the result goes.
enum Place {
    Standard,
    File(PathBuf),
    Directory(PathBuf),
    /// The file of a CI system.
    Appended(PathBuf),
}

/// Finds out before anything is opened.
fn place(args: &Args, context: &Context) -> Result<Place, Error> {
    let out = args.out.as_ref().map(|out| context.resolve(out));
    match (args.form.destination(), out) {
        (Destination::Anywhere, None) => Ok(Place::Standard),
        (Destination::Anywhere, Some(out)) => Ok(Place::File(out)),
        (Destination::Directory, Some(out)) => Ok(Place::Directory(out)),
        (Destination::Directory, None) => {
            let message = format!("{} is several files", args.form.name());
            Err(Error::usage_with_help(message, "name a directory for them: --out DIR"))
        }
        (Destination::Appended(variable), out) => {
            if context.ui.result_is_file() {
                let message =
                    "standard output goes to a file, where the commands that mask the values are lost";
                let help =
                    format!("leave the redirection out: the lines are appended to ${variable} by themselves");
                return Err(Error::usage_with_help(message, help));
            }
            let named = || context.env.get_os(variable).map(PathBuf::from);
            out.or_else(named).map(Place::Appended).ok_or_else(|| {
                let message =
                    format!("{} is for a step of a CI system, and {variable} is not set", args.form.name());
                Error::usage_with_help(message, "run it in a step, or name the file to append to: --out FILE")
            })
        }
    }
}

/// The store that the form points at. Nothing is asked of it.
fn stored(args: &Args, values: &Values, context: &Context) -> Result<Option<Stored>, Error> {
    let Some(NamedStore(named)) = args.form.store() else { return Ok(None) };
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let named = named.map(str::to_owned);
    let name = store_access::only(named.as_ref(), &project, &environment)?;
    let target = Target::find(name, &project, &environment, None)?;
    let place = match target.definition {
        StoreDefinition::Directory(_) => Ok(String::new()),
        StoreDefinition::Vault(vault) => {
            expand(&vault.path, &environment.name, &project.manifest.project.name)
        }
        StoreDefinition::AwsSecretsManager(aws) => {
            expand(&aws.name, &environment.name, &project.manifest.project.name)
        }
    };
    Ok(Some(Stored {
        name: name.to_owned(),
        definition: target.definition.clone(),
        place: place.map_err(|error| target.failed(error))?,
        variables: values.keys().cloned().collect(),
    }))
}

fn leave_out_platforms(schema: &Schema, values: &mut Values) {
    let is_platforms = |name: &str| {
        schema.vars.get(name).is_some_and(|variable| variable.source == ValueSource::Environment)
    };
    values.retain(|name, _| !is_platforms(name));
}

fn input_of(
    effective: Effective,
    schema: Option<&Schema>,
    place: &Place,
    context: &mut Context,
) -> Result<export::Input, Error> {
    let is_clear = |name: &&String| {
        schema.and_then(|schema| schema.vars.get(*name)).is_some_and(|variable| !variable.secret)
    };
    let clear = effective.values.keys().filter(is_clear).cloned().collect();
    let directory = if let Place::Directory(directory) = place { directory.clone() } else { PathBuf::new() };
    Ok(export::Input {
        clear,
        here: context.cwd.clone(),
        project: Project::find(context)?.map(|project| project.manifest.project.name),
        directory,
        nonce: hex::encode(context.rng.bytes::<16>()?),
        values: effective.values,
        ..export::Input::default()
    })
}

fn say_refused(error: &export::Error, context: &mut Context) -> ExitCode {
    for line in error.to_string().lines() {
        context.ui.error(line);
    }
    if let Some(hint) = error.hint() {
        context.ui.help(&hint);
    }
    ExitCode::Findings
}

fn write(output: &Output, place: &Place, context: &mut Context) -> Result<(), Error> {
    match (output, place) {
        (Output::Text(text), Place::File(path)) => write_file(path, text, context),
        (Output::Files(files), Place::Directory(directory)) => files::write(files, directory, context),
        (Output::Append { commands, lines }, Place::Appended(path)) => {
            // The values are masked before anybody can print them.
            context.ui.result(commands).map_err(Error::Output)?;
            fs::append(path, lines.as_bytes())?;
            let file = shown(path, context);
            context.ui.say(&format!("appended to {file}"));
            Ok(())
        }
        (Output::Text(text), _) => context.ui.result(text).map_err(Error::Output),
        (Output::Files(_) | Output::Append { .. }, _) => unreachable!("a form's result goes where it said"),
    }
}

fn write_file(path: &Path, text: &str, context: &mut Context) -> Result<(), Error> {
    git::refuse_tracked(path, &context.env)?;
    fs::write_private(path, text.as_bytes())?;
    let file = shown(path, context);
    context.ui.say(&format!("wrote {file}"));
    Ok(())
}
