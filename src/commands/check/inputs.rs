//! What `check` was asked to look at, read from where it is.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Args;
use crate::check::format::Place;
use crate::check::{FileFacts, GitState, Input, OtherEnvironment};
use crate::commands::store_access::{Located, Target};
use crate::context::Context;
use crate::dotenv::{Document, Problem};
use crate::env_vars;
use crate::error::Error;
use crate::fs;
use crate::git::Git;
use crate::manifest;
use crate::project::{self, Environment, Project};
use crate::rotation::policy;
use crate::schema::{self, Schema, Source};
use crate::seal::{self, Access};
use crate::secret::{Secret, Values};

/// Everything that is needed for the check.
pub(super) struct Inputs {
    /// The schema, if there is one.
    pub(super) schema: Option<Schema>,
    /// What is checked, in order.
    pub(super) loaded: Vec<Loaded>,
    /// The other environments of the project.
    pub(super) others: Vec<OtherEnvironment>,
}

impl Inputs {
    /// Says who reads the env files, whatever is declared.
    pub(super) fn read_by(&mut self, readers: &[String]) {
        for loaded in &mut self.loaded {
            if let Content::EnvFile { facts, .. } = &mut loaded.content {
                facts.readers = readers.to_vec();
            }
        }
    }
}

/// One thing that is checked.
pub(super) struct Loaded {
    /// The file as the user would name it, or where the store is.
    pub(super) file: Option<PathBuf>,
    /// The file, absolute.
    pub(super) path: Option<PathBuf>,
    /// The lock of the environment it belongs to.
    pub(super) lock: Option<PathBuf>,
    /// The environment it is for.
    pub(super) environment: String,
    /// What was read.
    pub(super) content: Content,
}

/// What was read.
pub(super) enum Content {
    EnvFile {
        bytes: Zeroizing<Vec<u8>>,
        document: Document,
        problems: Vec<Problem>,
        facts: FileFacts,
    },
    /// Of a sealed file or of a store.
    Sealed(Values),
    Process(Values),
}

impl Loaded {
    pub(super) fn input(&self) -> Input<'_> {
        match &self.content {
            Content::EnvFile { bytes, document, problems, facts } => {
                Input::EnvFile { bytes, document, problems, facts: facts.clone() }
            }
            Content::Sealed(values) => Input::Sealed(values),
            Content::Process(values) => Input::Process(values),
        }
    }

    pub(super) fn place(&self) -> Place<'_> {
        let text = match &self.content {
            Content::EnvFile { bytes, .. } => Some(bytes.as_slice()),
            Content::Sealed(_) | Content::Process(_) => None,
        };
        Place { file: self.file.as_deref(), text }
    }
}

/// Reads schema and files.
pub(super) fn load(args: &Args, context: &mut Context) -> Result<Inputs, Error> {
    // Files with a schema need no project, and a broken one must not be in their way.
    let alone = args.schema.is_some() && (args.process || !args.files.is_empty());
    let project = match (alone, args.files.is_empty() && !args.process) {
        (true, _) => None,
        (false, true) => Some(Project::require(context)?),
        (false, false) => Project::find(context)?,
    };
    let schema = match (&args.schema, &project) {
        (Some(name), _) => Some(schema::load(&Source::named(name, &context.cwd, None))?),
        (None, Some(project)) => Some(project.schema()?),
        (None, None) => None,
    };
    if let Some(schema) = &schema {
        schema::lint(schema, &mut context.rng, context.clock.now())?;
    }
    if let (None, Some(project), Some(schema)) = (&args.schema, &project, &schema) {
        // A policy that cannot be met is told here, not on the day on which a deadline is looked at.
        policy::policies(schema, &project.manifest.rotation, project::STRICTEST)?;
    }
    let mut access = Access::from_context(context, args.identity.as_deref());
    let mut reader = Reader { project, access: &mut access, context };
    let (loaded, others) = reader.read(args, schema.as_ref())?;
    Ok(Inputs { schema, loaded, others })
}

