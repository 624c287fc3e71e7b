//! `envward run`: become a command with the environment injected.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::name;
use super::sealing::{say_remarks, warn_differing};
use super::store_access::Target;
use crate::check::{self, Input, Subject};
use crate::context::Context;
use crate::dotenv::{self, Document};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::inject::{self, Effective, Program, Selection, Verdict};
use crate::project::{self, Environment, Project};
use crate::schema::Schema;
use crate::seal::{self, Access};
use crate::secret::Values;
use crate::ui::Ui;
use crate::{env_vars, fs, store};

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct Args {
    /// Inject this env file or sealed file instead of the environment's
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Inject what this store has for the environment instead of the sealed file
    #[arg(long, value_name = "STORE", conflicts_with = "file")]
    from: Option<String>,

    /// Start from an empty environment instead of the caller's
    #[arg(long)]
    clean: bool,

    /// Inject only these variables
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "except")]
    only: Vec<String>,

    /// Inject all variables but these
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    except: Vec<String>,

    /// Start the command although the environment may not fit its schema
    #[arg(long)]
    no_check: bool,

    /// Inject this variable although its name changes how programs load code
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    allow_name: Vec<String>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,

    /// The command to become, and its arguments; on Windows, to start and wait for
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Become a command with the environment injected.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    // What follows is printed among the output of the command, so it says who speaks.
    context.ui.speak_as("envward");
    for name in args.only.iter().chain(&args.except).chain(&args.allow_name) {
        name::refuse_value(name)?;
    }
    let Loaded { values, schema, environment } = load(args, context)?;
    let mut effective = inject::effective(values, schema.as_ref(), &environment, &context.env);
    if !args.no_check && !fits(&effective.values, schema.as_ref(), &environment, context) {
        return Ok(ExitCode::Findings);
    }
    selection(args).apply(&mut effective.values)?;
    guard(&effective, &args.allow_name, &mut context.ui)?;
    let child = inject::child_environment(&context.env, &effective.values, args.clean)?;
    let program = Program {
        name: args.command.first().map(OsString::as_os_str).unwrap_or_default(),
        arguments: args.command.get(1..).unwrap_or_default(),
        directory: &context.cwd,
        path: context.env.get_os(env_vars::PATH),
    };
    Ok(inject::become_program(&program, &child)?)
}

/// What was read, and what it has to fit.
struct Loaded {
    values: Values,
    schema: Option<Schema>,
    environment: String,
}

fn load(args: &Args, context: &mut Context) -> Result<Loaded, Error> {
    if let Some(store) = &args.from {
        return load_store(store, args.identity.as_deref(), context);
    }
    let mut access = Access::from_context(context, args.identity.as_deref());
    if let Some(file) = &args.file {
        return load_file(&context.resolve(file), &mut access, context);
    }
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let values = if fs::exists(&environment.sealed) {
        let opened = seal::open(&project, &environment, &mut access)?;
        warn_differing(&opened, &environment, &mut context.ui)?;
        say_remarks(&opened.remarks, &mut context.ui);
        opened.values
    } else if fs::exists(&environment.env_file) {
        plaintext(&environment.env_file, &fs::read(&environment.env_file)?)?
    } else {
        let Environment { name, env_file, sealed, .. } = environment;
        return Err(Error::NoValues { environment: name, env_file, sealed });
    };
    Ok(Loaded { values, schema: Some(project.schema()?), environment: environment.name })
}

/// What a store has. From then on nothing has the credentials any more that may have opened it.
fn load_store(name: &str, identity: Option<&Path>, context: &mut Context) -> Result<Loaded, Error> {
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let schema = project.schema()?;
    let target = Target::find(name, &project, &environment, identity)?;
    let values = target.values(&schema, context)?;
    context.env = context.env.without(&store::credentials(target.definition));
    Ok(Loaded { values, schema: Some(schema), environment: environment.name })
}

/// A file that the user names; the schema is that of the project around, if there is one.
fn load_file(file: &Path, access: &mut Access, context: &mut Context) -> Result<Loaded, Error> {
    let project = Project::find(context)?;
    let chosen = context.globals.env.as_deref().or_else(|| context.env.get(env_vars::ENVWARD_ENV));
    let default = project.as_ref().and_then(|project| project.manifest.project.default.as_deref());
    let environment = chosen.or(default).unwrap_or(project::STRICTEST).to_owned();
    let bytes: Zeroizing<Vec<u8>> = fs::read(file)?;
    let values = if seal::is_sealed(&bytes) {
        let opened = seal::open_bare(file, access)?;
        say_remarks(&opened.remarks, &mut context.ui);
        opened.values
    } else {
        plaintext(file, &bytes)?
    };
    let schema = project.as_ref().map(Project::schema).transpose()?;
    Ok(Loaded { values, schema, environment })
}

fn plaintext(path: &Path, bytes: &[u8]) -> Result<Values, Error> {
    let document = Document::parse(bytes)
        .map_err(|problems| dotenv::Error::Invalid { path: path.to_owned(), problems })?;
    Ok(document.values())
}

/// Whether the values fit the schema; says what does not.
fn fits(values: &Values, schema: Option<&Schema>, environment: &str, context: &mut Context) -> bool {
    let now = context.clock.now();
    let report = check::errors(&Subject::new(schema, environment, None, Input::Process(values), &[], now));
    for diagnostic in &report.diagnostics {
        context.ui.error(&diagnostic.message);
    }
    let fits = report.diagnostics.is_empty();
    if !fits {
        context.ui.help("nothing was started; see more with: envward check");
    }
    fits
}

fn selection(args: &Args) -> Selection {
    match (args.only.is_empty(), args.except.is_empty()) {
        (false, _) => Selection::Only(args.only.clone()),
        (true, false) => Selection::Except(args.except.clone()),
        (true, true) => Selection::All,
    }
}

/// Refuses names that the file may not set, and warns of others. What the platform set is not the file's.
fn guard(effective: &Effective, allowed: &[String], ui: &mut Ui) -> Result<(), inject::Error> {
    let mut refused = Vec::new();
    let is_from_file = |name: &&String| !effective.from_platform.contains(*name) && !allowed.contains(name);
    for name in effective.values.keys().filter(is_from_file) {
        match inject::hazard(name) {
            Some(hazard) if hazard.verdict == Verdict::Refused => refused.push((name.clone(), hazard.why)),
            Some(hazard) => ui.warn(&format!("the environment sets {name}: {}", hazard.why)),
            None => {}
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(inject::Error::Refused(refused)) }
}
