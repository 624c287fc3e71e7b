//! `envward history`: the versions that stores keep, or those at which one variable changed.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::name;
use super::store_access::{Target, chosen};
use crate::cli::Format;
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::store::{self, NameChange, NameRevision, Revision, State, name_history};
use crate::sync::store_name;
use crate::ui::{Table, escape};

/// Arguments of `history`.
#[derive(clap::Args)]
#[command(
    after_help = "With NAME, only the versions at which that variable changed; ends with 1 if no version \
                        has it. No value is shown. Formats: human, json (one object per store and line)"
)]
pub struct Args {
    /// The variable
    name: Option<String>,

    /// Only this store [default: all that serve the environment]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// File with the private key that opens the files of a directory store
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

/// What is told about one store.
#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    store: &'a str,
    environment: &'a str,
    variable: Option<&'a str>,
    versions: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    version: String,
    created: Option<String>,
    author: Option<String>,
    current: bool,
    /// Of the whole: `live`, `deleted` or `destroyed`. Of a variable: `oldest`, `created`, `updated`, `deleted` or
    /// `unreadable`.
    state: &'static str,
}

/// The versions that stores keep, or those at which one variable changed.
pub fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    if let Some(name) = &args.name {
        name::require(name)?;
    }
    let project = Project::require(context)?;
    let environment = project.environment(context)?;
    let named: Vec<String> = args.store.iter().cloned().collect();
    let stores = chosen(&named, &project, &environment)?;
    let mut reports = Vec::new();
    for store in stores {
        let target = Target::find(store, &project, &environment, args.identity.as_deref())?;
        let versions = match versions(target, args.name.as_deref(), context) {
            // Others may have some.
            Err(Error::Store { error, .. })
                if stores.len() > 1 && matches!(*error, store::Error::Unsupported { .. }) =>
            {
                context.ui.note(&format!("store {}: {error}", escape(target.name)));
                continue;
            }
            versions => versions?,
        };
        let (store, environment, variable) = (target.name, &*environment.name, args.name.as_deref());
        reports.push(Report { version: 1, store, environment, variable, versions });
    }
    let text = if context.globals.format == Format::Json { as_json(&reports) } else { as_text(&reports) };
    context.ui.result(&text).map_err(Error::Output)?;
    for report in reports.iter().filter(|report| report.versions.is_empty()) {
        let what = report.variable.map_or_else(|| "any version".to_owned(), |name| escape(name).into_owned());
        context.ui.note(&format!("store {} does not have {what}", escape(report.store)));
    }
    let is_known = reports.iter().any(|report| !report.versions.is_empty());
    Ok(ExitCode::from_findings(args.name.is_some() && !is_known))
}

fn versions(target: Target<'_>, name: Option<&str>, context: &mut Context) -> Result<Vec<Row>, Error> {
    let failed = |error| target.failed(error);
    target.with_store(context, |store, _| match name {
        Some(variable) => {
            let own = store_name(variable, target.definition.names());
            let revisions = name_history(store, own).map_err(failed)?;
            Ok(revisions.into_iter().map(Row::of_name).collect())
        }
        None => Ok(store.history(None).map_err(failed)?.into_iter().map(Row::of_whole).collect()),
    })
}

impl Row {
    fn of_whole(revision: Revision) -> Self {
        let state = match revision.state {
            State::Live => "live",
            State::Deleted => "deleted",
            State::Destroyed => "destroyed",
        };
        let Revision { version, created, author, is_current, .. } = revision;
        Self {
            version: version.as_str().to_owned(),
            created: time(created),
            author,
            current: is_current,
            state,
        }
    }

    fn of_name(revision: NameRevision) -> Self {
        let state = match revision.change {
            NameChange::Oldest => "oldest",
            NameChange::Created => "created",
            NameChange::Updated => "updated",
            NameChange::Deleted => "deleted",
            NameChange::Unreadable => "unreadable",
        };
        let NameRevision { version, created, author, is_current, .. } = revision;
        Self {
            version: version.as_str().to_owned(),
            created: time(created),
            author,
            current: is_current,
            state,
        }
    }

    /// The state in words; nothing for what goes without saying.
    fn note(&self) -> &'static str {
        match (self.state, self.current) {
            ("live", true) => "current",
            ("live", false) => "",
            ("oldest", _) => "there since the oldest version that can be read",
            ("unreadable", _) => "cannot be read: a change in it shows at the next one",
            (state, _) => state,
        }
    }
}

/// The time to the second, in UTC.
fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn as_json(reports: &[Report<'_>]) -> String {
    let line = |report| serde_json::to_string(report).expect("names and times are always JSON") + "\n";
    reports.iter().map(line).collect()
}

fn as_text(reports: &[Report<'_>]) -> String {
    let mut table = Table::new(&["STORE", "VERSION", "CREATED", "AUTHOR", "NOTE"]);
    for report in reports {
        for row in &report.versions {
            let (created, author) = (row.created.as_deref().unwrap_or("-"), row.author.as_deref());
            table.row([report.store, &row.version, created, author.unwrap_or("-"), row.note()]);
        }
    }
    if table.is_empty() { String::new() } else { table.render() }
}
