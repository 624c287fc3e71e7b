//! `envward git pre-commit`: what git calls before a commit.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::snapshots::{self, Source};
use crate::check::Diagnostic;
use crate::commands::scan;
use crate::commands::sealing::shown;
use crate::context::Context;
use crate::dotenv::Document;
use crate::env_vars;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::git::Git;
use crate::project::{Environment, Project};
use crate::schema::Schema;
use crate::seal::{self, Access};
use crate::ui::escape;

/// Endings of the names of env files that show which variables there are, without their values.
const EXAMPLES: [&str; 6] = [".example", ".sample", ".template", ".dist", ".schema", ".tpl"];

/// Arguments of `git pre-commit`.
#[derive(clap::Args)]
#[command(
    after_help = "An env file is one that the manifest names, .env, or .env.* but for examples. It may be committed if \
                  it is sealed, or if the schema says of each of its variables that it is not secret. What is staged is also \
                  searched for the project's values and well-known tokens, as with: envward scan --staged"
)]
pub struct Args {
    /// Look at these files instead of what is staged
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Looks at what is staged.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let rules = Rules::read(context)?;
    let mut access = Access::from_context(context, None);
    if !args.files.is_empty() {
        let files: Vec<PathBuf> = args.files.iter().map(|path| context.resolve(path)).collect();
        let refused = refuse(&rules, &files, &Source::WorkTree, &mut access, context)?;
        return Ok(ExitCode::from_findings(!refused.is_empty()));
    }
    let index = context.env.get_os(env_vars::GIT_INDEX_FILE).map(|index| context.cwd.join(index));
    let Some(git) = Git::discover(&context.cwd, &context.env) else {
        return Err(Error::usage("this is no git repository"));
    };
    let git = git.on_index(index.map(Into::into));
    let mut files = git.staged()?;
    files.extend(git.staged_removed()?);
    let refused = refuse(&rules, &files, &Source::Index(&git), &mut access, context)?;
    let mut leaks = scan::staged(&git, &mut access, context)?;
    // What must not be committed at all is said once.
    leaks.retain(|leak| {
        leak.file.as_ref().is_none_or(|file| !refused.iter().any(|path| path.ends_with(file)))
    });
    for leak in &leaks {
        say(leak, context);
    }
    Ok(ExitCode::from_findings(!refused.is_empty() || !leaks.is_empty()))
}

/// Refuses those of the files that must not be committed, and says why.
fn refuse(
    rules: &Rules,
    files: &[PathBuf],
    source: &Source,
    access: &mut Access,
    context: &mut Context,
) -> Result<Vec<PathBuf>, Error> {
    let mut refused = Vec::new();
    for path in files.iter().filter(|path| rules.is_env_file(path)) {
        let Some(bytes) = source.content(path)? else { continue };
        if rules.refuse(path, &bytes, context) {
            refused.push(path.clone());
        }
    }
    refused.extend(snapshots::refuse(files, source, access, context)?);
    Ok(refused)
}

/// Says what stands where.
fn say(leak: &Diagnostic, context: &mut Context) {
    let file =
        leak.file.as_ref().map(|file| escape(&file.display().to_string()).into_owned()).unwrap_or_default();
    let line = leak.line.map(|line| format!(":{line}")).unwrap_or_default();
    context.ui.error(&format!("{file}{line}: {}", leak.message));
    if let Some(help) = &leak.help {
        context.ui.help(help);
    }
}

/// Which files are looked at. Without a manifest only names tell.
#[derive(Default)]
struct Rules {
    environments: Vec<Environment>,
    schema: Option<Schema>,
}

impl Rules {
    fn read(context: &Context) -> Result<Self, Error> {
        let Some(project) = Project::find(context)? else { return Ok(Self::default()) };
        let names = project.manifest.environments.keys();
        let environments = names.map(|name| project.environment_named(name)).collect::<Result<_, _>>()?;
        Ok(Self { environments, schema: Some(project.schema()?) })
    }

    /// Whether it is an env file, by its name.
    fn is_env_file(&self, path: &Path) -> bool {
        let named = |environment: &Environment| environment.env_file == path;
        let is_sealed = self.environments.iter().any(|environment| environment.sealed == path);
        !is_sealed && (self.environments.iter().any(named) || is_env_name(path))
    }

    /// Whether the file must not be committed; says why.
    fn refuse(&self, path: &Path, bytes: &[u8], context: &mut Context) -> bool {
        let file = shown(path, context);
        let Some(names) = self.plaintext(bytes) else { return false };
        let names = crate::ui::names_after(": ", &names);
        context.ui.error(&format!("{file} would be committed with plaintext values{names}"));
        context.ui.help(&format!("run: git rm --cached {file}, and add it to .gitignore"));
        true
    }

    /// The variables whose values would be readable and may be secret; `None` if there is none.
    fn plaintext(&self, bytes: &[u8]) -> Option<Vec<String>> {
        if seal::is_sealed(bytes) {
            return None;
        }
        // What is no env file by all rules is one by those of some reader.
        let Ok(document) = Document::parse(bytes) else { return Some(Vec::new()) };
        let vars = self.schema.as_ref().map(|schema| &schema.vars);
        let is_public =
            |name: &str| vars.and_then(|vars| vars.get(name)).is_some_and(|variable| !variable.secret);
        let secret = document.entries().filter(|entry| !entry.value.is_empty() && !is_public(entry.name));
        let names: BTreeSet<String> = secret.map(|entry| entry.name.to_owned()).collect();
        (!names.is_empty()).then(|| names.into_iter().collect())
    }
}

fn is_env_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_example = EXAMPLES.iter().any(|ending| name.ends_with(ending));
    (name == ".env" || name.starts_with(".env.")) && !is_example
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_no_env_files() {
        for name in [".env", ".env.production", "deploy/.env.local"] {
            assert!(is_env_name(Path::new(name)), "{name}");
        }
        for name in [".env.example", ".env.production.example", ".env.dist", ".envrc", "env", "a.env"] {
            assert!(!is_env_name(Path::new(name)), "{name}");
        }
    }
}
