//! What could stand in a command line: the names of environments, variables and stores of the project.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::engine::{PathCompleter, ValueCompleter as _};
use clap_complete::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::dotenv::readers::ALL;
use crate::env_vars::{self, EnvSnapshot};
use crate::manifest::{self, Manifest};
use crate::project::Project;
use crate::schema::builtin;

/// The arguments that name variables: the command and the argument's name in it.
const VARIABLES: [(&str, &str); 18] = [
    ("attest", "names"),
    ("exempt", "names"),
    ("export", "except"),
    ("export", "only"),
    ("explain", "name"),
    ("generate", "variable"),
    ("get", "name"),
    ("history", "name"),
    ("rename", "old"),
    ("rollback", "names"),
    ("rotate", "names"),
    ("run", "except"),
    ("run", "only"),
    ("seal", "reveal"),
    ("set", "name"),
    ("show", "name"),
    ("status", "names"),
    ("unset", "name"),
];

/// The arguments that name stores, in any command.
const STORES: [&str; 3] = ["store", "stores", "from"];

/// The arguments that name readers of env files, in any command.
const READERS: [&str; 2] = ["reader", "readers"];

/// Where the person stands.
#[derive(Clone)]
struct Place(Arc<Option<PathBuf>>);

/// The command line with the names of the project. `words` are those of the process: after `--` stands the line that is
/// being typed.
pub(super) fn with_names(command: Command, words: &[OsString]) -> Command {
    let mut command = command;
    command.build();
    let place = Place(Arc::new(directory(words)));
    name_arguments(command, &place)
}

fn name_arguments(command: Command, place: &Place) -> Command {
    let of = command.get_name().to_owned();
    command
        .mut_args(|argument| name_argument(argument, &of, place))
        .mut_subcommands(|command| name_arguments(command, place))
}

fn name_argument(argument: Arg, of: &str, place: &Place) -> Arg {
    let id = argument.get_id().as_str();
    let place = place.clone();
    if id == "env" {
        argument.add(ArgValueCandidates::new(move || place.environments()))
    } else if VARIABLES.contains(&(of, id)) {
        argument.add(ArgValueCandidates::new(move || place.variables()))
    } else if STORES.contains(&id) {
        argument.add(ArgValueCandidates::new(move || place.stores()))
    } else if READERS.contains(&id) {
        argument.add(ArgValueCandidates::new(readers))
    } else if id == "schema" {
        argument.add(ArgValueCompleter::new(schemas))
    } else {
        argument
    }
}

/// The directory of `-C`, else the present one.
fn directory(words: &[OsString]) -> Option<PathBuf> {
    let chosen = words.windows(2).find(|pair| pair[0] == "-C" || pair[0] == "--directory");
    super::super::directory(chosen.map(|pair| Path::new(&pair[1]))).ok()
}

impl Place {
    /// What is wrong with a manifest is not for a line that is being typed.
    fn project(&self) -> Option<Project> {
        let directory = Option::as_ref(&self.0)?;
        let env = EnvSnapshot::take();
        let path = manifest::discover(directory, env.get_os(env_vars::HOME).map(Path::new)).ok()??;
        let manifest = Manifest::load(&path).ok()?;
        Some(Project { root: path.parent()?.to_owned(), manifest })
    }

    fn environments(&self) -> Vec<CompletionCandidate> {
        let Some(project) = self.project() else { return Vec::new() };
        project.manifest.environments.keys().map(|name| candidate(name, None)).collect()
    }

    fn stores(&self) -> Vec<CompletionCandidate> {
        let Some(project) = self.project() else { return Vec::new() };
        project.manifest.stores.keys().map(|name| candidate(name, None)).collect()
    }

    fn variables(&self) -> Vec<CompletionCandidate> {
        let Some(schema) = self.project().and_then(|project| project.schema().ok()) else {
            return Vec::new();
        };
        let vars = schema.vars.iter();
        vars.map(|(name, variable)| candidate(name, variable.description.as_deref())).collect()
    }
}

fn readers() -> Vec<CompletionCandidate> {
    ALL.iter().map(|reader| candidate(reader.id(), None)).collect()
}

/// Those that come with envward, and files.
fn schemas(begun: &OsStr) -> Vec<CompletionCandidate> {
    let builtin = builtin::ALL.iter().map(|schema| format!("builtin:{}", schema.name));
    let builtin = builtin.filter(|name| begun.to_str().is_some_and(|begun| name.starts_with(begun)));
    let files = PathCompleter::any().complete(begun);
    builtin.map(|name| candidate(name, None)).chain(files).collect()
}

/// A name with the first line of what it stands for, neither of which may reach the terminal raw.
fn candidate(name: impl AsRef<OsStr>, help: Option<&str>) -> CompletionCandidate {
    let line = help.and_then(|help| help.lines().next()).map(|line| crate::ui::escape(line).into_owned());
    CompletionCandidate::new(name.as_ref()).help(line.map(Into::into))
}