struct Reader<'a> {
    project: Option<Project>,
    access: &'a mut Access,
    context: &'a mut Context,
}

impl Reader<'_> {
    fn read(
        &mut self,
        args: &Args,
        schema: Option<&Schema>,
    ) -> Result<(Vec<Loaded>, Vec<OtherEnvironment>), Error> {
        if args.process {
            let environment = self.chosen().unwrap_or_else(|| project::STRICTEST.to_owned());
            let content = Content::Process(process_values(self.context));
            let process = Loaded { file: None, path: None, lock: None, environment, content };
            return Ok((vec![process], Vec::new()));
        }
        if let Some(store) = &args.store {
            return Ok((vec![self.store(store, args.identity.as_deref(), schema)?], Vec::new()));
        }
        if args.files.is_empty() {
            return self.environment();
        }
        let loaded: Result<Vec<Loaded>, Error> = args.files.iter().map(|file| self.file(file)).collect();
        Ok((loaded?, Vec::new()))
    }

    /// Env file and sealed file of the environment, whichever there are, and what the others hold.
    fn environment(&mut self) -> Result<(Vec<Loaded>, Vec<OtherEnvironment>), Error> {
        let Some(project) = self.project.take() else { return Ok(Default::default()) };
        let environment = project.environment(self.context)?;
        let mut loaded = Vec::new();
        if fs::exists(&environment.env_file) {
            let path = environment.env_file.clone();
            let bytes = fs::read(&path)?;
            let file = self.relative(&path);
            loaded.push(env_file(
                file,
                path,
                bytes,
                environment.name.clone(),
                Some(&environment),
                self.context,
            ));
        }
        let sealed = fs::exists(&environment.sealed);
        if sealed {
            loaded.push(self.sealed(&project, &environment)?);
        }
        if loaded.is_empty() {
            let Environment { name, env_file, sealed, .. } = environment;
            return Err(Error::NoValues { environment: name, env_file, sealed });
        }
        let others = self.others(&project, &environment.name, sealed);
        Ok((loaded, others))
    }

    /// The values of the other environments, as far as they can be read without asking for anything: sealed
    /// files only where an identity was needed anyway.
    fn others(&mut self, project: &Project, current: &str, sealed: bool) -> Vec<OtherEnvironment> {
        let names = project.manifest.environments.keys().filter(|name| *name != current);
        let mut others = Vec::new();
        for name in names {
            let Ok(environment) = project.environment_named(name) else { continue };
            let values = if fs::exists(&environment.env_file) {
                fs::read(&environment.env_file).ok().map(|bytes| values_of(&bytes))
            } else if sealed && fs::exists(&environment.sealed) {
                seal::open(project, &environment, self.access).ok().map(|opened| opened.values)
            } else {
                None
            };
            others.extend(values.map(|values| OtherEnvironment { name: name.clone(), values }));
        }
        others
    }

    /// What a store has for the environment. The project's own schema says what of it is the environment's.
    fn store(
        &mut self,
        name: &str,
        identity: Option<&Path>,
        schema: Option<&Schema>,
    ) -> Result<Loaded, Error> {
        let (Some(project), Some(schema)) = (&self.project, schema) else {
            return Err(manifest::Error::NotFound.into());
        };
        let environment = project.environment(self.context)?;
        let target = Target::find(name, project, &environment, identity)?;
        let Located { values, location } = target.values(schema, self.context)?;
        let content = Content::Sealed(values);
        let file = Some(location.into());
        Ok(Loaded { file, path: None, lock: None, environment: environment.name, content })
    }

    /// A file that was named: an env file or a sealed file, told apart by its content.
    fn file(&mut self, file: &Path) -> Result<Loaded, Error> {
        let path = self.context.resolve(file);
        let owner = self.project.as_ref().and_then(|project| project.environment_of(&path));
        let chosen = self.chosen().or_else(|| owner.as_ref().map(|environment| environment.name.clone()));
        let name = chosen.or_else(|| name_of(&path)).unwrap_or_else(|| project::STRICTEST.to_owned());
        let bytes = fs::read(&path)?;
        if !seal::is_sealed(&bytes) {
            return Ok(env_file(file.to_owned(), path, bytes, name, owner.as_ref(), self.context));
        }
        let opened = match (&self.project, &owner) {
            (Some(project), Some(environment)) if environment.sealed == path => {
                seal::open(project, environment, self.access)?
            }
            _ => seal::open_bare(&path, self.access)?,
        };
        self.remark(&opened);
        Ok(sealed(file.to_owned(), path, name, opened))
    }

    fn sealed(&mut self, project: &Project, environment: &Environment) -> Result<Loaded, Error> {
        let opened = seal::open(project, environment, self.access)?;
        self.remark(&opened);
        let file = self.relative(&environment.sealed);
        Ok(sealed(file, environment.sealed.clone(), environment.name.clone(), opened))
    }

    fn remark(&mut self, opened: &seal::Opened) {
        for remark in &opened.remarks {
            self.context.ui.warn(&remark.to_string());
        }
    }

    /// `-e`, else `ENVWARD_ENV`.
    fn chosen(&self) -> Option<String> {
        let chosen = self.context.globals.env.as_deref();
        chosen.or_else(|| self.context.env.get(env_vars::ENVWARD_ENV)).map(str::to_owned)
    }

    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.context.cwd).unwrap_or(path).to_owned()
    }
}

