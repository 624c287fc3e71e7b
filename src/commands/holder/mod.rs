//! What `get`, `set`, `unset`, `rename`, `list`, `diff` and `edit` work on: the sealed file of the environment
//! if there is one, else its env file; or a file that was named.

mod env_file;

use std::path::{Path, PathBuf};

use env_file::EnvFile;

use super::sealing::{say_remarks, say_sealed_only, shown};
use crate::context::Context;
use crate::error::Error;
use crate::fs;
use crate::project::{self, Environment, Project};
use crate::schema::Schema;
use crate::seal::{self, Access, Changes, Opened, Push};
use crate::secret::Values;
use crate::suggest::closest;
use crate::ui::{Ui, escape};

/// Which file, and who opens it.
#[derive(clap::Args)]
pub(super) struct Choice {
    /// Work on this env file or sealed file [default: the environment's sealed file, else its env file]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Choice {
    /// Opens it and says what the user should know about it.
    pub(super) fn open(&self, context: &mut Context) -> Result<Holder, Error> {
        Holder::open(self.file.as_deref(), self.identity.as_deref(), context)
    }
}

/// An opened file with values.
pub(super) struct Holder {
    /// The project, if there is one and the file belongs to it.
    pub(super) project: Option<Project>,
    /// The environment that the file belongs to.
    pub(super) environment: Option<Environment>,
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    EnvFile(EnvFile),
    Sealed { opened: Box<Opened>, access: Access },
}

/// What a write did.
#[derive(Default)]
pub(super) struct Outcome {
    /// Whether anything had to be written.
    pub(super) changed: bool,
    /// The files that were written, to be shown.
    pub(super) files: String,
    /// The env file, if it was changed along with the sealed file.
    env_file: Option<PathBuf>,
    /// Variables that the env file cannot carry, so that the sealed file alone has them.
    pub(super) sealed_only: Vec<String>,
    /// Whether something was found that makes the exit code 1.
    found: bool,
}

impl Holder {
    /// Opens a file, or what the environment has, and says what the user should know about it.
    pub(super) fn open(
        file: Option<&Path>,
        identity: Option<&Path>,
        context: &mut Context,
    ) -> Result<Self, Error> {
        let access = Access::from_context(context, identity);
        let Some(file) = file else {
            let project = Project::require(context)?;
            let environment = project.environment(context)?;
            return Self::of_environment(project, environment, access, context);
        };
        let path = context.resolve(file);
        let project = Project::find(context)?;
        let owner = project.as_ref().and_then(|project| project.environment_of(&path));
        match (project, owner) {
            (Some(project), Some(environment)) if environment.sealed == path => {
                Self::sealed(project, environment, access, context)
            }
            (Some(project), Some(environment)) => Self::env_file(project, environment, context),
            _ => Self::bare(path, access, context),
        }
    }

    /// Opens what an environment has.
    pub(super) fn of_environment(
        project: Project,
        environment: Environment,
        access: Access,
        context: &mut Context,
    ) -> Result<Self, Error> {
        if fs::exists(&environment.sealed) {
            return Self::sealed(project, environment, access, context);
        }
        if fs::exists(&environment.env_file) {
            return Self::env_file(project, environment, context);
        }
        let Environment { name, env_file, sealed, .. } = environment;
        Err(Error::NoValues { environment: name, env_file, sealed })
    }

    /// The same, and where there is nothing yet, the env file that the first write makes.
    pub(super) fn of_environment_or_new(
        project: Project,
        environment: Environment,
        access: Access,
        context: &mut Context,
    ) -> Result<Self, Error> {
        if fs::exists(&environment.sealed) || fs::exists(&environment.env_file) {
            return Self::of_environment(project, environment, access, context);
        }
        let (path, kind) = (environment.env_file.clone(), Kind::EnvFile(EnvFile::new(&environment)));
        Ok(Self { project: Some(project), environment: Some(environment), path, kind })
    }

    /// Opens an environment's sealed file.
    pub(super) fn sealed(
        project: Project,
        environment: Environment,
        mut access: Access,
        context: &mut Context,
    ) -> Result<Self, Error> {
        let opened = Box::new(seal::open(&project, &environment, &mut access)?);
        say_remarks(&opened.remarks, &mut context.ui);
        let path = environment.sealed.clone();
        let kind = Kind::Sealed { opened, access };
        Ok(Self { project: Some(project), environment: Some(environment), path, kind })
    }

    fn env_file(project: Project, environment: Environment, context: &Context) -> Result<Self, Error> {
        let path = environment.env_file.clone();
        let kind = Kind::EnvFile(EnvFile::read(&path, Some(&environment), context)?);
        Ok(Self { project: Some(project), environment: Some(environment), path, kind })
    }

    /// Opens a file outside of any project.
    pub(super) fn bare(path: PathBuf, mut access: Access, context: &mut Context) -> Result<Self, Error> {
        let kind = if seal::is_sealed(&fs::read(&path)?) {
            let opened = Box::new(seal::open_bare(&path, &mut access)?);
            say_remarks(&opened.remarks, &mut context.ui);
            Kind::Sealed { opened, access }
        } else {
            Kind::EnvFile(EnvFile::read(&path, None, context)?)
        };
        Ok(Self { project: None, environment: None, path, kind })
    }

    /// The values in the order of the file.
    pub(super) fn values(&self) -> &Values {
        match &self.kind {
            Kind::EnvFile(file) => &file.values,
            Kind::Sealed { opened, .. } => &opened.values,
        }
    }

