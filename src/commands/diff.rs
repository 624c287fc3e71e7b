//! `envward diff`: compare the environment with its stores, its env file, another environment, a revision or a file.

mod stores;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::holder::Holder;
use super::store_access::stores_of;
use super::syncing::{PlanArgs, require_terminal_for};
use crate::cli::Format;
use crate::context::Context;
use crate::dotenv::Document;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::git::Git;
use crate::project::{Environment, Project};
use crate::seal::{self, Access};
use crate::secret::{Secret, Values};
use crate::sync::Action;
use crate::ui::{Table, escape};

/// The word for the environment's own env file.
const ENV_FILE: &str = "env-file";

/// Arguments of `diff`.
#[derive(clap::Args)]
#[command(
    after_help = "create: the environment has it, the other side does not. delete: only the other side has it. With \
                  stores, BY is the command that takes the change over.\n\
                  Ends with 1 if anything differs. Formats: human, json, one object per store and line"
)]
pub struct Args {
    /// The stores [default: all that serve the environment]
    #[arg(conflicts_with = "with")]
    stores: Vec<String>,

    /// Another side: env-file, an environment, a file, or a git revision of the sealed file [default: the stores, or
    /// env-file without any]
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["take", "prune", "only", "out"])]
    with: Option<String>,

    #[command(flatten)]
    choice: PlanArgs,

    /// Save what `push` would do, for `push --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Show the values that differ; on a terminal only
    #[arg(long)]
    show_values: bool,

    /// File with the private key that opens sealed files
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    store: &'a str,
    environment: &'a str,
    base: Option<u64>,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    variable: &'a str,
    action: Action,
    #[serde(skip)]
    here: Option<&'a Secret>,
    #[serde(skip)]
    there: Option<&'a Secret>,
}

/// Compare the environment with another side.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    require_terminal_for(args.show_values, context)?;
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    match &args.with {
        Some(with) => with_side(args, with, project, environment, context),
        None if is_about_stores(args) || !stores_of(&project, &environment).is_empty() => {
            stores::run(args, context)
        }
        None => with_side(args, ENV_FILE, project, environment, context),
    }
}

/// Whether the arguments make sense for stores alone.
fn is_about_stores(args: &Args) -> bool {
    !args.stores.is_empty() || args.out.is_some() || args.choice.is_given()
}

/// Compares the environment with something else than a store.
fn with_side(
    args: &Args,
    with: &str,
    project: Project,
    environment: Environment,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let json = context.globals.format == Format::Json;
    let access = Access::from_context(context, args.identity.as_deref());
    let here = if with == ENV_FILE {
        Holder::sealed(project, environment, access, context)?
    } else {
        Holder::of_environment(project, environment, access, context)?
    };
    let there = other_side(args, with, &here, context)?;
    let changes = compare(here.values(), &there);
    let differs = changes.iter().any(|change| change.action != Action::Unchanged);
    let text = if json {
        let environment = here.environment_name();
        let report = Report { version: 1, store: with, environment, base: None, changes };
        serde_json::to_string_pretty(&report).expect("names and words are always JSON") + "\n"
    } else {
        table(&changes, args.show_values)
    };
    let other = escape(with);
    if !differs {
        context.ui.say(&format!("no difference from {other}"));
    } else if !json {
        context.ui.say(&format!("to make {other} like {}:", here.shown(context)));
    }
    context.ui.result(&text).map_err(Error::Output)?;
    Ok(ExitCode::from_findings(differs))
}

/// The values to compare with: the env file, an environment, a file, or a revision, whichever the word names
/// first.
fn other_side(args: &Args, with: &str, here: &Holder, context: &mut Context) -> Result<Values, Error> {
    let (Some(project), Some(environment)) = (&here.project, &here.environment) else {
        return Ok(Values::new());
    };
    let access = Access::from_context(context, args.identity.as_deref());
    if with == ENV_FILE {
        return env_file(environment, here.values());
    }
    if project.manifest.environments.contains_key(with) {
        let project = Project::require(context)?;
        let environment = project.environment_named(with)?;
        return Ok(Holder::of_environment(project, environment, access, context)?.values().clone());
    }
    if fs::exists(&context.resolve(Path::new(with))) {
        let holder = Holder::open(Some(Path::new(with)), args.identity.as_deref(), context)?;
        return Ok(holder.values().clone());
    }
    revision(with, project, environment, access, context)
}

