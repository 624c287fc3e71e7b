//! `envward audit [PATH…]`: projects that lie here, and reports that others sent.

use std::path::{Path, PathBuf};

use clap::Parser;
use jiff::SignedDuration;

use super::super::alone::Alone;
use super::super::fail_on::FailOn;
use super::super::store_access::{Target, stores_of};
use super::tally::Tally;
use super::{chosen, duration, head, no_environment};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::fs;
use crate::manifest::StoreDefinition;
use crate::project::{Environment, Project};
use crate::rotation::audit::{self, Expected, Options, Places, Reports};
use crate::rotation::evidence::store_facts::StoreFacts;
use crate::rotation::report;

/// Arguments of `audit` without a subcommand.
#[derive(clap::Args, PartialEq)]
#[group(skip)]
pub struct Args {
    /// Projects, or directories that are searched for projects [default: the working directory]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// File with the directories of projects, one a line
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// File with the names of projects, one a line: one of them that is not come across is a finding
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,

    /// Reports that projects sent: what `rotation status --format json` prints. A project that lies here too is
    /// looked at here
    #[arg(long = "report", value_name = "FILE", num_args = 1..)]
    reports: Vec<PathBuf>,

    /// How old the last report of a project may be
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration)]
    max_age: SignedDuration,

    #[command(flatten)]
    fail_on: FailOn,

    /// Leave the history of git out: seconds instead of minutes
    #[arg(long)]
    no_git: bool,

    /// Also ask the stores of each project when they got what they serve; one that is not confirmed is a finding.
    /// Not stores of type directory, which take a key: `rotation status --stores` looks at those
    #[arg(long)]
    stores: bool,
}

impl Args {
    /// Whether the command line says nothing that is for these.
    pub(super) fn is_nothing_said(&self) -> bool {
        Alone::<Self>::try_parse_from(["audit"]).is_ok_and(|alone| alone.args == *self)
    }
}

/// Looks at all of them.
pub(super) fn run(args: &Args, context: &mut Context) -> Result<ExitCode, Error> {
    let places = places(args, context)?.into_vec();
    let expected = match &args.expect {
        Some(list) => Expected::of_list(&fs::read_text(&context.resolve(list))?),
        None => Expected::default(),
    };
    let now = context.clock.now();
    let environment = chosen(context).map(str::to_owned);
    let environment = environment.as_deref();
    let files = args.reports.iter().map(|file| context.resolve(file)).collect();
    let mut reports = Reports::open(files, environment, args.max_age, now);
    let progress = context.ui.progress(places.len(), "projects");
    let out = context.ui.result_stream(&progress);
    let sink = report::open(context.globals.format, &head("audit".to_owned(), context), out)
        .map_err(Error::Output)?;
    let mut tally = Tally::new(sink, expected);
    let env = context.env.clone();
    let options = Options { env: &env, with_git: !args.no_git, environment, now };
    let mut take = |audited| {
        progress.advance();
        tally.take(audited)
    };
    if args.stores {
        // One after the other: they are asked with what the user has confirmed and is logged in as.
        for place in &places {
            take(audit::project(place, options, |project, environment| {
                asked(project, environment, context)
            }))?;
        }
    } else {
        audit::in_order(&places, |place| audit::project(place, options, |_, _| Vec::new()), take)?;
    }
    reports.leave_out(|project| tally.has_seen(project));
    reports.each(|audited| tally.take(audited))?;
    drop(progress);
    let environments = tally.environments();
    let summary = tally.finish()?;
    match environment {
        Some(name) if environments == 0 => Err(no_environment(name)),
        _ => Ok(ExitCode::from_findings(args.fail_on.is_met(&summary))),
    }
}

/// What the stores of an environment say about their versions. A directory is left out: its versions lie in the
/// repository, and to see which of them are of whom takes a key.
fn asked(project: &Project, environment: &Environment, context: &mut Context) -> Vec<StoreFacts> {
    let names = stores_of(project, environment).iter();
    let elsewhere = names.filter(|name| {
        !matches!(project.manifest.stores.get(*name), None | Some(StoreDefinition::Directory(_)))
    });
    let fact = |name: &String| {
        ask(name, project, environment, context)
            .unwrap_or_else(|error| StoreFacts::failed(name, error.to_string()))
    };
    elsewhere.map(fact).collect()
}

fn ask(
    name: &str,
    project: &Project,
    environment: &Environment,
    context: &mut Context,
) -> Result<StoreFacts, Error> {
    let target = Target::find(name, project, environment, None)?;
    if !target.unconfirmed(context)?.is_empty() {
        let message = "nobody has confirmed to send credentials there; look at it, then run: envward allow";
        return Ok(StoreFacts::failed(name, message.to_owned()));
    }
    target.with_store(context, |store, _| Ok(StoreFacts::read(name, target.definition.names(), store)))
}

fn places(args: &Args, context: &Context) -> Result<Places, Error> {
    let mut places = Places::default();
    for path in &args.paths {
        places.add_tree(&context.resolve(path));
    }
    if let Some(list) = &args.list {
        for project in audit::names(&fs::read_text(&context.resolve(list))?) {
            places.add_project(&context.resolve(Path::new(project)));
        }
    }
    if args.paths.is_empty() && args.list.is_none() && args.reports.is_empty() {
        places.add_tree(&context.cwd);
    }
    Ok(places)
}