fn sealed(file: PathBuf, path: PathBuf, environment: String, opened: seal::Opened) -> Loaded {
    let content = Content::Sealed(opened.values);
    Loaded { file: Some(file), path: Some(path), lock: None, environment, content }
}

fn env_file(
    file: PathBuf,
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
    environment: String,
    owner: Option<&Environment>,
    context: &Context,
) -> Loaded {
    let (document, problems) = Document::parse_with_problems(&bytes);
    let readers = owner.map(|owner| owner.readers.clone()).unwrap_or_default();
    // An example is there to be read and committed.
    let facts = if is_example(&path) {
        FileFacts { readers, ..FileFacts::default() }
    } else {
        FileFacts { mode: fs::mode(&path), git: git_state(&path, context), readers }
    };
    Loaded {
        file: Some(file),
        path: Some(path),
        lock: owner.map(|owner| owner.lock.clone()),
        environment,
        content: Content::EnvFile { bytes, document, problems, facts },
    }
}

fn is_example(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".example") || name.ends_with(".schema")
}

fn git_state(path: &Path, context: &Context) -> Option<GitState> {
    let directory = path.parent()?;
    // Starting git is slow; most directories that are no repository can be told without it.
    if !directory.ancestors().any(|directory| fs::exists(&directory.join(".git"))) {
        return None;
    }
    let git = Git::discover(directory, &context.env)?;
    if git.tracks(path).ok()? {
        return Some(GitState::Tracked);
    }
    Some(if git.ignores(path).ok()? { GitState::Ignored } else { GitState::NotIgnored })
}

/// The environment that a file name such as `.env.production` or `production.enc.env` names.
fn name_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let named = name.strip_prefix(".env.").or_else(|| name.strip_suffix(".enc.env"))?;
    let named = named.strip_suffix(".example").unwrap_or(named);
    Some(if named == "prod" { project::STRICTEST.to_owned() } else { named.to_owned() })
}

fn values_of(bytes: &[u8]) -> Values {
    let (document, _) = Document::parse_with_problems(bytes);
    document.values()
}

fn process_values(context: &Context) -> Values {
    let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
    context.env.iter().map(|(name, value)| (text(name), Secret::new(text(value)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_may_name_its_environment() {
        let named = |path: &str| name_of(Path::new(path));
        assert_eq!(named("x/.env.staging").as_deref(), Some("staging"));
        assert_eq!(named(".env.prod").as_deref(), Some("production"));
        assert_eq!(named("secrets/ci.enc.env").as_deref(), Some("ci"));
        assert_eq!(named(".env"), None);
    }
}
