//! The values of an environment for another program: what `run` injects and `export` writes.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::name;
use super::sealing::{say_remarks, warn_differing};
use super::store_access::Target;
use crate::check::{self, Subject};
use crate::context::Context;
use crate::dotenv::{self, Document};
use crate::error::Error;
use crate::inject::{self, Effective, Selection, Verdict};
use crate::project::{self, Environment, Project};
use crate::schema::{self, Schema};
use crate::seal::{self, Access, Fit, Sight};
use crate::secret::Values;
use crate::ui::{Ui, escape};
use crate::{env_vars, fs, store};

/// Where the values come from.
#[derive(clap::Args)]
pub(super) struct Origin {
    /// Take this env file or sealed file instead of the environment's
    #[arg(long, global = true, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Take what this store has for the environment instead of the sealed file
    #[arg(long, global = true, value_name = "STORE", conflicts_with = "file")]
    from: Option<String>,

    /// File with the private key that opens sealed files
    #[arg(long, global = true, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// Which of the values the other program gets.
#[derive(clap::Args)]
pub(super) struct Choice {
    /// Take only these variables
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',', conflicts_with = "except")]
    only: Vec<String>,

    /// Take all variables but these
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',')]
    except: Vec<String>,

    /// Take this variable although its name changes how programs load code
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',')]
    allow_name: Vec<String>,
}

impl Choice {
    /// Refuses what looks like `NAME=value`, which would put a value among the arguments.
    pub(super) fn refuse_values(&self) -> Result<(), Error> {
        self.only
            .iter()
            .chain(&self.except)
            .chain(&self.allow_name)
            .try_for_each(|name| name::refuse_value(name))
    }

    /// The variables that are chosen.
    pub(super) fn selection(&self) -> Selection {
        match (self.only.is_empty(), self.except.is_empty()) {
            (false, _) => Selection::Only(self.only.clone()),
            (true, false) => Selection::Except(self.except.clone()),
            (true, true) => Selection::All,
        }
    }
}

/// Refuses names that the file may not set, and warns of others. What the platform set is not the file's.
pub(super) fn guard(effective: &Effective, choice: &Choice, ui: &mut Ui) -> Result<(), inject::Error> {
    let mut refused = Vec::new();
    let is_from_file =
        |name: &&String| !effective.from_platform.contains(*name) && !choice.allow_name.contains(name);
    for name in effective.values.keys().filter(is_from_file) {
        match inject::hazard(name) {
            Some(hazard) if hazard.verdict == Verdict::Refused => refused.push((name.clone(), hazard.why)),
            Some(hazard) => ui.warn(&format!("the environment sets {name}: {}", hazard.why)),
            None => {}
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(inject::Error::Refused(refused)) }
}

/// Whether the schema is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// If there is one.
    Always,
    /// Not where this machine remembers that the values fit it, and get nothing from it.
    UnlessFit,
}

/// What was read, and what it has to fit.
pub(super) struct Loaded {
    pub(super) values: Values,
    /// What the values have to fit; `None` also where it was not read because they do.
    pub(super) schema: Option<Schema>,
    /// Whether this machine remembers that they fit.
    pub(super) fit: bool,
    /// How this machine saw the sealed file that the values are from.
    pub(super) sight: Option<Sight>,
    pub(super) environment: String,
    /// The programs that are declared to read the environment's env file.
    pub(super) readers: Vec<String>,
}

impl Origin {
    /// Reads the values, and says what the user should know about where they come from.
    pub(super) fn load(&self, reading: Reading, context: &mut Context) -> Result<Loaded, Error> {
        if let Some(store) = &self.from {
            return load_store(store, self.identity.as_deref(), context);
        }
        let mut access = Access::from_context(context, self.identity.as_deref());
        if let Some(file) = &self.file {
            return load_file(&context.resolve(file), &mut access, context);
        }
        let project = Project::require(context)?;
        let environment = project.environment(context)?;
        let (values, sight) = if fs::exists(&environment.sealed) {
            let opened = seal::open_values(&project, &environment, &mut access)?;
            warn_differing(&opened, &environment, &mut context.ui)?;
            say_remarks(&opened.remarks, &mut context.ui);
            (opened.values, opened.sight)
        } else if fs::exists(&environment.env_file) {
            (plaintext(&environment.env_file, &fs::read(&environment.env_file)?)?, None)
        } else {
            let Environment { name, env_file, sealed, .. } = environment;
            return Err(Error::NoValues { environment: name, env_file, sealed });
        };
        let Environment { name: environment, readers, .. } = environment;
        let source = project.schema_source();
        let holds = |fit: &Fit| fit.holds(&source, &context.env, context.clock.now());
        let fit = reading == Reading::UnlessFit && sight.as_ref().and_then(Sight::fit).is_some_and(holds);
        let schema = if fit { None } else { Some(schema::load(&source)?) };
        Ok(Loaded { values, schema, fit, sight, environment, readers })
    }

    /// The command that says more about values that do not fit.
    pub(super) fn check(&self) -> String {
        match &self.from {
            Some(store) => format!("envward check --store {}", escape(store)),
            None => "envward check".to_owned(),
        }
    }
}

/// What a store has. From then on nothing has the credentials any more that may have opened it.
fn load_store(name: &str, identity: Option<&Path>, context: &mut Context) -> Result<Loaded, Error> {
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let schema = project.schema()?;
    let target = Target::find(name, &project, &environment, identity)?;
    let values = target.values(&schema, context)?.values;
    context.env = context.env.without(&store::credentials(target.definition));
    let Environment { name: environment, readers, .. } = environment;
    Ok(Loaded { values, schema: Some(schema), fit: false, sight: None, environment, readers })
}

/// A file that the user names; the schema is that of the project around, if there is one.
fn load_file(file: &Path, access: &mut Access, context: &mut Context) -> Result<Loaded, Error> {
    let project = Project::find(context)?;
    let chosen = context.globals.env.as_deref().or_else(|| context.env.get(env_vars::ENVWARD_ENV));
    let default = project.as_ref().and_then(|project| project.manifest.project.default.as_deref());
    let environment = chosen.or(default).unwrap_or(project::STRICTEST).to_owned();
    let values = bare_values(file, access, context)?;
    let schema = project.as_ref().map(Project::schema).transpose()?;
    Ok(Loaded { values, schema, fit: false, sight: None, environment, readers: Vec::new() })
}

/// The values of an env file or of a sealed file that the user names.
pub(super) fn bare_values(file: &Path, access: &mut Access, context: &mut Context) -> Result<Values, Error> {
    let bytes: Zeroizing<Vec<u8>> = fs::read(file)?;
    if !seal::is_sealed(&bytes) {
        return plaintext(file, &bytes);
    }
    let opened = seal::open_bare(file, access)?;
    say_remarks(&opened.remarks, &mut context.ui);
    Ok(opened.values)
}

fn plaintext(path: &Path, bytes: &[u8]) -> Result<Values, Error> {
    let document = Document::parse(bytes)
        .map_err(|problems| dotenv::Error::Invalid { path: path.to_owned(), problems })?;
    Ok(document.values())
}

/// Whether the values fit the schema; says what does not.
pub(super) fn fits(subject: &Subject<'_>, ui: &mut Ui) -> bool {
    let report = check::errors(subject);
    for diagnostic in &report.diagnostics {
        ui.error(&diagnostic.message);
    }
    report.diagnostics.is_empty()
}
