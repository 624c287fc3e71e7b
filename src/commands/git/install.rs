//! `envward git install`: set up this clone.
//!
//! Two parts. Which files are shown and merged by envward is committed, in `.gitattributes`; a clone without the rest
//! treats them as lines of text, as before. What git then calls is in the settings of each clone, which a repository
//! cannot bring along. The ledger's own driver is named in the clone's attributes alone, so that other clones still
//! merge it into the union of its lines.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::commands::init::with_lines;
use crate::commands::sealing::shown;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::manifest::SealFormat;
use crate::project::{Environment, Project};
use crate::ui::escape;
use crate::{fs, git, ledger};

/// The settings of a clone.
const SETTINGS: [(&str, &str); 7] = [
    ("diff.envward.textconv", "envward git textconv"),
    // What git would keep of it outlives the key that opened the file.
    ("diff.envward.cachetextconv", "false"),
    ("merge.envward.name", "sealed files, variable by variable"),
    ("merge.envward.driver", "envward git merge %O %A %B %P"),
    // Common versions that git makes up itself are no sealed files of anyone.
    ("merge.envward.recursive", "binary"),
    ("merge.envward-ledger.name", "the ledger of envward, entry by entry"),
    ("merge.envward-ledger.driver", "envward git merge-ledger %A %B %P"),
];

/// The attributes of every sealed file with a default name.
const SEALED: &str = "secrets/*.enc.env";
const DRIVERS: &str = "diff=envward merge=envward";

/// What a hook has to call.
const CHECK: &str = "envward git pre-commit";
const HOOK: &str =
    "#!/bin/sh\n# No plaintext env file, no broken sealed file.\nexec envward git pre-commit\n";

/// Arguments of `git install`.
#[derive(clap::Args)]
#[command(
    after_help = "Every clone has to be set up once: git takes no settings from a repository. Doing it again changes \
                  nothing. A hook that is there already is left as it is."
)]
pub struct Args {}

/// Sets up this clone.
pub fn run(_args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let project = Project::require(context)?;
    let Some(git) = Git::discover(&project.root, &context.env) else {
        return Err(Error::usage_with_help("this is no git repository", "run `git init` first"));
    };
    let to_commit = complete(&project.root.join(".gitattributes"), &attributes(&project), context)?;
    let mut changed = to_commit;
    let ledger_driver = format!("{} merge=envward-ledger", ledger::FILE_NAME);
    changed |= complete(&git.own_attributes()?, &[ledger_driver], context)?;
    let mut set = false;
    for (key, value) in SETTINGS {
        set |= git.set_config(key, value)?;
    }
    if set {
        context.ui.say("set the diff and merge drivers in the settings of this clone");
    }
    let hook = Hook::find(&git)?;
    let done = hook.install(context)?;
    if !changed && !set && done == Installed::Already {
        context.ui.say("everything is set up already");
    }
    if to_commit {
        context.ui.say("to commit: .gitattributes; a branch without it merges sealed files line by line");
    }
    Ok(ExitCode::from_findings(done == Installed::Not))
}

/// The lines of `.gitattributes` that the project needs.
fn attributes(project: &Project) -> Vec<String> {
    let mut lines = vec![ledger::GIT_ATTRIBUTE.to_owned(), format!("{SEALED} {DRIVERS}")];
    for environment in sops_files(project) {
        let below = environment.sealed.strip_prefix(&project.root).unwrap_or(&environment.sealed);
        let is_default =
            below.parent() == Some(Path::new("secrets")) && below.to_string_lossy().ends_with(".enc.env");
        if !is_default {
            lines.push(format!("/{} {DRIVERS}", below.display()));
        }
    }
    lines
}

/// The environments whose sealed files have lines: a file in age format is one text, which nothing can merge.
fn sops_files(project: &Project) -> impl Iterator<Item = Environment> {
    let environments = project.manifest.environments.keys();
    let environments = environments.filter_map(|name| project.environment_named(name).ok());
    environments.filter(|environment| environment.format == SealFormat::Sops)
}

/// Adds to a file the lines that it lacks; whether there were any.
fn complete(path: &Path, lines: &[String], context: &mut Context) -> Result<bool, Error> {
    let text = if fs::exists(path) { fs::read_text(path)? } else { Zeroizing::default() };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let Some(text) = with_lines(&text, &lines) else { return Ok(false) };
    fs::write_shared(path, text.as_bytes())?;
    let shown = shown(path, context);
    context.ui.say(&format!("wrote {shown}"));
    Ok(true)
}

/// Whether git calls envward in this clone.
pub(in crate::commands) fn is_installed(git: &Git) -> Result<bool, git::Error> {
    for (key, _) in SETTINGS.iter().filter(|(key, _)| key.ends_with("driver") || key.ends_with("textconv")) {
        if git.config(key)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The sealed files for which no merge driver is named.
pub(in crate::commands) fn lacks_attributes(
    project: &Project,
    git: &Git,
) -> Result<Vec<PathBuf>, git::Error> {
    let mut lacking = Vec::new();
    for environment in sops_files(project) {
        if git.attribute("merge", &environment.sealed)?.is_none() {
            lacking.push(environment.sealed);
        }
    }
    Ok(lacking)
}

/// The hook that git runs before a commit.
struct Hook {
    path: PathBuf,
    /// Whether `core.hooksPath` names the directory: then it may be other repositories' too.
    is_shared: bool,
    text: Option<Zeroizing<String>>,
}

/// Whether the hook calls the check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Installed {
    Already,
    Now,
    Not,
}

impl Hook {
    fn find(git: &Git) -> Result<Self, Error> {
        let named = git.hooks_path()?;
        let is_shared = named.is_some();
        let directory = match named {
            Some(directory) => directory,
            None => git.own_hooks()?,
        };
        let path = directory.join("pre-commit");
        let text = if fs::exists(&path) { Some(fs::read_text(&path)?) } else { None };
        Ok(Self { path, is_shared, text })
    }

    /// Writes it, or says what somebody else's hook has to call.
    fn install(&self, context: &mut Context) -> Result<Installed, Error> {
        let path = shown(&self.path, context);
        match &self.text {
            Some(text) if text.contains(CHECK) => return Ok(Installed::Already),
            None if !self.is_shared => {
                fs::write_program(&self.path, HOOK.as_bytes())?;
                context.ui.say(&format!("wrote {path}"));
                return Ok(Installed::Now);
            }
            Some(_) => context.ui.warn(&format!("{path} is somebody's hook, and was left as it is")),
            None => context.ui.warn(&format!("core.hooksPath is set, so {path} was not written")),
        }
        context.ui.help(&format!("have it call: {}", escape(CHECK)));
        Ok(Installed::Not)
    }
}