    /// The sealed file that was opened; `None` for an env file.
    pub(super) fn opened(&self) -> Option<&Opened> {
        match &self.kind {
            Kind::EnvFile(_) => None,
            Kind::Sealed { opened, .. } => Some(opened),
        }
    }

    /// The schema of the project; `None` for a file outside of any project.
    pub(super) fn schema(&self) -> Result<Option<Schema>, Error> {
        Ok(self.project.as_ref().map(Project::schema).transpose()?)
    }

    /// The environment's name; for a file outside of any project, the one with the strictest rules.
    pub(super) fn environment_name(&self) -> &str {
        self.environment.as_ref().map_or(project::STRICTEST, |environment| &environment.name)
    }

    /// The file's path, to be shown.
    pub(super) fn shown(&self, context: &Context) -> String {
        shown(&self.path, context)
    }

    /// Says that there is no such variable, and which one may have been meant.
    pub(super) fn say_unknown(&self, name: &str, context: &mut Context) {
        context.ui.error(&format!("{} has no variable {}", self.shown(context), escape(name)));
        if let Some(close) = closest(name, self.values().keys().map(String::as_str)) {
            context.ui.help(&format!("did you mean {}?", escape(close)));
        }
    }

    /// Applies the changes, and renders again what has a changed variable as a part, in one write. Says which
    /// variables were rendered and which the env file cannot carry.
    pub(super) fn write(
        &mut self,
        mut changes: Changes,
        schema: Option<&Schema>,
        context: &mut Context,
    ) -> Result<Outcome, Error> {
        let rendered = self.rerender(&mut changes, schema);
        let mut outcome = match &mut self.kind {
            Kind::EnvFile(file) => file.write(&changes, context)?,
            Kind::Sealed { opened, access } => {
                let written = seal::write(opened, &changes, schema, access, &mut context.rng)?;
                say_remarks(&written.remarks, &mut context.ui);
                Outcome {
                    changed: !written.is_unchanged(),
                    found: written.has_findings(),
                    sealed_only: written.sealed_only,
                    env_file: written.env_file,
                    ..Outcome::default()
                }
            }
        };
        outcome.files = self.shown(context);
        if let Some(path) = &outcome.env_file {
            outcome.files = format!("{} and {}", outcome.files, shown(path, context));
        }
        for name in rendered {
            context.ui.say(&format!("{} was rendered from its parts", escape(&name)));
        }
        say_sealed_only(&outcome.sealed_only, &mut context.ui);
        Ok(outcome)
    }

    /// The variables whose new value an env file cannot carry; a sealed file carries all.
    pub(super) fn uncarried(&self, changes: &Changes) -> Vec<String> {
        match &self.kind {
            Kind::EnvFile(file) => file.uncarried(changes),
            Kind::Sealed { .. } => Vec::new(),
        }
    }

    /// Reads it again, after a write.
    pub(super) fn reload(&mut self, context: &Context) -> Result<(), Error> {
        match (&mut self.kind, &self.project, &self.environment) {
            (Kind::Sealed { opened, access }, Some(project), Some(environment)) => {
                **opened = seal::open(project, environment, access)?;
            }
            (Kind::Sealed { opened, access }, ..) => **opened = seal::open_bare(&self.path, access)?,
            (Kind::EnvFile(file), ..) => {
                *file = EnvFile::read(&self.path, self.environment.as_ref(), context)?;
            }
        }
        Ok(())
    }

    /// Enters a push into the ledger, or appends the entry to `instead`. Without a sealed file there is none.
    pub(super) fn record_push(&self, push: &Push<'_>, instead: Option<&Path>) -> Result<(), Error> {
        match &self.kind {
            Kind::EnvFile(_) => Ok(()),
            Kind::Sealed { opened, access } => Ok(seal::record_push(opened, push, instead, access)?),
        }
    }

    /// Adds the wholes whose parts change; gives the names of those that differ from what is stored.
    pub(super) fn rerender(&self, changes: &mut Changes, schema: Option<&Schema>) -> Vec<String> {
        let Some(schema) = schema else { return Vec::new() };
        changes.rerender(self.values(), schema, self.environment_name())
    }
}

/// The exit code of a write.
impl From<Outcome> for crate::exit_code::ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from_findings(outcome.found)
    }
}

/// Whether the schema takes the name; says so if not. `new` takes any name.
pub(super) fn refuse_unknown_name(name: &str, schema: Option<&Schema>, new: bool, ui: &mut Ui) -> bool {
    let Some(schema) = schema.filter(|schema| !new && !schema.vars.contains_key(name)) else { return false };
    ui.error(&format!("the schema {} has no variable {}", escape(&schema.name), escape(name)));
    match closest(name, schema.vars.keys().map(String::as_str)) {
        Some(close) => ui.help(&format!("did you mean {close}? --new takes the name as it is")),
        None => ui.help("--new takes the name as it is"),
    }
    true
}

/// Whether the value is of the variable's type; says what is wrong if not, without the value.
pub(super) fn refuse_mismatch(name: &str, value: &str, schema: Option<&Schema>, ui: &mut Ui) -> bool {
    if value.contains('\0') {
        ui.error(&format!("the value of {} holds a NUL byte, which no environment can carry", escape(name)));
        return true;
    }
    let Some(variable) = schema.and_then(|schema| schema.vars.get(name)) else { return false };
    let Err(mismatch) = variable.value_type.check(value, &variable.constraints) else { return false };
    ui.error(&format!("the value of {} {}", escape(name), mismatch.message));
    if let Some(help) = &mismatch.help {
        ui.help(help);
    }
    true
}
