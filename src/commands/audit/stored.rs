//! What `audit vault` and `audit aws` have in common: a report on what a store lists.

use jiff::SignedDuration;

use super::super::fail_on::FailOn;
use super::{duration, head};
use crate::context::Context;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::rotation::audit::{StoredSecret, row};
use crate::rotation::{Summary, report};
use crate::store::{self, Inventory};
use crate::ui::escape;

/// Their arguments.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The longest age
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    every: SignedDuration,

    #[command(flatten)]
    fail_on: FailOn,
}

/// Where secrets lie.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The kind of store, as the manifest calls it and as a person does.
    pub(super) store: &'static str,
    /// The mount or the region.
    pub(super) part: &'a str,
    /// What was looked at, for a person.
    pub(super) shown: &'a str,
}

/// Writes the report.
pub(super) fn run(
    args: &Args,
    place: Place<'_>,
    inventory: Result<Inventory, store::Error>,
    context: &mut Context,
) -> Result<ExitCode, Error> {
    let Inventory { address, secrets } = match inventory {
        Ok(inventory) => inventory,
        Err(error @ store::Error::Forbidden { .. }) => return Ok(forbidden(&error, place, context)),
        Err(error) => return Err(Error::Store { name: place.store.to_owned(), error: Box::new(error) }),
    };
    let progress = context.ui.progress(secrets.len(), "secrets");
    let title = format!("{} at {address}", place.shown);
    let out = context.ui.result_stream(&progress);
    let mut sink = report::open(context.globals.format, &head(title, context), out).map_err(Error::Output)?;
    let mut summary = Summary::default();
    summary.projects = 1;
    for secret in &secrets {
        let Place { store, part, .. } = place;
        let (path, created) = (secret.path.as_str(), secret.created);
        let now = context.clock.now();
        let row = row(StoredSecret { store, part, path, created, every: args.every, now });
        summary.add(row.status);
        sink.row(&row).map_err(Error::Output)?;
    }
    sink.finish(&summary).map_err(Error::Output)?;
    if secrets.is_empty() {
        context.ui.warn(&format!("nothing is stored in {} at {}", escape(place.shown), escape(&address)));
        return Ok(ExitCode::Findings);
    }
    Ok(ExitCode::from_findings(args.fail_on.is_met(&summary)))
}

/// Says what the login lacks, which is another policy than that of a store in a manifest.
fn forbidden(error: &store::Error, place: Place<'_>, context: &mut Context) -> ExitCode {
    context.ui.error(&format!("store {}: {error}", place.store));
    context.ui.help(&format!("see what the login lacks with: envward audit policy {}", place.store));
    ExitCode::Store
}