/// The env file. A comment that stands for a value of several lines is no difference.
fn env_file(environment: &Environment, sealed: &Values) -> Result<Values, Error> {
    let document = Document::read(&environment.env_file)?;
    let mut values = document.values();
    let only_sealed = document.sealed_only();
    values.extend(only_sealed.filter_map(|name| Some((name.to_owned(), sealed.get(name)?.clone()))));
    Ok(values)
}

/// The sealed file as it was at a git revision.
fn revision(
    revision: &str,
    project: &Project,
    environment: &Environment,
    mut access: Access,
    context: &Context,
) -> Result<Values, Error> {
    let unknown = || {
        let names = project.manifest.environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Error::usage_with_help(
            format!(
                "{:?} is no environment, no file, and no revision with the sealed file",
                escape(revision)
            ),
            format!("the environments are: {}", escape(&names)),
        )
    };
    // git would take it for an option.
    if revision.starts_with('-') {
        return Err(unknown());
    }
    let git = Git::discover(&project.root, &context.env).ok_or_else(unknown)?;
    let root = fs::canonicalize(&git.root()?)?;
    let sealed = fs::canonicalize(&environment.sealed)?;
    let path = sealed.strip_prefix(&root).map_err(|_| unknown())?;
    let bytes = git.show(revision, &path.to_string_lossy())?.ok_or_else(unknown)?;
    Ok(seal::open_revision(project, environment, &bytes, &mut access)?.values)
}

fn compare<'a>(here: &'a Values, there: &'a Values) -> Vec<Change<'a>> {
    let own = here.iter().map(|(variable, value)| {
        let other = there.get(variable);
        let action = match other {
            None => Action::Create,
            Some(other) if other == value => Action::Unchanged,
            Some(_) => Action::Update,
        };
        Change { variable, action, here: Some(value), there: other }
    });
    let gone = there.iter().filter(|(variable, _)| !here.contains_key(*variable));
    let gone = gone.map(|(variable, value)| Change {
        variable,
        action: Action::Delete,
        here: None,
        there: Some(value),
    });
    own.chain(gone).collect()
}

fn table(changes: &[Change<'_>], show_values: bool) -> String {
    let text = |value: Option<&Secret>| value.map(Secret::expose).unwrap_or_default().to_owned();
    let header: &[&str] =
        if show_values { &["ACTION", "VARIABLE", "HERE", "THERE"] } else { &["ACTION", "VARIABLE"] };
    let mut table = Table::new(header);
    for change in changes.iter().filter(|change| change.action != Action::Unchanged) {
        let mut cells = vec![change.action.word().to_owned(), change.variable.to_owned()];
        if show_values {
            cells.extend([text(change.here), text(change.there)]);
        }
        table.row(cells);
    }
    if table.is_empty() { String::new() } else { table.render() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect()
    }

    #[test]
    fn the_actions_make_the_other_side_like_this_one() {
        let here = values(&[("SAME", "1"), ("NEW", "2"), ("OTHER", "3")]);
        let there = values(&[("OTHER", "4"), ("SAME", "1"), ("GONE", "5")]);
        let changes = compare(&here, &there);
        assert_eq!(table(&changes, false), "ACTION  VARIABLE\ncreate  NEW\nupdate  OTHER\ndelete  GONE\n");
        assert_eq!(
            table(&changes, true),
            "ACTION  VARIABLE  HERE  THERE\ncreate  NEW       2\nupdate  OTHER     3     4\ndelete  GONE            5\n"
        );
        assert_eq!(table(&compare(&here, &here), false), "");
    }
}
